"""A line through what a clock in the picture showed: its start, its drift, and whether it ran at all.

A clock shows whole seconds, so a reading says only that the time lay in ``[shown, shown + resolution)``.
Every line through all of these stretches is possible; the middle of the possible ones is taken, and how far
they lie apart is the error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_MOST_DRIFT = 0.02
"""A clock of the same recording gains or loses less than this; a time-lapse's runs much faster."""
_SLACK_SECONDS = 0.25
_FEWEST_FOR_A_LAPSE = 5
_SURE_OF_A_LAPSE = 0.8
_SIGMAS = 2.0
_DRAWING_SECONDS = 0.1
"""Cameras draw a new second some frames late."""
_RATES = 401

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock showed in one frame."""

    seconds: float
    """The frame's time in the video."""
    shown: float
    """The clock, in seconds from any fixed instant."""
    resolution_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class ClockFit:
    """How a clock runs against the video."""

    start: float
    """What the clock stood at when the video began, on the scale of `Reading.shown`."""
    rate: float
    """Seconds of the clock in a second of the video; exactly 1 where no drift can be made out."""
    error_seconds: float
    """How far a time worked out by it may be off within the recording."""
    rate_error: float
    """The same for the rate, at two sigma; where that is 1, the drift that would not have been noticed."""
    used: tuple[Reading, ...]
    """The readings that it rests on."""


def fit_clock(readings: Sequence[Reading], duration_seconds: float) -> list[ClockFit]:
    """Fit the readings of one clock, given in the order of time.

    Returns:
        One fit; two or more, in the order of time, where the clock jumps; none where it stands still, counts
        backwards, or the readings make no sense together.
    """
    if len(readings) < 2 or stands_still(readings):
        return []
    pieces = [piece for piece in _pieces(readings) if len(piece) >= 2]
    if sum(map(len, pieces)) >= 0.6 * len(readings):
        return [_line(piece, duration_seconds, _MOST_DRIFT) for piece in pieces]
    lapse = _time_lapse(readings)
    return [_line(lapse, duration_seconds, np.inf)] if lapse else []


def stands_still(readings: Sequence[Reading]) -> bool:
    """Tell whether a clock shows one time all along although it should have gone on."""
    passed = readings[-1].seconds - readings[0].seconds
    shown = {reading.shown for reading in readings}
    return len(readings) > 1 and len(shown) == 1 and passed > 2 * readings[0].resolution_seconds


def _pieces(readings: Sequence[Reading]) -> list[list[Reading]]:
    """Group readings that one clock at about the video's pace can have shown; misreadings stay alone."""
    pieces: list[list[Reading]] = []
    for reading in readings:
        home = next((piece for piece in reversed(pieces) if _goes_on(piece[-1], reading)), None)
        if home is None:
            pieces.append([reading])
        else:
            home.append(reading)
    return pieces


def _goes_on(before: Reading, after: Reading) -> bool:
    passed = after.seconds - before.seconds
    slack = after.resolution_seconds + _SLACK_SECONDS + _MOST_DRIFT * passed
    return abs(after.shown - before.shown - passed) <= slack


def _time_lapse(readings: Sequence[Reading]) -> list[Reading]:
    """Return the readings of a clock that runs evenly at another pace; empty when it does not."""
    if len(readings) < _FEWEST_FOR_A_LAPSE:
        return []
    slopes = [(b.shown - a.shown) / (b.seconds - a.seconds) for a, b in pairwise(readings)]
    slope = float(np.median(slopes))
    if slope <= 0:
        return []
    start = float(np.median([reading.shown - slope * reading.seconds for reading in readings]))
    slack = readings[0].resolution_seconds + _SLACK_SECONDS + 0.1 * slope
    fitting = [r for r in readings if abs(r.shown - start - slope * r.seconds) <= slack]
    return fitting if len(fitting) >= _SURE_OF_A_LAPSE * len(readings) else []


def _line(readings: Sequence[Reading], duration_seconds: float, most_drift: float) -> ClockFit:
    """Fit a line; there is drift only where no clock without any could have shown these readings."""
    seconds = np.array([reading.seconds for reading in readings])
    shown = np.array([reading.shown for reading in readings])
    steps = np.array([reading.resolution_seconds for reading in readings])
    rate, rate_error = _least_squares(seconds, shown + steps / 2, float(steps.max()))
    rates = np.clip(rate + rate_error * np.linspace(-2, 2, _RATES), 1 - most_drift, 1 + most_drift)
    for possible in ([1.0], rates):
        lines = _lines(seconds, shown, steps, possible)
        if lines:
            ends = np.array([[start, start + rate * duration_seconds] for start, rate in lines])
            middle = (ends.min(axis=0) + ends.max(axis=0)) / 2
            error = float((ends.max(axis=0) - ends.min(axis=0)).max()) / 2
            rate = float(middle[1] - middle[0]) / duration_seconds
            return ClockFit(float(middle[0]), rate, error, rate_error, tuple(readings))
    start = float((shown + steps / 2 - rate * seconds).mean())
    scatter = float(np.abs(shown + steps / 2 - rate * seconds - start).max())
    return ClockFit(start, rate, scatter, rate_error, tuple(readings))


def _least_squares(seconds: Values, shown: Values, step: float) -> tuple[float, float]:
    """Return the rate and its error at two sigma; rounding to whole steps is the least error there is."""
    away = seconds - seconds.mean()
    spread = float((away**2).sum())
    rate = float((away * (shown - shown.mean())).sum()) / spread
    residuals = shown - shown.mean() - rate * away
    scatter = float(np.sqrt((residuals**2).sum() / max(1, len(seconds) - 2)))
    return rate, _SIGMAS * max(scatter, step / np.sqrt(12)) / np.sqrt(spread)


def _lines(
    seconds: Values, shown: Values, steps: Values, rates: Iterable[float]
) -> list[tuple[float, float]]:
    """Return the extreme starts, with their rates, of all clocks that could have shown the readings."""
    lines: list[tuple[float, float]] = []
    for rate in rates:
        earliest = float((shown - rate * seconds).max())
        latest = float((shown + steps - rate * seconds).min())
        if earliest <= latest + _DRAWING_SECONDS:
            lines += [(min(earliest, latest), float(rate)), (max(earliest, latest), float(rate))]
    return lines
