"""Wall-clock times in a question: "at 14:32", "yesterday between 2 and 3 pm", 昨天晚上 become parts of days.

What is meant by what:

- A point is a minute long, "at 2:32 pm" is [14:32, 14:33), or a second where one is named. Without am or pm,
  and without a leading zero, a time may lie in the morning or in the afternoon: the readings are kept in the
  order of their likelihood, and the first that a recording covers counts.
- "Around" a time is 2.5 minutes to either side, 2.5 s where a second is named. "After" reaches to the end of
  the day, "before" begins with it.
- Morning is 6 to 12, afternoon 12 to 18, evening 17 to 24, night 18 to 6; "last night" is yesterday's. In
  Chinese likewise: 上午 6–12, 中午 11–14, 下午 12–18, 傍晚 17–20, 晚上 18–6, 凌晨 0–6.
- "Monday" is the latest one; "1 March" the latest one, or that of an earlier year when only that one was
  recorded; 01/03 is read day first.
- "Ten minutes ago" is a tenth of that long, around the instant. "In the past hour" ends now.
- A time without a day means every day on which something was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import product

from assistant.timing_forms import plain, read_length
from assistant.wall_clock_forms import DAY_SECONDS, NamedDay, TimeOfDay, read_day, read_time
from assistant.wall_clock_rules import how_is_meant, rules
from indexer.clock.start import RecordingStart
from indexer.timeline import Span

AROUND_MINUTES = 2.5
_AROUND_SECONDS = 2.5
_AGO_SHARE = 0.1
"""How long "ten minutes ago" is, as a share of the time since."""
_SHORTEST_AGO_SECONDS = 2.0
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|‘[^’]*’")
"""What stands in quotation marks is text to look for, as on a sign, and no time."""


@dataclass(frozen=True, slots=True)
class WallReading:
    """One thing that a wall-clock time may mean."""

    day: date | None
    """None for every day on which something was recorded."""
    begin_seconds: float
    """From the midnight that begins the day; may be negative, or reach into the next day."""
    end_seconds: float
    zone: tzinfo | None = None
    """Zone of an instant that was counted from now; None for what the camera's own clock showed."""

    def spans_in(self, start: RecordingStart, duration_seconds: float) -> list[Span]:
        """Return the stretches of a recording that it means; none where the recording does not cover it."""
        zone = self.zone or start.starts_at.tzinfo
        spans = []
        for day in self._days(start, duration_seconds):
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            begin, end = (
                round(start.seconds_at(midnight + timedelta(seconds=each)), 3)
                for each in (self.begin_seconds, self.end_seconds)
            )
            if begin < duration_seconds and end > 0 and begin < end:
                spans.append(Span(max(0.0, begin), min(duration_seconds, end)))
        return spans

    def _days(self, start: RecordingStart, duration_seconds: float) -> list[date]:
        if self.day is not None:
            return [self.day]
        first, last = start.starts_at.date(), start.at(duration_seconds).date()
        return [first + timedelta(days=number) for number in range(-1, (last - first).days + 1)]

    def __str__(self) -> str:
        """Write it as people read it: ``2026-03-01 14:30:00–14:31:00``."""
        first, last = (_clock(each) for each in (self.begin_seconds, self.end_seconds))
        if self.day is None:
            return f"{first}–{last}"
        begins = self.day + timedelta(days=int(self.begin_seconds // DAY_SECONDS))
        ends = self.day  # midnight at its end is written 24:00:00
        if self.end_seconds != DAY_SECONDS:
            ends += timedelta(days=int(self.end_seconds // DAY_SECONDS))
        return f"{begins} {first}–{last}" if begins == ends else f"{begins} {first}–{ends} {last}"


@dataclass(frozen=True, slots=True)
class WallTime:
    """A wall-clock time that a question names."""

    text: str
    """As written in the question."""
    place: tuple[int, int]
    """Where it stands in the question."""
    readings: tuple[WallReading, ...]
    """What it may mean, the likelier first."""
    certain: bool
    """Whether it can be nothing else; "14:32" may also be minutes and seconds into a video."""


def find_wall_times(question: str, now: datetime) -> list[WallTime]:
    """Return the wall-clock times of a question, in their order, without overlaps.

    Args:
        question: The person's words.
        now: The instant of the question, with the zone of the person.
    """
    text = _QUOTED.sub(lambda match: " " * len(match[0]), plain(question))
    found = []
    for pattern in rules():
        for match in pattern.finditer(text):
            parts = {name: value for name, value in match.groupdict().items() if value}
            readings = tuple(dict.fromkeys(_read(parts, now)))
            if readings:
                found.append((match.span(), readings, _is_certain(parts)))
    found.sort(key=lambda each: (each[0][0], -each[0][1]))
    times: list[WallTime] = []
    for (begin, end), readings, certain in found:
        if not times or begin >= times[-1].place[1]:
            times.append(WallTime(question[begin:end].strip(), (begin, end), readings, certain))
    return times


def _read(parts: dict[str, str], now: datetime) -> Iterator[WallReading]:
    """Return what a match means, the likelier first; nothing where it is no time after all."""
    if length := parts.get("ago") or parts.get("past"):
        yield _ago(read_length(length), now, whole="past" in parts)
        return
    day = read_day(parts["day"], now.date()) if "day" in parts else None
    if "day" in parts and day is None:
        return
    days: Sequence[date | None] = day.days if day else (None,)
    for each in days:
        for begin, end in _hours(parts, day):
            yield WallReading(each, begin, end)


def _ago(seconds: float, now: datetime, *, whole: bool) -> WallReading:
    begin = now - timedelta(seconds=seconds)
    length = seconds
    if not whole:
        length = max(_SHORTEST_AGO_SECONDS, seconds * _AGO_SHARE)
        begin -= timedelta(seconds=length / 2)
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    since = (begin - midnight).total_seconds()
    return WallReading(begin.date(), since, since + length, now.tzinfo)


def _hours(parts: dict[str, str], day: NamedDay | None) -> list[tuple[float, float]]:
    """Return the stretches of a day that are meant, in seconds from midnight, the likelier first."""
    if "a" not in parts:
        return [day.hours] if day else []
    part = day.part if day else ""
    first = read_time(parts["a"], part)
    last = read_time(parts["b"], part) if "b" in parts else None
    if first is None or ("b" in parts and last is None):
        return []
    if last is not None:
        return _range(first, last)
    how = how_is_meant(parts.get("how", ""))
    return [_stretch(seconds, first.width_seconds, how) for seconds in first.seconds]


def _range(first: TimeOfDay, last: TimeOfDay) -> list[tuple[float, float]]:
    """Pair two ends: "between 2 and 3 pm" is in the afternoon, "11 pm to 1 am" goes over midnight."""
    pairs = []
    for begin in first.seconds:
        ends = [end + over for end, over in product(last.seconds, (0.0, DAY_SECONDS)) if end + over > begin]
        pairs.append((begin, min(ends)))
    if len(last.seconds) == 1:  # the end says which half of the day it is
        return [min(pairs, key=lambda pair: pair[1] - pair[0])]
    return pairs


def _stretch(seconds: float, width: float, how: str) -> tuple[float, float]:
    if how == "around":
        margin = AROUND_MINUTES * 60 if width >= 60 else _AROUND_SECONDS
        return seconds - margin, seconds + margin
    if how == "after":
        return seconds, max(DAY_SECONDS, seconds + 1)
    if how == "before":
        return 0.0, max(seconds, 1.0)
    return seconds, seconds + width


def _is_certain(parts: dict[str, str]) -> bool:
    if "day" in parts or "past" in parts:
        return True
    if ago := parts.get("ago"):
        return not re.search("[分秒时]", ago)  # 5分钟前 may also be the first five minutes
    times = [read_time(parts[name]) for name in ("a", "b") if name in parts]
    return not all(time is not None and time.plain for time in times)


def _clock(seconds: float) -> str:
    whole = int(seconds % DAY_SECONDS) if seconds != DAY_SECONDS else int(DAY_SECONDS)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
