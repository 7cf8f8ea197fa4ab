"""Compares what a report says of its sources with what they hold now."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.incidents.checks import Check, Verdict
from app.incidents.reading import ReadReport
from app.incidents.sources import file_hash
from indexer.discovery import printable
from indexer.errors import MediaError
from indexer.media.evidence import EvidenceDecoder, FramePrint
from indexer.timeline import Span, format_seconds

_ROUNDING_CODECS = frozenset({
    "mpeg1video", "mpeg2video", "mpeg4", "h263", "flv1", "mjpeg", "wmv1", "wmv2", "wmv3", "vc1", "msmpeg4v2",
    "msmpeg4v3", "dvvideo", "theora", "prores", "dnxhd",
})  # fmt: skip
"""Codecs that leave the rounding of their transform to the decoder; all others decode to the same bits."""
_TOLERANCE = 2
"""Levels of 255 by which a field of a miniature may differ between decoders of these codecs."""
_SMALLEST_SIDE = 64


class SourceChecks:
    """Finds each source once, and checks what was taken from it."""

    def __init__(
        self,
        report: ReadReport,
        decoder: EvidenceDecoder,
        folders: list[Path],
        on_doing: Callable[[str], None],
    ) -> None:
        self._report = report
        self._decoder = decoder
        self._folders = folders
        self._on_doing = on_doing
        self._paths: dict[str, Path] = {}
        self._sources: dict[str, dict[str, Any]] = {}

    def source(self, place: int, source: dict[str, Any]) -> Iterator[Check]:
        """Compare a source file as a whole."""
        name, digest = str(source.get("name", "")), source["sha256"]
        item = f"source {place + 1}, {printable(name)}"
        self._sources[str(source["video_id"])] = source
        if digest is None:
            words = f"it was missing when the report was made already ({source['remark']})"
            yield Check(item, Verdict.MISSING, words)
            return
        self._on_doing(f"reading {printable(name)}")
        changed: Path | None = None
        for path in self._candidates(source):
            try:
                if file_hash(path) == digest:
                    self._paths[source["video_id"]] = path
                    yield Check(item, Verdict.MATCHES, f"{printable(path)} holds the same bytes (SHA-256)")
                    return
            except MediaError:
                continue
            changed = changed or path
        if changed is None:
            words = f"it is not at {printable(str(source['path']))}; say where it lies now with --folder"
            yield Check(item, Verdict.MISSING, words)
            return
        self._paths[source["video_id"]] = changed
        words = f"{printable(changed)} has changed: its SHA-256 is another one than when the report was made"
        yield Check(item, Verdict.DIFFERS, words)

    def moment(self, number: int, moment: dict[str, Any]) -> Iterator[Check]:
        """Compare a moment's frames and its clip."""
        path = self._paths.get(moment["video_id"])
        self._on_doing(f"looking at moment {number}")
        for frame in moment["frames"]:
            item = f"moment {number}, frame at {format_seconds(frame['pts_seconds'])}"
            if path is None:
                yield Check(item, Verdict.MISSING, "it cannot be checked without its source")
            else:
                yield Check(item, *self._frame(path, moment, frame))
        if moment["clip"] is not None:
            yield from self._clip(number, moment, path)

    def _frame(self, path: Path, moment: dict[str, Any], frame: dict[str, Any]) -> tuple[Verdict, str]:
        try:
            [(now, _)] = self._decoder.prints_at(
                path, [frame["pts_seconds"]], max_side=_SMALLEST_SIDE, stream=self._stream(moment)
            )
        except MediaError as error:
            return Verdict.DIFFERS, f"the source shows nothing there any more: {error}"
        if (now.pts, now.time_base) != (frame["pts"], Fraction(frame["time_base"])):
            return Verdict.DIFFERS, f"another frame stands there: PTS {now.pts}, not {frame['pts']}"
        if now.sha256 == frame["sha256"]:
            return Verdict.MATCHES, f"PTS {now.pts} and the decoded picture are the same"
        codec = str(self._sources.get(moment["video_id"], {}).get("codec", ""))
        if codec not in _ROUNDING_CODECS or not _alike(now, frame):
            return Verdict.DIFFERS, "the decoded picture is another one than when it was marked"
        return Verdict.MATCHES, f"the same but for rounding, which {codec} leaves to the decoder"

    def _clip(self, number: int, moment: dict[str, Any], path: Path | None) -> Iterator[Check]:
        clip = moment["clip"]
        item = f"moment {number}, clip {printable(str(clip['file']))}"
        yield self._clip_file(item, clip)
        if path is None:
            yield Check(item, Verdict.MISSING, "what it was cut from cannot be checked without its source")
            return
        span = Span(moment["start_seconds"], moment["end_seconds"])
        try:
            now = self._decoder.cut(path, span, stream=self._stream(moment), with_data=False)
        except MediaError as error:
            yield Check(item, Verdict.DIFFERS, f"it cannot be cut from the source any more: {error}")
            return
        if now.packets_sha256 == clip["packets_sha256"]:
            yield Check(item, Verdict.MATCHES, f"its {now.packets} packets stand in the source as they are")
        else:
            yield Check(
                item, Verdict.DIFFERS, "the packets that it was cut from are others in the source now"
            )

    def _clip_file(self, item: str, clip: dict[str, Any]) -> Check:
        """Compare the clip itself: inside the HTML, or beside the report."""
        digest, name = self._report.clip_hashes.get(str(clip["file"])), str(clip["file"])
        if digest is None and name == Path(name).name:
            beside = clips_folder(self._report.path) / name
            try:
                digest = file_hash(beside)
            except MediaError:
                digest = None
        if digest is None:
            return Check(
                item, Verdict.REMARK, "its file is not with the report, so only its source is checked"
            )
        if digest == clip["sha256"]:
            return Check(item, Verdict.MATCHES, "its file is as it was written")
        return Check(item, Verdict.DIFFERS, "its file was exchanged or damaged")

    def _stream(self, moment: dict[str, Any]) -> int | None:
        stream = self._sources.get(moment["video_id"], {}).get("stream")
        return stream if isinstance(stream, int) else None

    def _candidates(self, source: dict[str, Any]) -> Iterator[Path]:
        """Yield where the source may lie: in the folders, by its name, then by its size; where it was.

        Where the folders hold a file of its name, it is that one which is asked about: the place where the
        source was is left alone then, as an original there would hide that the copy differs.
        """
        name, size = str(source["name"]), source.get("size_bytes")
        same_size: list[Path] = []
        named = False
        for folder in self._folders:
            for path in _files(folder):
                if path.name == name:
                    named = True
                    yield path
                elif _size(path) == size:
                    same_size.append(path)
        yield from same_size
        recorded = Path(str(source["path"]))
        if not named and recorded.is_file():
            yield recorded


def clips_folder(report: Path) -> Path:
    """Return the folder beside a report that holds its clips."""
    return report.with_name(f"{report.stem}-clips")


def _alike(now: FramePrint, frame: dict[str, Any]) -> bool:
    before, after = bytes.fromhex(frame["miniature"]), bytes.fromhex(now.miniature)
    return len(before) == len(after) and all(
        abs(one - other) <= _TOLERANCE for one, other in zip(before, after, strict=True)
    )


def _files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        yield from (Path(root) / name for name in sorted(names))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
