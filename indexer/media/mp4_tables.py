"""The sample tables of an MP4 or MOV: when each frame is displayed and where it lies, without reading it.

Reading every packet of ten hours takes seconds, these tables a fraction of one. Only what is plain is read
here: one track shown from its first frame to its last, no fragments. For all else the answer is None, and so
it is for tables that are inconsistent: whoever asks reads the packets then, and compares what is told here
with some of them. The tables of ten hours take up to 20 MB, so they are read a window at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.media.mp4_boxes import Box, Unusual, movie_box, tracks
from indexer.media.mp4_runs import Counter, Places, Runs, Table
from indexer.media.packets import TimedPackets

WINDOW = 4096
"""Samples that are looked at together."""
_MOST_SAMPLES = 10_000_000
_ENCRYPTED = (b"encv", b"drmi", b"drms")
Column = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Samples:
    """Some samples of a track, in file order, in ticks of its time base."""

    first: int
    """Number of the first of them; the file's first is 0."""
    pts: Column
    dts: Column
    durations: Column
    keyframes: NDArray[np.bool_]
    sizes: Column
    """In bytes."""
    positions: Column
    """In bytes from the file's start."""


@dataclass(frozen=True, slots=True)
class _Extent:
    """When the samples of a track are displayed without edits."""

    first: int
    last: int
    length: int
    """Of all together."""


class SampleTables:
    """The tables of one track in a file that stays open."""

    def __init__(self, path: Path, track: int) -> None:
        """Open a file and look through a track's tables once.

        Args:
            path: The file.
            track: Its number in the file (`av.stream.Stream.id`).

        Raises:
            Unusual: The tables are not of the plain kind, or contradict each other.
            OSError: The file cannot be read.
        """
        self.file = os.open(path, os.O_RDONLY)
        try:
            movie = movie_box(self.file)
            own = _track(movie, track)
            media = own.only(b"mdia")
            boxes = list(media.only(b"minf", b"stbl").boxes())
            self._boxes = dict(boxes)
            if len(self._boxes) != len(boxes):
                raise Unusual
            self.count = self._box(b"stsz").number(8)
            if not 0 < self.count <= _MOST_SAMPLES:
                raise Unusual
            self._delay = 0
            """Ticks from a sample's decoding to its display that make up for negative ones in the table."""
            self._shift = 0
            self.ends: list[Samples] = []
            """The first and the last windows, for comparing."""
            scales = _scale(media.only(b"mdhd")), _scale(movie.only(b"mvhd"))
            self._shift, self.is_edited = _shift(own, scales, self._survey())
            """Whether an edit list does anything but tell when the first frame is displayed."""
            self.ends = [self._moved(samples) for samples in self.ends]
        except BaseException as error:
            self.close()
            if isinstance(error, ValueError | IndexError | OverflowError):
                raise Unusual from error
            raise

    def close(self) -> None:
        """Close the file."""
        os.close(self.file)

    def __enter__(self) -> SampleTables:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def has_one_clear_description(self) -> bool:
        """Whether all samples are of one kind, and not encrypted."""
        kinds = self._box(b"stsd")
        return kinds.number(4) == 1 and kinds.number(12).to_bytes(4, "big") not in _ENCRYPTED

    def windows(self) -> Iterator[Samples]:
        """Yield all samples, `WINDOW` at a time.

        Raises:
            Unusual: The tables contradict each other.
        """
        steps = Runs(Table(self._box(b"stts"), 2))
        offsets = Runs(Table(self._boxes[b"ctts"], 2)) if b"ctts" in self._boxes else None
        places = Places(self._boxes)
        keys = Counter(Table(self._boxes[b"stss"], 1)) if b"stss" in self._boxes else None
        clock = 0
        for first in range(0, self.count, WINDOW):
            count = min(WINDOW, self.count - first)
            sizes, durations = self._sizes(first, count), steps.take(count)
            ends = clock + np.cumsum(durations)
            decoded, clock = ends - durations, int(ends[-1])
            shown = decoded
            if offsets is not None:
                shown = decoded + offsets.take(count).astype(np.uint32).view(np.int32)
            keyframes = np.ones(count, bool) if keys is None else keys.marks(first, count)
            yield self._moved(Samples(first, shown, decoded, durations, keyframes, sizes, places.take(sizes)))
        for rest in (steps, offsets, places, keys):
            if rest is not None:
                rest.check_end()

    def _survey(self) -> _Extent:
        """Look through all samples."""
        size = os.fstat(self.file).st_size
        firsts, lasts, delays = [], [], []
        for samples in self.windows():
            if samples.positions.min() < 0 or (samples.positions + samples.sizes).max() > size:
                raise Unusual  # a file that was cut off does not hold all that its tables promise
            firsts.append(int(samples.pts.min()))
            lasts.append(int(samples.pts.max()))
            delays.append(int((samples.dts - samples.pts).max()))
            del self.ends[1:-1]
            self.ends.append(samples)
        self._delay = max(0, *delays)
        return _Extent(min(firsts), max(lasts), int((samples.dts + samples.durations)[-1]))

    def _moved(self, samples: Samples) -> Samples:
        """Shift samples in time as far as it is known by how much."""
        return replace(samples, pts=samples.pts + self._shift, dts=samples.dts + (self._shift - self._delay))

    def _sizes(self, first: int, count: int) -> Column:
        table = self._box(b"stsz")
        same = table.number(4)
        sizes = np.full(count, same, np.int64) if same else table.rows(12 + 4 * first, count)[:, 0]
        if not sizes.all():
            raise Unusual  # an empty sample is no frame
        return sizes

    def _box(self, kind: bytes) -> Box:
        if kind not in self._boxes:
            raise Unusual
        return self._boxes[kind]


