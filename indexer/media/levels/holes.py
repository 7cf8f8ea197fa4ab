"""Stretches without frames, told while a walk by levels goes on, since nothing may be measured across one.

The index of the whole file tells them too, but only when the walk has come to its end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np

from indexer.media.index import HOLE_SECONDS, holes_in
from indexer.media.samples import Sample
from indexer.media.walking import NO_FRAMES
from indexer.timeline import Span, Unseen

_KNOWN_FRAMES = 2000
"""The usual step is known by the times of so many frames, those of the next group among them."""


class HoleWatch:
    """Finds the holes in the times of groups as they are read, and tells each before the sample behind it."""

    def __init__(self, time_base: Fraction, seconds: Callable[[int], float], start_seconds: float) -> None:
        """Begin with nothing read.

        Args:
            time_base: Seconds per tick.
            seconds: Turns a PTS into seconds of the one clock.
            start_seconds: Nothing before this time is told.
        """
        self._time_base = time_base
        self._seconds = seconds
        self._start_seconds = start_seconds
        self._times: deque[int] = deque(maxlen=_KNOWN_FRAMES)
        self._waiting: deque[Span] = deque()
        self._told: list[Span] = []

    def add(self, times: Iterable[int]) -> None:
        """Take the times at which the frames of the next group are displayed, in any order."""
        last = [self._times[-1]] if self._times else []
        new = sorted({time for time in times if not last or time > last[0]})
        self._times.extend(new)
        longest = max((after - before for before, after in pairwise([*last, *new])), default=0)
        if longest * self._time_base <= HOLE_SECONDS:
            return
        for before, after in holes_in(np.asarray(self._times, np.int64), self._time_base):
            start, end = max(self._seconds(before), self._start_seconds), self._seconds(after)
            if after in new and end > start:
                self._waiting.append(Span(start, end))

    def told_with(self, seen: Sample | Unseen) -> Iterator[Sample | Unseen]:
        """Yield the holes that end before what was seen, and then that, unless it was told already."""
        if isinstance(seen, Sample):
            while self._waiting and self._waiting[0].end_seconds <= seen.pts_seconds + 1e-6:
                self._told.append(self._waiting.popleft())
                yield Unseen(self._told[-1], NO_FRAMES)
        elif seen.reason == NO_FRAMES:
            if any(hole.intersect(seen.span) for hole in self._told):
                return
            self._told.append(seen.span)
        yield seen
