"""What a report quotes of a video file: fingerprints of frames, and stretches cut out as they are.

All of it is read by the decoding child (`indexer.media.prints`, `indexer.media.clips`); here is what the
parent asks for and how it checks what comes back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from indexer.errors import DecoderFailed, MediaError
from indexer.media.answers import read_frame, read_places
from indexer.media.decoder import Decoder
from indexer.media.messages import Header
from indexer.media.process import ChildLost, ChildProcess
from indexer.timeline import Frame, Span

MINIATURE_SIDE = 16
MAX_CLIP_BYTES = 160 * 1024**2
"""Largest clip; it is put together in memory."""
MAX_CLIP_SECONDS = 600.0
SUFFIXES = {"mp4": ".mp4", "webm": ".webm", "matroska": ".mkv", "asf": ".wmv"}
"""Containers of clips, and how their files' names end."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MINIATURE = re.compile(rf"[0-9a-f]{{{2 * MINIATURE_SIDE**2}}}")
_LAYOUT = re.compile(r"[a-z0-9_]{1,30}")
_MOST_TICKS = 1 << 63


@dataclass(frozen=True, slots=True)
class FramePrint:
    """One frame of a file, told so that it can be found and compared again."""

    pts: int
    """As the file tells it, in ticks of `time_base`."""
    time_base: Fraction
    """Seconds per tick."""
    pts_seconds: float
    """Its time on the one clock, which starts at the first displayed frame."""
    width: int
    """Stored width in pixels, before pixel aspect and rotation."""
    height: int
    pixel_format: str
    """Layout of what was hashed, as ffmpeg calls it."""
    sha256: str
    """Of the decoded picture, 64 hex digits; how it is made is told in `indexer.media.prints`."""
    miniature: str
    """Its brightness in 16 x 16 fields, two hex digits each, row by row."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a video with its packets as they are; it begins at a key frame."""

    span: Span
    """What it holds, on the one clock of the source: what was asked for lies within."""
    first_pts: int
    """Of its first frame in the source, in ticks of `time_base`."""
    time_base: Fraction
    packets: int
    """How many video packets it holds."""
    packets_sha256: str
    """Over these packets as they stand in the source: see `indexer.media.clips`."""
    container: str
    """One of `SUFFIXES`."""
    remark: str
    """What is missing in it, such as a sound that the container cannot hold; "" when nothing is."""
    data: bytes
    """The file; empty where only the packets' hash was asked for."""


class EvidenceDecoder(Decoder):
    """A decoder that also tells frames' fingerprints and cuts clips."""

    def prints_at(
        self, path: Path, seconds: Sequence[float], *, max_side: int, stream: int | None = None
    ) -> list[tuple[FramePrint, Frame]]:
        """Fingerprint the frames displayed at these times.

        Args:
            path: The video file.
            seconds: Times on the one clock, in any order.
            max_side: Longer side, in pixels, of the pictures that come along for people.
            stream: As in `Decoder.probe`.

        Returns:
            For each time, in the order asked, the print and the picture.

        Raises:
            MediaError: As `Decoder.frames_at`.
        """
        times = [float(time) for time in seconds]
        if not times:
            return []

        def read(header: Header, child: ChildProcess) -> tuple[list[int], FramePrint, Frame]:
            places = read_places(header, len(times))
            return places, _read_print(header), read_frame(header, child, self._limits, max_side)

        request: Header = {"do": "prints", "seconds": times, "max_side": max_side, "stream": stream}
        found = {
            place: (taken, frame)
            for places, taken, frame in self._ask(path, request, read)
            for place in places
        }
        if len(found) != len(times):
            raise DecoderFailed(f"{path.name}: the decoder left times unanswered.")
        return [found[place] for place in range(len(times))]

    def cut(self, path: Path, span: Span, *, stream: int | None = None, with_data: bool = True) -> Clip:
        """Cut a stretch out of a file without encoding it again, from the key frame before it on.

        Args:
            path: The video file.
            span: What the clip is to hold.
            stream: As in `Decoder.probe`.
            with_data: Whether the clip's file is wanted, not only the hash of its packets.

        Raises:
            MediaError: It cannot be cut so; the text says why. Otherwise as `Decoder.frames_at`.
        """
        if span.duration_seconds > MAX_CLIP_SECONDS:
            raise MediaError(
                f"{span} is longer than a clip may be ({MAX_CLIP_SECONDS / 60:.0f} minutes): "
                "divide it into several moments"
            )
        request: Header = {
            "do": "clip",
            "start": span.start_seconds,
            "end": span.end_seconds,
            "with_data": with_data,
            "stream": stream,
        }
        found = self._ask(path, request, _read_clip)
        if len(found) != 1:
            raise DecoderFailed(f"{path.name}: the decoder told nothing about the clip.")
        return found[0]


def _read_print(header: Header) -> FramePrint:
    return FramePrint(
        pts=_ticks(header, "pts"),
        time_base=_time_base(header),
        pts_seconds=_seconds(header, "pts_seconds"),
        width=_count(header, "stored_width"),
        height=_count(header, "stored_height"),
        pixel_format=_matching(header, "pixel_format", _LAYOUT),
        sha256=_matching(header, "sha256", _SHA256),
        miniature=_matching(header, "miniature", _MINIATURE),
    )


def _read_clip(header: Header, child: ChildProcess) -> Clip:
    size, container = _count(header, "size"), str(header.get("container"))
    if size > MAX_CLIP_BYTES + (1 << 20) or container not in SUFFIXES:
        raise ChildLost(f"announced a clip of {size} bytes in {container:.20}")
    try:
        span = Span(_seconds(header, "start"), _seconds(header, "end"))
    except ValueError as error:
        raise ChildLost(f"cut a clip that is no span ({error})") from None
    return Clip(
        span=span,
        first_pts=_ticks(header, "pts"),
        time_base=_time_base(header),
        packets=_count(header, "packets"),
        packets_sha256=_matching(header, "packets_sha256", _SHA256),
        container=container,
        remark=str(header.get("remark"))[:300],
        data=bytes(child.receive_body(size)),
    )


def _ticks(header: Header, name: str) -> int:
    value: Any = header.get(name)
    if type(value) is not int or not -_MOST_TICKS <= value < _MOST_TICKS:
        raise ChildLost(f"said that {name} is {value!r:.80}")
    return value


def _count(header: Header, name: str) -> int:
    value = _ticks(header, name)
    if value < 0:
        raise ChildLost(f"said that {name} is {value}")
    return value


def _seconds(header: Header, name: str) -> float:
    value: Any = header.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ChildLost(f"said that {name} is {value!r:.80}")
    return float(value)


def _time_base(header: Header) -> Fraction:
    value: Any = header.get("time_base")
    if not isinstance(value, list) or len(value) != 2:
        raise ChildLost("told no time base")
    parts = {"first": value[0], "second": value[1]}
    first, second = _count(parts, "first"), _count(parts, "second")
    if not first or not second:
        raise ChildLost("told a time base that is none")
    return Fraction(first, second)


def _matching(header: Header, name: str, form: re.Pattern[str]) -> str:
    value = header.get(name)
    if not isinstance(value, str) or form.fullmatch(value) is None:
        raise ChildLost(f"told no {name}")
    return value
