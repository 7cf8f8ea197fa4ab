"""Tables of an MP4 that tell runs of equal values, written out no further than they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.media.mp4_boxes import Box, Unusual

_ROWS = 4096
"""Rows of a table that are read at a time."""
Column = NDArray[np.int64]
_NONE = np.empty(0, np.int64)


class _Source(Protocol):
    def more(self) -> tuple[Column, Column]:
        """Return the next runs: their lengths, and the value of each; none at the end."""


class Table:
    """The rows of a box, whose number stands before them."""

    def __init__(self, box: Box, columns: int) -> None:
        self._box = box
        self._columns = columns
        self._next = 0
        self.count = box.number(4)

    def read(self, most: int = _ROWS) -> Column:
        """Return the next rows, shape (rows, columns); none at the end."""
        count = min(most, self.count - self._next)
        rows = self._box.rows(8 + 4 * self._columns * self._next, count, self._columns)
        self._next += count
        return rows

    def more(self) -> tuple[Column, Column]:
        """Return the next rows as runs."""
        rows = self.read()
        return rows[:, 0], rows[:, 1]


class Runs:
    """Runs of equal values, written out piece by piece."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self.lengths = self.values = _NONE
        """Of what was read and not taken yet."""

    def runs(self, count: int) -> tuple[Column, Column]:
        """Take runs that make up ``count`` values; the last one's rest stays."""
        while int(self.lengths.sum()) < count:
            lengths, values = self._source.more()
            if not len(lengths):
                raise Unusual
            some = lengths > 0
            self.lengths = np.concatenate([self.lengths, lengths[some]])
            self.values = np.concatenate([self.values, values[some]])
        ends = np.cumsum(self.lengths)
        last = int(np.searchsorted(ends, count))
        lengths, values = self.lengths[: last + 1].copy(), self.values[: last + 1]
        rest = int(ends[last]) - count
        lengths[-1] -= rest
        self.lengths, self.values = self.lengths[last:].copy(), self.values[last:].copy()
        self.lengths[0] = rest
        return lengths, values

    def take(self, count: int) -> Column:
        """Write out the next ``count`` values."""
        lengths, values = self.runs(count)
        return np.repeat(values, lengths)

    def check_end(self) -> None:
        """Refuse a table that goes on."""
        while not self.lengths.any():
            lengths, _ = self._source.more()
            if not len(lengths):
                return
            self.lengths = lengths
        raise Unusual


class Counter:
    """Rising numbers of samples, counted from 1: those of the key frames."""

    def __init__(self, table: Table) -> None:
        if not table.count:
            raise Unusual  # what that means is a matter of opinion
        self._table = table
        self._last = 0
        self._numbers = _NONE

    def marks(self, first: int, count: int) -> NDArray[np.bool_]:
        """Mark the samples that the table names, among ``count`` of them from ``first`` (counted from 0)."""
        marks = np.zeros(count, bool)
        while True:
            inside = int(np.searchsorted(self._numbers, first + count, side="right"))
            marks[self._numbers[:inside] - 1 - first] = True
            self._numbers = self._numbers[inside:]
            if len(self._numbers) or not self._read():
                return marks

    def check_end(self) -> None:
        """Refuse a table that names samples that are not there."""
        if len(self._numbers) or self._read():
            raise Unusual

    def _read(self) -> bool:
        numbers = self._table.read()[:, 0]
        if not len(numbers):
            return False
        if numbers[0] <= self._last or (np.diff(numbers) <= 0).any():
            raise Unusual
        self._last, self._numbers = int(numbers[-1]), numbers
        return True


class Places:
    """Where the samples lie: one behind the other in chunks."""

    def __init__(self, boxes: Mapping[bytes, Box]) -> None:
        """Take a track's tables of chunks, named as in the file."""
        if b"stsc" not in boxes or not (b"stco" in boxes or b"co64" in boxes):
            raise Unusual
        self._chunks = _Chunks(boxes)
        self._runs = Runs(self._chunks)

    def take(self, sizes: Column) -> Column:
        """Return where the next samples begin, which have these sizes: bytes from the file's start."""
        lengths, starts = self._runs.runs(len(sizes))
        ends = np.cumsum(sizes)
        last = np.cumsum(lengths)
        before = np.concatenate([[0], ends])[last - lengths]
        positions: Column = np.repeat(starts - before, lengths) + ends - sizes
        # What is left of the last chunk begins behind the samples that were taken of it.
        self._runs.values[0] = starts[-1] + ends[-1] - before[-1]
        return positions

    def check_end(self) -> None:
        """Refuse tables that tell of more samples."""
        self._runs.check_end()


class _Chunks:
    """How many samples each chunk holds, and where it begins."""

    def __init__(self, boxes: Mapping[bytes, Box]) -> None:
        self._is_wide = b"co64" in boxes
        self._starts = Table(boxes[b"co64"], 2) if self._is_wide else Table(boxes[b"stco"], 1)
        self._held = Runs(_ChunkRuns(Table(boxes[b"stsc"], 3), self._starts.count))

    def more(self) -> tuple[Column, Column]:
        rows = self._starts.read()
        if not len(rows):
            self._held.check_end()
            return _NONE, _NONE
        starts = (rows[:, 0] << 32) + rows[:, 1] if self._is_wide else rows[:, 0]
        return self._held.take(len(rows)), starts


class _ChunkRuns:
    """Runs of chunks that hold equally many samples: the table tells the first chunk of each."""

    def __init__(self, table: Table, chunks: int) -> None:
        self._table = table
        self._chunks = chunks
        self._rows = table.read()
        if not len(self._rows) or self._rows[0, 0] != 1:
            raise Unusual

    def more(self) -> tuple[Column, Column]:
        rows, following = self._rows, self._table.read()
        if not len(rows):
            return _NONE, _NONE
        self._rows = following
        after = following[0, 0] if len(following) else self._chunks + 1
        lengths = np.diff(np.concatenate([rows[:, 0], [after]]))
        if (lengths < 1).any() or (rows[:, 1] < 1).any() or (rows[:, 2] != 1).any():
            raise Unusual
        return lengths, rows[:, 1]
