"""Opens long plain MP4s so that ffmpeg does not copy their index: 41 bytes a frame instead of 94."""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from pathlib import Path

import av
from av.container import InputContainer

from indexer.media.demuxers import opening_options
from indexer.media.mp4_boxes import Box, Unusual, movie_box, tracks
from indexer.media.mp4_tables import SampleTables

_LONG = 100_000
"""Frames from which it is worth the look: an hour."""
_MOST_TRACKS = 4
"""Of pictures: each takes a look of up to half a second."""


def open_lean(path: Path, max_pixels: int) -> InputContainer | None:
    """Open an MP4 without ffmpeg's handling of edits, if it is long and its edits change nothing.

    The streams of pictures then are what they are with it, their packets too. Those of others may differ.

    Args:
        path: Absolute path.
        max_pixels: As for `open_container`, which knows what to say of a file that cannot be opened.

    Returns:
        The container, or None where `open_container` must be asked.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or not _is_fit(path, status.st_size, status.st_mtime_ns):
            return None
        options = opening_options(max_pixels, is_mp4=True)[0] | {"advanced_editlist": "0"}
        return av.open(str(path), mode="r", options=options, metadata_errors="replace")
    except MemoryError:
        raise
    except (OSError, av.FFmpegError):
        return None


@lru_cache(maxsize=8)
def _is_fit(path: Path, size: int, mtime_ns: int) -> bool:
    """Tell whether a file is long, and edits change nothing; size and time say when to look again."""
    file = os.open(path, os.O_RDONLY)
    try:
        # Such a file is none of those that are refused unopened: no text, nothing that points elsewhere.
        head = os.pread(file, 8, 0)
        if head[:3] != bytes(3) or head[4:] != b"ftyp":
            return False
        numbers = _picture_tracks(movie_box(file))
    except Unusual:
        return False
    finally:
        os.close(file)
    counts = [_frames_unedited(path, number) for number in numbers]
    return min(counts, default=0) > 0 and max(counts) >= _LONG


def _picture_tracks(movie: Box) -> list[int]:
    """Return the numbers of the tracks that hold pictures."""
    pictures = int.from_bytes(b"vide", "big")
    numbers = [
        number for number, track in tracks(movie) if track.only(b"mdia", b"hdlr").number(8) == pictures
    ]
    if len(numbers) > _MOST_TRACKS:
        raise Unusual
    return numbers


def _frames_unedited(path: Path, track: int) -> int:
    """How many frames a track has whose edits change nothing; 0 where they do."""
    try:
        tables = SampleTables(path, track)
    except Unusual:
        return 0
    with tables:
        return 0 if tables.is_edited else tables.count
