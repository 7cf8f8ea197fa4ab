"""When a recording started, how that is known, and the way between its two clocks.

A recording has the one clock of the house, seconds from its first displayed frame, and, once its start is
known, a wall clock: ``starts_at + seconds * rate``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from indexer.timeline import Span

_EXACT_SECONDS = 1.0
"""Up to this error a start is told without "±": clocks show whole seconds."""
_TO_THE_FRACTION_SECONDS = 0.02
_TO_THE_SECOND_SECONDS = 0.5
"""Error below which a start is known better than to the second."""
_MARK = "; "


class StartSource(StrEnum):
    """Where a recording's start is known from, best first."""

    GIVEN = "given"
    """A person said so: ``--starts-at``."""
    BURNED_IN = "burned-in clock"
    """Read from the picture."""
    FILE_NAME = "file name"
    CONTAINER = "container"
    """The creation time that the file carries; some writers put the end of the recording there."""


@dataclass(frozen=True, slots=True)
class WallSpan:
    """A half-open stretch of wall-clock time, ``[start, end)``; both carry their offset from UTC."""

    start: datetime
    end: datetime
    error_seconds: float = 0.0
    """How far both may be off, together."""

    def __str__(self) -> str:
        """Write it without the date, ``14:30:05–14:30:06``, with ± when it is an estimate."""
        first, last = (format_clock(_shown(each, self.error_seconds)) for each in (self.start, self.end))
        return f"{first if first == last else f'{first}–{last}'}{format_error(self.error_seconds)}"

    @property
    def dated(self) -> str:
        """The same with its date, ``2026-03-01 14:30:05–14:30:06``."""
        return f"{self.start:%Y-%m-%d} {self}"


@dataclass(frozen=True, slots=True)
class RecordingStart:
    """The wall clock of one recording."""

    starts_at: datetime
    """Of the first displayed frame; carries its offset from UTC."""
    source: StartSource
    error_seconds: float = 0.0
    """How far it may be off."""
    rate: float = 1.0
    """Seconds of the wall clock in a second of the video: 1 but for drifting clocks and time-lapses."""
    remark: str = ""
    """What a person should know of it: that sources disagree, that the clock in the picture jumps."""

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None:
            raise ValueError(f"a start needs its offset from UTC, got {self.starts_at}")
        if not self.rate > 0:
            raise ValueError(f"a wall clock runs forwards, got a rate of {self.rate}")

    def at(self, seconds: float) -> datetime:
        """Return the wall-clock time of a second of the video."""
        return self.starts_at + timedelta(seconds=seconds * self.rate)

    def seconds_at(self, moment: datetime) -> float:
        """Return the second of the video at a wall-clock time; may lie outside of it."""
        return (moment - self.starts_at).total_seconds() / self.rate

    def wall(self, span: Span) -> WallSpan:
        """Return the wall-clock time of a stretch of the video."""
        return WallSpan(self.at(span.start_seconds), self.at(span.end_seconds), self.error_seconds)

    @property
    def estimated(self) -> bool:
        """Whether its times are to be told with ±."""
        return self.error_seconds > _EXACT_SECONDS

    @property
    def described(self) -> str:
        """The start and its source in words, for lists: ``2026-03-01 14:30:00 +01:00 (file name)``."""
        starts_at = _shown(self.starts_at, self.error_seconds)
        date = f"{starts_at:%Y-%m-%d} {format_clock(starts_at)} {starts_at:%z}"
        drift = (self.rate - 1) * 86400
        runs = ""
        if abs(self.rate - 1) > 0.02:
            runs = f", time-lapse {self.rate:.4g}:1"
        elif drift:
            way = "gains" if drift > 0 else "loses"
            runs = f", it {way} {abs(drift):.0f} s a day against the video"
        return f"{date[:-2]}:{date[-2:]}{format_error(self.error_seconds)} ({self.source.value}{runs})"

    def to_row(self) -> tuple[str, str, float, float]:
        """Return it as the catalog keeps it: start, source with its remark, error, rate."""
        source = self.source.value + (_MARK + self.remark if self.remark else "")
        return self.starts_at.isoformat(), source, self.error_seconds, self.rate

    @classmethod
    def from_row(cls, starts_at: str, source: str, error_seconds: float, rate: float) -> RecordingStart:
        """Read it back from the catalog."""
        kind, _, remark = source.partition(_MARK)
        return cls(datetime.fromisoformat(starts_at), StartSource(kind), error_seconds, rate, remark)


def slack_seconds(error_seconds: float) -> float:
    """Return how many seconds to go ahead before a time is cut to whole seconds, as clocks show it.

    A start that was read from the picture to a tenth would else show the second before for whole seconds.
    """
    return error_seconds if error_seconds < _TO_THE_SECOND_SECONDS else 0.0


def clock_second(moment: datetime, error_seconds: float) -> datetime:
    """Return what a clock on the wall shows at a time: whole seconds, never the next one yet."""
    return (moment + timedelta(seconds=slack_seconds(error_seconds))).replace(microsecond=0)


def _shown(moment: datetime, error_seconds: float) -> datetime:
    """Cut a time that is not known to the hundredth to whole seconds."""
    return moment if error_seconds < _TO_THE_FRACTION_SECONDS else clock_second(moment, error_seconds)


def format_clock(moment: datetime) -> str:
    """Write a time of day to the second, or to the millisecond where it has a fraction."""
    moment += timedelta(microseconds=500)  # to the nearest millisecond, not the one below
    fraction = moment.microsecond // 1000
    return f"{moment:%H:%M:%S}" + (f".{fraction:03d}".rstrip("0") if fraction else "")


def format_error(seconds: float) -> str:
    """Write how far a time may be off, `` ±2 s``; nothing where that is no more than a clock shows."""
    if seconds <= _EXACT_SECONDS:
        return ""
    return f" ±{seconds:.0f} s" if seconds < 120 else f" ±{seconds / 60:.0f} min"
