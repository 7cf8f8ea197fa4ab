"""Which source of a recording's start is believed, and what the others have to say against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from indexer.clock.container import ContainerStart
from indexer.clock.file_names import NamedStart
from indexer.clock.shown import ShownStart
from indexer.clock.start import RecordingStart, StartSource, format_clock
from indexer.clock.zones import localise

_NEAR = timedelta(days=2)
_AHEAD = timedelta(days=1)
_TOLERATED_SECONDS = 3.0
_QUARTER_HOUR = 900.0
_LARGEST_OFFSET = 14 * 3600.0


@dataclass(frozen=True, slots=True)
class Sources:
    """What each source says of one recording's start; None where it says nothing."""

    shown: ShownStart | None = None
    named: NamedStart | None = None
    container: ContainerStart | None = None
    modified: datetime | None = None
    """When the file was last written: no start, but it tells which of two days is meant."""
    remark: str = ""
    """What is to be told of a source that cannot be used."""


def choose_start(sources: Sources, zone: ZoneInfo | None, now: datetime) -> RecordingStart | None:
    """Return the start by the best source, with a remark where another one disagrees; None without any.

    Args:
        sources: What is known.
        zone: The zone of times without an offset; None is the machine's.
        now: Nothing was recorded after it.
    """
    starts = [
        start
        for start in (
            _by_clock(sources, zone, now),
            _by_name(sources, zone, now),
            _by_container(sources, zone),
        )
        if start is not None
    ]
    if not starts:
        return None
    best, *others = starts
    remarks = [best.remark, *(_disagreement(best, other) for other in others), sources.remark]
    return replace(best, remark="; ".join(filter(None, remarks)))


def _by_clock(sources: Sources, zone: ZoneInfo | None, now: datetime) -> RecordingStart | None:
    shown = sources.shown
    if shown is None:
        return None
    hints = _hints(sources, zone)
    days: Sequence[date] = shown.days
    remark = shown.remark
    if not days:
        # No date in the picture: the day on which that time of day is nearest to what else is known.
        hint = next(iter(hints), None)
        if hint is None:
            return None
        days = [min(_around(hint), key=lambda day: abs(shown.on(day) - hint))]
        remark = _joined(remark, "the clock in the picture shows no date; it is taken from elsewhere")
    chosen, doubt = _choose([shown.on(day) for day in days], hints, zone, now)
    return RecordingStart(
        localise(chosen, zone), StartSource.BURNED_IN, shown.error_seconds, shown.rate, _joined(remark, doubt)
    )


def _by_name(sources: Sources, zone: ZoneInfo | None, now: datetime) -> RecordingStart | None:
    if sources.named is None:
        return None
    hints = _hints(replace(sources, named=None), zone)
    naive = [localise(reading, zone).replace(tzinfo=None) for reading in sources.named.readings]
    chosen, doubt = _choose(naive, hints, zone, now)
    reading = localise(sources.named.readings[naive.index(chosen)], zone)
    if reading > now + _AHEAD:
        return None
    return RecordingStart(reading, StartSource.FILE_NAME, sources.named.error_seconds, remark=doubt)


def _by_container(sources: Sources, zone: ZoneInfo | None) -> RecordingStart | None:
    found = sources.container
    if found is None:
        return None
    return RecordingStart(localise(found.starts_at, zone), StartSource.CONTAINER, found.error_seconds)


def _hints(sources: Sources, zone: ZoneInfo | None) -> list[datetime]:
    """Return the times that tell one day from another, the best first, in the zone and without an offset."""
    moments = [
        *(sources.named.readings if sources.named and len(sources.named.readings) == 1 else ()),
        *([sources.container.starts_at] if sources.container else ()),
        *([sources.modified] if sources.modified else ()),
    ]
    return [localise(moment, zone).replace(tzinfo=None) for moment in moments]


def _choose(
    readings: Sequence[datetime], hints: Iterable[datetime], zone: ZoneInfo | None, now: datetime
) -> tuple[datetime, str]:
    """Choose among readings of an ambiguous date; the second value says so when it was chosen by custom."""
    if len(readings) == 1:
        return readings[0], ""
    for hint in hints:
        near = [reading for reading in readings if abs(reading - hint) <= _NEAR]
        if len(near) == 1:
            return near[0], ""
    past = [reading for reading in readings if localise(reading, zone) <= now + _AHEAD] or list(readings)
    if len(past) == 1:
        return past[0], ""
    others = " or ".join(f"{reading:%Y-%m-%d}" for reading in past[1:])
    return past[0], (
        f"the date can also be read as {others}; it was read day first, or year first. "
        "If that is wrong: witness clock VIDEO --starts-at"
    )


def _around(hint: datetime) -> list[date]:
    return [hint.date() + timedelta(days=step) for step in (-1, 0, 1)]


def _disagreement(best: RecordingStart, other: RecordingStart) -> str:
    """Say that another source means another time; nothing where both may be right."""
    by = (other.starts_at - best.starts_at).total_seconds()
    if abs(by) <= best.error_seconds + other.error_seconds + _TOLERATED_SECONDS:
        return ""
    way = "later" if by > 0 else "earlier"
    said = f"the {other.source.value} says {other.starts_at:%Y-%m-%d} {format_clock(other.starts_at)}"
    quarters = round(by / _QUARTER_HOUR)
    off_zone = abs(by - quarters * _QUARTER_HOUR) <= 30 and 0 < abs(by) <= _LARGEST_OFFSET
    zone = ", as if in another time zone" if off_zone else ""
    return f"{said}, {_length(abs(by))} {way}{zone}"


def _length(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60 * 48:
        return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    return f"{seconds / 86400:.0f} days"


def _joined(*remarks: str) -> str:
    return "; ".join(filter(None, remarks))
