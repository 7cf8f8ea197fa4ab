"""The axis of a timeline: seconds of one video, or seconds of the wall clock that several cameras share.

A part of the axis is a `Span`: of a video from its first displayed frame, on the wall clock from 1970 (UTC).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from app.wall_clock import told_span, told_time
from indexer.timeline import Span

ZOOMS = (3600.0, 600.0, 60.0, 10.0)
"""Lengths of the windows that a person can choose, besides the whole."""
SHORTEST_SECONDS = 0.5
"""No window is shorter: frames lie tens of milliseconds apart."""

_FRACTIONS_SECONDS = 10.0
"""Shorter windows are told to the hundredth of a second."""
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_STEPS = (
    *(0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(_MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 30 * _DAY),
)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis and what stands beneath it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """How the axis is read."""

    wall: bool
    """Whether it is the wall clock and not one video's."""
    zone: tzinfo | None = None
    """Zone in which the wall clock is told; None is the machine's."""

    def ticks(self, window: Span, most: int = 9) -> list[Tick]:
        """Return ticks at round times inside a window, ``most`` or one more of them."""
        step = next((each for each in _STEPS if window.duration_seconds / each <= most), None)
        step = step or window.duration_seconds / most
        shift = self._offset_seconds(window.start_seconds)  # so that days begin at midnight there
        first = math.ceil((window.start_seconds + shift) / step - 1e-9)
        last = math.floor((window.end_seconds + shift) / step + 1e-9)
        times = [number * step - shift for number in range(first, last + 1)]
        return [Tick(time, self._label(time, step)) for time in times]

    def clock(self, at: float) -> datetime:
        """Return a second of the wall clock as a date and time."""
        return datetime.fromtimestamp(at, UTC).astimezone(self.zone)

    def time(self, at: float) -> str:
        """Return a time of day on the wall clock, to the second."""
        return f"{self.clock(at):%H:%M:%S}"

    def told(self, window: Span) -> str:
        """Say a window in words: ``0:05–0:15``, or ``2026-03-01 14:30:00–14:31:00``."""
        if not self.wall:
            return told_span(window)
        first, last = self.clock(window.start_seconds), self.clock(window.end_seconds)
        day = "" if first.date() == last.date() else f"{last:%Y-%m-%d} "
        tenths = window.duration_seconds < _FRACTIONS_SECONDS
        return f"{first:%Y-%m-%d} {_time(first, tenths)}–{day}{_time(last, tenths)}"

    def _offset_seconds(self, at: float) -> float:
        offset = self.clock(at).utcoffset() if self.wall else None
        return offset.total_seconds() if offset else 0.0

    def _label(self, at: float, step: float) -> str:
        if not self.wall:
            return told_time(max(0.0, at))
        moment = self.clock(at + 1e-6)
        if step >= _DAY or (step >= _HOUR and moment.hour == moment.minute == 0):
            return f"{moment:%b %d}"
        if step >= _MINUTE:
            return f"{moment:%H:%M}"
        return _time(moment, step < 1)


def _time(moment: datetime, tenths: bool) -> str:
    return f"{moment:%H:%M:%S}" + (f".{moment.microsecond // 10_000:02d}" if tenths else "")


def fitted(window: Span, whole: Span) -> Span:
    """Return a window of the same length that lies inside the whole, or the whole where it is longer."""
    length = max(window.duration_seconds, SHORTEST_SECONDS)
    if length >= whole.duration_seconds:
        return whole
    start = min(max(window.start_seconds, whole.start_seconds), whole.end_seconds - length)
    return Span(start, start + length)


def around(centre: float, length: float, whole: Span) -> Span:
    """Return a window of a length with a time in its middle, moved so that it lies inside the whole."""
    start = max(0.0, centre - length / 2)
    return fitted(Span(start, start + max(length, SHORTEST_SECONDS)), whole)


def moved(window: Span, share: float, whole: Span) -> Span:
    """Return the window a share of its length later (or earlier, when negative), inside the whole."""
    start = max(0.0, window.start_seconds + share * window.duration_seconds)
    return fitted(Span(start, start + window.duration_seconds), whole)


def zooms(whole: Span) -> Iterator[float]:
    """Yield the lengths that are shorter than the whole, the longest first."""
    yield from (length for length in ZOOMS if length < whole.duration_seconds)
