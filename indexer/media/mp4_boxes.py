"""The boxes of an MP4 or MOV, found by their headers: what they hold is read when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_BOXES = 10_000
_MOST_HEADER_BYTES = 256 << 20
_UNUSUAL = (b"sbgp", b"stps", b"mvex")
"""Boxes that change which samples are key frames, or that announce fragments."""


class Unusual(Exception):
    """The boxes or tables are not of the plain kind."""


@dataclass(frozen=True, slots=True)
class Box:
    """What a box holds: bytes of an open file."""

    file: int
    """Descriptor."""
    start: int
    end: int

    def boxes(self) -> Iterator[tuple[bytes, Box]]:
        """Yield kind and content of each box inside.

        Raises:
            Unusual: One is of a kind that changes what the others mean, or does not fit.
        """
        position = self.start
        for _ in range(_MOST_BOXES):
            if position + 8 > self.end:
                return
            header = os.pread(self.file, 8, position)
            length, kind = int.from_bytes(header[:4], "big"), header[4:]
            if not 8 <= length <= self.end - position or kind in _UNUSUAL:
                raise Unusual
            yield kind, Box(self.file, position + 8, position + length)
            position += length
        raise Unusual

    def only(self, *kinds: bytes) -> Box:
        """Return the one box of a kind, inside those of the kinds before it."""
        content = self
        for wanted in kinds:
            found = [inner for kind, inner in content.boxes() if kind == wanted]
            if len(found) != 1:
                raise Unusual
            [content] = found
        return content

    def number(self, position: int, size: int = 4) -> int:
        """Read a number of so many bytes."""
        return int.from_bytes(self._read(position, size), "big")

    def behind_dates(self) -> int:
        """Read the number behind a header's two dates, which take 8 bytes each from version 1 on, else 4."""
        return self.number(20 if self.number(0, 1) else 12)

    def rows(self, position: int, count: int, columns: int = 1) -> NDArray[np.int64]:
        """Read rows of 32-bit numbers, shape (count, columns)."""
        read = np.frombuffer(self._read(position, count * columns * 4), ">u4")
        return read.astype(np.int64).reshape(count, columns)

    def _read(self, position: int, size: int) -> bytes:
        if self.start + position + size > self.end:
            raise Unusual
        content = os.pread(self.file, size, self.start + position)
        if len(content) != size:
            raise Unusual
        return content


def movie_box(file: int) -> Box:
    """Find the ``moov`` box; there must be just one, and no fragment beside it.

    Raises:
        Unusual: That is not so.
    """
    found, position, size = None, 0, os.fstat(file).st_size
    while position + 8 <= size:
        header = os.pread(file, 16, position)
        length, kind, start = int.from_bytes(header[:4], "big"), header[4:8], 8
        if length == 1:
            length, start = int.from_bytes(header[8:16], "big"), 16
        length = length or size - position
        if kind == b"moof" or (kind == b"moov" and (found or length > _MOST_HEADER_BYTES)) or length < start:
            raise Unusual
        if kind == b"moov":
            found = Box(file, position + start, min(size, position + length))
        position += length
    if found is None:
        raise Unusual
    return found


def tracks(movie: Box) -> Iterator[tuple[int, Box]]:
    """Yield number and content of each track of a ``moov`` box.

    Raises:
        Unusual: A track has no header of its own.
    """
    for kind, track in movie.boxes():
        if kind == b"trak":
            yield track.only(b"tkhd").behind_dates(), track
