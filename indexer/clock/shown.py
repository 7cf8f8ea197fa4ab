"""From what the clock in the picture showed to a start: which day it means, and how it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from indexer.clock.burned_in import Sighting
from indexer.clock.fitting import ClockFit, Reading, fit_clock, stands_still
from indexer.timeline import format_seconds

_DAY = 86400.0
_COUNTER_SECONDS = 3.0
"""A clock without a date that began this near to 0:00:00 counts the recording's own seconds."""


@dataclass(frozen=True, slots=True)
class ShownStart:
    """A start as the clock in the picture tells it, in the camera's own time."""

    days: tuple[date, ...]
    """The day that the clock shows; several where it is ambiguous, the likelier first; empty for none."""
    seconds: float
    """Time of day of the first frame, from the midnight that begins the day; may lie before it."""
    rate: float
    error_seconds: float
    remark: str = ""

    def on(self, day: date) -> datetime:
        """Return the start for one of the days, without an offset."""
        return datetime.combine(day, datetime.min.time()) + timedelta(seconds=self.seconds)


def start_from_clock(sightings: Sequence[Sighting], duration_seconds: float) -> tuple[ShownStart | None, str]:
    """Work out the start from what the clock in the picture showed.

    Returns:
        The start, None where the clock cannot be used, and what a person should know of a clock that cannot.
    """
    if not sightings:
        return None, ""
    first = next((each.stamp for each in sightings if each.stamp.dates), sightings[0].stamp)
    candidates: dict[date | None, tuple[int, list[ClockFit]]] = {}
    for day in first.dates or (None,):
        readings = _on_one_scale(sightings, day)
        if stands_still(readings):
            return None, f"the clock in the picture stands still at {_time_of_day(readings[0].shown)}"
        fits = fit_clock(readings, duration_seconds)
        candidates[day] = (max((len(fit.used) for fit in fits), default=0), fits)
    most = max(used for used, _ in candidates.values())
    likely = [day for day, (used, _) in candidates.items() if used == most]
    fits = candidates[likely[0]][1]
    if not fits:
        return None, "the clock in the picture does not run evenly, so it was not used"
    return _start(fits, [day for day in likely if day is not None])


def _start(fits: Sequence[ClockFit], days: Sequence[date]) -> tuple[ShownStart | None, str]:
    best = max(fits, key=lambda fit: len(fit.used))
    midnight = days[0].toordinal() * _DAY if days else 0.0
    seconds = best.start - midnight
    if not days and min(seconds % _DAY, -seconds % _DAY) <= _COUNTER_SECONDS:
        return None, ""
    remarks = [_jump(one, other) for one, other in pairwise(fits)]
    return ShownStart(tuple(days), seconds, best.rate, best.error_seconds, "; ".join(remarks)), ""


def _jump(one: ClockFit, other: ClockFit) -> str:
    by = other.start - one.start
    places = [format_seconds(round(at.seconds)) for at in (one.used[-1], other.used[0])]
    return f"the clock in the picture jumps by {by:+.0f} s between {places[0]} and {places[1]}"


def _on_one_scale(sightings: Sequence[Sighting], day: date | None) -> list[Reading]:
    """Write all readings in seconds from one instant, taking of an ambiguous date what fits those before.

    A clock without a date goes on over midnight.
    """
    readings: list[Reading] = []
    for each in sightings:
        stamp = each.stamp
        if readings:
            expected = readings[-1].shown + each.seconds - readings[-1].seconds
        else:
            expected = (day.toordinal() * _DAY if day else 0.0) + stamp.seconds
        if stamp.dates:
            possible = [shown.toordinal() * _DAY + stamp.seconds for shown in stamp.dates]
        else:
            midnight = round((expected - stamp.seconds) / _DAY) * _DAY
            possible = [midnight + stamp.seconds]
        shown = min(possible, key=lambda value: abs(value - expected))
        readings.append(Reading(each.seconds, shown, stamp.resolution_seconds))
    return readings


def _time_of_day(shown: float) -> str:
    whole = int(shown % _DAY)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
