"""MP4 files changed by hand, or put together from nothing but tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def box(kind: bytes, *content: bytes) -> bytes:
    """A box with its header."""
    whole = b"".join(content)
    return (len(whole) + 8).to_bytes(4, "big") + kind + whole


def numbers(*values: int) -> bytes:
    """Numbers of 32 bits, negative ones too."""
    return b"".join((value & 0xFFFFFFFF).to_bytes(4, "big") for value in values)


def table(kind: bytes, rows: Sequence[Sequence[int]]) -> bytes:
    """A box that counts its rows."""
    return box(kind, numbers(0, len(rows)), *(numbers(*row) for row in rows))


def replace_box(path: Path, old: bytes, new: bytes) -> None:
    """Put another box in place of the one of a kind in a file's first track; the media data lies before it.

    Args:
        path: The file; it is overwritten.
        old: Kind of the box.
        new: The whole new box.
    """
    whole = bytearray(path.read_bytes())
    moov = whole.rindex(b"moov")
    start = whole.index(old, moov) - 4
    size = int.from_bytes(whole[start : start + 4], "big")
    whole[start : start + size] = new
    for parent in PARENTS:
        place = whole.rindex(parent, 0, start) - 4
        grown = int.from_bytes(whole[place : place + 4], "big") + len(new) - size
        whole[place : place + 4] = grown.to_bytes(4, "big")
    path.write_bytes(whole)


def rows_of(path: Path, kind: bytes, columns: int) -> list[list[int]]:
    """The rows of the first box of a kind that counts them."""
    whole = path.read_bytes()
    start = whole.index(kind, whole.rindex(b"moov")) + 8
    count = int.from_bytes(whole[start : start + 4], "big")
    values = [int.from_bytes(whole[at : at + 4], "big") for at in range(start + 4, len(whole) - 3, 4)]
    return [values[row * columns : (row + 1) * columns] for row in range(count)]


@dataclass(frozen=True)
class Track:
    """What the tables of a track tell, sample by sample, and how they are to tell it."""

    sizes: list[int]
    durations: list[int]
    delays: list[int]
    keys: list[int] | None
    """Numbers of the key frames; None when all are."""
    chunks: list[int]
    """How many samples each holds."""
    is_wide: bool
    """Whether the chunks' places have 64 bits."""

    def positions(self) -> list[int]:
        """Where the samples lie: the chunks lie apart by 5 bytes."""
        places, place, number = [], 16, 0
        for count in self.chunks:
            for size in self.sizes[number : number + count]:
                places.append(place)
                place += size
            number, place = number + count, place + 5
        return places

    def write(self, path: Path) -> None:
        """Write a file of these tables, and of zeros in place of the media."""
        firsts = [sum(self.chunks[:chunk]) for chunk in range(len(self.chunks))]
        starts = [self.positions()[first] for first in firsts]
        media = box(b"mdat", bytes(max(p + s for p, s in zip(self.positions(), self.sizes, strict=True)) + 8))
        chunk_runs = [[at + 1, count, 1] for at, count in enumerate(self.chunks)
                      if at == 0 or count != self.chunks[at - 1]]  # fmt: skip
        is_even = len(set(self.sizes)) == 1
        tables = [
            table(b"stts", _runs(self.durations)), table(b"ctts", _runs(self.delays)),
            table(b"stsc", chunk_runs),
            table(b"co64", [[0, start] for start in starts]) if self.is_wide
            else table(b"stco", [[start] for start in starts]),
            box(b"stsz", numbers(0, self.sizes[0], len(self.sizes))) if is_even
            else box(b"stsz", numbers(0, 0, len(self.sizes), *self.sizes)),
        ]  # fmt: skip
        if self.keys is not None:
            tables.append(table(b"stss", [[key] for key in self.keys]))
        header = box(b"mdhd", numbers(0, 0, 0, 1000, 0))
        inner = box(b"mdia", header, box(b"minf", box(b"stbl", *tables)))
        track = box(b"trak", box(b"tkhd", numbers(0, 0, 0, 1)), inner)
        path.write_bytes(media + box(b"moov", box(b"mvhd", numbers(0, 0, 0, 1000)), track))


def _runs(values: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for value in values:
        if runs and runs[-1][1] == value:
            runs[-1][0] += 1
        else:
            runs.append([1, value])
    return runs