def read_sample_tables(path: Path, track: int) -> TimedPackets | None:
    """Read when each sample of a track is displayed.

    Args:
        path: The file.
        track: Its number in the file (`av.stream.Stream.id`).

    Returns:
        The samples in file order, or None when the tables are not of the plain kind.
    """
    try:
        with SampleTables(path, track) as tables:
            return _timed(tables)
    except (Unusual, OSError):
        return None


def _timed(tables: SampleTables) -> TimedPackets:
    count = tables.count
    pts, keyframes = np.empty(count, np.int64), np.empty(count, bool)
    durations = np.empty(count, np.uint32)
    for samples in tables.windows():
        window = slice(samples.first, samples.first + len(samples.pts))
        pts[window], keyframes[window] = samples.pts, samples.keyframes
        durations[window] = samples.durations
    return TimedPackets(pts, keyframes, np.ones(count, bool), durations, counts=False)


def _track(movie: Box, number: int) -> Box:
    for own, track in tracks(movie):
        if own == number:
            return track
    raise Unusual


def _shift(track: Box, scales: tuple[int, int], extent: _Extent) -> tuple[int, bool]:
    """Ticks by which the edit list moves all samples; it must show them all, once, at their own speed.

    Args:
        track: Its box.
        scales: Ticks per second of the track and of the edits.
        extent: When samples are displayed without edits.

    Returns:
        The shift, and whether the list begins elsewhere than at the first sample or is shorter than all.
    """
    if b"edts" not in dict(track.boxes()):
        return 0, False
    edits = track.only(b"edts", b"elst")
    count = edits.number(4)
    if edits.number(0, 1) != 0 or count > WINDOW:
        raise Unusual
    rows = edits.rows(8, count, 3)
    empty = [row for row in rows if row[1] == 0xFFFFFFFF]
    if len(rows) - len(empty) != 1 or len(empty) > 1 or (rows[:, 2] != 0x10000).any():
        raise Unusual
    media_scale, movie_scale = scales
    lasts, begins, _ = map(int, rows[-1])
    shown = lasts * media_scale
    if begins > extent.first or (lasts and shown < (extent.last - begins + 1) * movie_scale):
        raise Unusual  # cut at its beginning or its end
    delay = round(int(empty[0][0]) * media_scale / movie_scale) if empty else 0
    least = max(extent.length, extent.last - begins + 2)
    is_edited = begins != extent.first or shown < least * movie_scale
    return delay - begins, is_edited


def _scale(header: Box) -> int:
    scale = header.behind_dates()
    if not 0 < scale < 1 << 31:
        raise Unusual
    return scale
