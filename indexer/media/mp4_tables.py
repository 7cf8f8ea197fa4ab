"""The sample tables of an MP4 or MOV: when each frame is displayed, without reading the frames.

Reading every packet of ten hours takes seconds, these tables a fraction of one. Only what is plain is read
here: one track shown from its first frame to its last, no fragments. For all else the answer is None, and so
it is for tables that are inconsistent: whoever asks reads the packets then, and compares what is told here
with some of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.media.packets import TimedPackets

_MOST_SAMPLES = 10_000_000
_MOST_HEADER_BYTES = 256 << 20
_UNUSUAL = (b"sbgp", b"stps", b"mvex")
"""Boxes that change which samples are key frames, or that announce fragments."""


class _Unusual(Exception):
    """The tables are not of the plain kind."""


def read_sample_tables(path: Path, track: int) -> TimedPackets | None:
    """Read the tables of one track.

    Args:
        path: The file.
        track: Its number in the file (`av.stream.Stream.id`).

    Returns:
        The samples in file order, or None when the tables are not of the plain kind.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            movie = memoryview(_movie_box(file.fileno(), size))
        return _Track(movie, track, size).timed()
    except (_Unusual, OSError, ValueError, IndexError, OverflowError):
        return None


def _movie_box(file: int, size: int) -> bytes:
    """Return what the ``moov`` box holds; there must be just one, and no fragment beside it."""
    found, position = b"", 0
    while position + 8 <= size:
        header = os.pread(file, 16, position)
        length, kind, start = int.from_bytes(header[:4], "big"), header[4:8], 8
        if length == 1:
            length, start = int.from_bytes(header[8:16], "big"), 16
        length = length or size - position
        if kind == b"moof" or (kind == b"moov" and (found or length > _MOST_HEADER_BYTES)) or length < start:
            raise _Unusual
        if kind == b"moov":
            found = os.pread(file, length - start, position + start)
        position += length
    return found


def _boxes(content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    position = 0
    while position + 8 <= len(content):
        length, kind = (
            int.from_bytes(content[position : position + 4], "big"),
            bytes(content[position + 4 : position + 8]),
        )
        if not 8 <= length <= len(content) - position or kind in _UNUSUAL:
            raise _Unusual
        yield kind, content[position + 8 : position + length]
        position += length


def _only(content: memoryview, *kinds: bytes) -> memoryview:
    """Return what the one box of a kind holds, inside those of the kinds before it."""
    for wanted in kinds:
        found = [inner for kind, inner in _boxes(content) if kind == wanted]
        if len(found) != 1:
            raise _Unusual
        [content] = found
    return content


def _number(content: memoryview, position: int, size: int = 4) -> int:
    if position + size > len(content):
        raise _Unusual
    return int.from_bytes(content[position : position + size], "big")


def _rows(content: memoryview, columns: int, start: int = 8) -> NDArray[np.int64]:
    """Return a table of 32-bit numbers, shape (rows, columns), whose length stands before it."""
    count = _number(content, start - 4)
    if len(content) < start + count * columns * 4:
        raise _Unusual
    table = np.frombuffer(content, ">u4", count * columns, start)
    return table.astype(np.int64).reshape(count, columns)


@dataclass(slots=True)
class _Track:
    """One track's tables."""

    movie: memoryview
    number: int
    file_size: int

    def timed(self) -> TimedPackets:
        """Work out when the samples are displayed."""
        track = self._own()
        table = _only(track, b"mdia", b"minf", b"stbl")
        boxes = dict(_boxes(table))
        sizes = _sizes(boxes.get(b"stsz", memoryview(b"")))
        count = len(sizes)
        self._check_inside(boxes, sizes)
        durations = _spread(_rows(boxes.get(b"stts", memoryview(b"")), 2), count)
        pts = np.cumsum(durations) - durations
        if b"ctts" in boxes:
            pts += _spread(_rows(boxes[b"ctts"], 2), count).astype(np.uint32).view(np.int32)
        keyframes = np.ones(count, bool)
        if b"stss" in boxes:
            keyframes[:] = False
            keyframes[_rows(boxes[b"stss"], 1)[:, 0] - 1] = True
        pts += self._shift(track, int(pts.min()), int((pts + durations).max()))
        return TimedPackets(pts, keyframes, np.ones(count, bool), durations, counts=False)

    def _own(self) -> memoryview:
        for kind, track in _boxes(self.movie):
            if kind == b"trak":
                header = _only(track, b"tkhd")
                if _number(header, 20 if header[0] else 12) == self.number:
                    return track
        raise _Unusual

    def _shift(self, track: memoryview, first: int, end: int) -> int:
        """Ticks by which the edit list moves all samples; it must show them all, once, at their own speed."""
        media_scale = _scale(_only(track, b"mdia", b"mdhd"))
        movie_scale = _scale(_only(self.movie, b"mvhd"))
        if b"edts" not in dict(_boxes(track)):
            return 0
        edits = _only(track, b"edts", b"elst")
        if edits[0] != 0:
            raise _Unusual
        rows = _rows(edits, 3)
        empty = [row for row in rows if row[1] == 0xFFFFFFFF]
        if len(rows) - len(empty) != 1 or len(empty) > 1 or (rows[:, 2] != 0x10000).any():
            raise _Unusual
        lasts, begins, _ = rows[-1]
        if begins > first or (lasts and lasts * media_scale < (end - begins - 1) * movie_scale - media_scale):
            raise _Unusual  # cut at its beginning or its end
        delay = round(int(empty[0][0]) * media_scale / movie_scale) if empty else 0
        return delay - int(begins)

    def _check_inside(self, boxes: dict[bytes, memoryview], sizes: NDArray[np.int64]) -> None:
        """A file that was cut off does not hold all that its tables promise."""
        if b"co64" in boxes:
            offsets = _rows(boxes[b"co64"], 2)
            chunks = (offsets[:, 0] << 32) + offsets[:, 1]
        else:
            chunks = _rows(boxes.get(b"stco", memoryview(b"")), 1)[:, 0]
        runs = _rows(boxes.get(b"stsc", memoryview(b"")), 3)
        lengths = np.diff([*(runs[:, 0] - 1), len(chunks)])
        if (lengths < 0).any() or len(lengths) != len(runs):
            raise _Unusual
        held = np.repeat(runs[:, 1], lengths)
        if len(held) != len(chunks) or (held < 1).any() or held.sum() != len(sizes):
            raise _Unusual
        ends = chunks + np.add.reduceat(sizes, np.cumsum(held) - held)
        if ends.max() > self.file_size:
            raise _Unusual


def _sizes(content: memoryview) -> NDArray[np.int64]:
    count, same = _number(content, 8), _number(content, 4)
    if not 0 < count <= _MOST_SAMPLES:
        raise _Unusual
    sizes = np.full(count, same, np.int64) if same else _rows(content, 1, start=12)[:, 0]
    if not sizes.all():
        raise _Unusual  # an empty sample is no frame
    return sizes


def _spread(runs: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Write run lengths out; they must make up just as many values as there are samples."""
    if runs[:, 0].sum() != count:
        raise _Unusual
    return np.repeat(runs[:, 1], runs[:, 0])


def _scale(header: memoryview) -> int:
    scale = _number(header, 20 if header[0] else 12)
    if not scale:
        raise _Unusual
    return scale
