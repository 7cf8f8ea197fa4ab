"""From the paths that a person names to the video files to index, and what each one's content is."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer.errors import MediaError, WitnessError

# fmt: off
VIDEO_SUFFIXES = frozenset({
    ".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".h264", ".h265", ".hevc", ".m1v",
    ".m2t", ".m2ts", ".m2v", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mod", ".mov", ".mp2", ".mp4", ".mpe",
    ".mpeg", ".mpg", ".mts", ".mxf", ".ogm", ".ogv", ".qt", ".tod", ".ts", ".vob", ".webm", ".wmv",
})
# fmt: on
"""Suffixes looked for in folders; a file that is named itself is tried whatever it is called."""

_BESIDE = frozenset({".srt", ".vtt"})
"""Suffixes of subtitles, which are read with the video that they belong to."""
_ID_DIGITS = 16
_CHUNK_BYTES = 4 << 20


@dataclass(slots=True)
class LeftOut:
    """What was seen in folders and is not indexed, as absolute paths; without hidden files and subtitles."""

    no_videos: list[Path] = field(default_factory=list)
    """Files whose suffix is that of no video: sound, pictures, notes."""
    links: list[Path] = field(default_factory=list)
    """Symbolic links to videos and folders that were not followed."""


def find_files(
    paths: Iterable[Path], *, follow_links: bool = False, left_out: LeftOut | None = None
) -> list[Path]:
    """Return the files that the paths mean, absolute, each once: files themselves, folders recursively.

    Hidden files and folders are skipped. A folder that cannot be listed is returned like a file, so that it
    fails with its reason and is not passed over in silence.

    Args:
        paths: Files and folders; a link that is named itself is followed.
        follow_links: Follow symbolic links inside folders too. A loop of them ends where it closes.
        left_out: Takes what was seen and is not among the files, so that a person can be told.

    Raises:
        WitnessError: A path does not exist, or nothing at all was found.
    """
    asked = [_without_detours(Path(path).expanduser()) for path in paths]
    for path in asked:
        if not path.exists() and not path.is_symlink():
            raise WitnessError(f"there is no file or folder {printable(path)}")
    left_out = LeftOut() if left_out is None else left_out
    found = dict.fromkeys(
        file.absolute() for path in asked for file in _files_of(path, follow_links, left_out)
    )
    for seen in (left_out.no_videos, left_out.links):
        seen[:] = [path for path in dict.fromkeys(seen) if path not in found]
    if not found:
        names = ", ".join(printable(path) for path in asked)
        others = f", only {name_a_few(left_out.no_videos)}" if left_out.no_videos else ""
        looked_for = " ".join(sorted(VIDEO_SUFFIXES))
        raise WitnessError(f"no video files in {names}{others} (looked for {looked_for})")
    return list(found)


def name_a_few(paths: Sequence[Path], most: int = 3) -> str:
    """Write the names of some files, and how many more there are: ``a.wav, b.txt, c.jpg and 4 more``."""
    names = ", ".join(printable(path.name) for path in paths[:most])
    return names + (f" and {len(paths) - most} more" if len(paths) > most else "")


def printable(path: Path | str) -> str:
    """Write a path for people: control characters and bytes that are no text as escapes.

    A name may hold any bytes, and some of them would move a terminal's cursor or stop the output.
    """
    text = os.fsencode(path).decode("utf-8", errors="backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _files_of(path: Path, follow_links: bool, left_out: LeftOut) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    unreadable: list[Path] = []
    walk = os.walk(path, followlinks=follow_links, onerror=lambda error: unreadable.append(_place(error)))
    entered: set[tuple[int, int]] = set()
    _enter(path, entered)
    for folder, subfolders, names in walk:
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        if follow_links:
            subfolders[:] = [name for name in subfolders if _enter(Path(folder, name), entered)]
        else:
            linked = (Path(folder, name).absolute() for name in subfolders)
            left_out.links += [place for place in linked if place.is_symlink()]
        for name in sorted(name for name in names if not name.startswith(".")):
            file = Path(folder, name)
            if file.suffix.lower() not in VIDEO_SUFFIXES:
                left_out.no_videos += [] if file.suffix.lower() in _BESIDE else [file.absolute()]
            elif follow_links or not file.is_symlink():
                yield file
            else:
                left_out.links.append(file.absolute())
    yield from unreadable


def _without_detours(path: Path) -> Path:
    """Return a path without ``..`` where that means the same, so that a file goes by one path."""
    short = Path(os.path.normpath(path.absolute()))
    try:
        return short if ".." in path.parts and short.samefile(path) else path
    except OSError:
        return path


def _place(error: OSError) -> Path:
    return Path(error.filename)


def _enter(folder: Path, entered: set[tuple[int, int]]) -> bool:
    """Tell whether this folder is new, whatever path leads to it."""
    try:
        facts = folder.stat()
    except OSError:
        return False
    place = (facts.st_dev, facts.st_ino)
    if place in entered:
        return False
    entered.add(place)
    return True


class Unchanged:
    """Watches over a file while it is read: what is said of it must be about one content."""

    def __init__(self, path: Path) -> None:
        """Note the file's size and time."""
        self._path = path
        self._facts = _facts(path)

    def check(self) -> None:
        """Look again.

        Raises:
            MediaError: The file is another one by now, or is gone.
        """
        facts = _facts(self._path)
        if facts is None:
            raise MediaError(
                f"{printable(self._path)} went away while it was read. Put it back, or mount its drive "
                "again, and run the same command again"
            )
        if facts != self._facts:
            raise MediaError(
                f"{printable(self._path)} changed while it was read: is it still being written? "
                "Run the same command again when it is finished"
            )


def _facts(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns


def id_of_digest(sha256: str) -> str:
    """Return the id of a content whose SHA-256 in hex digits is known."""
    return sha256[:_ID_DIGITS]


def content_id(path: Path) -> str:
    """Return the id of a file's content: the first 16 hex digits of its SHA-256.

    Raises:
        MediaError: The file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a pipe without a writer would wait for ever
            raise MediaError(f"{printable(path)} is no regular file. Give the path of a video file")
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise MediaError(
            f"{printable(path)} cannot be read: {error.strerror}. Check that it is there and readable"
        ) from error
    return id_of_digest(digest.hexdigest())
