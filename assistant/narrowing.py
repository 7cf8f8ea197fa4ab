"""What a person narrows a question to beside its words: a video, a camera, a day, a stretch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import TypeAdapter

from indexer.errors import WitnessError
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.timeline import Span


@dataclass(frozen=True, slots=True)
class Within:
    """The videos that a question may be answered from, each with the stretch of it that counts."""

    spans: Mapping[str, Span | None]
    """By video id; None for the whole video."""
    label: str
    """The same in words, for people."""
    timed: bool = False
    """Whether a person named the stretch: it is then looked at again, not only searched."""

    def holds(self, video_id: str) -> bool:
        """Tell whether a video may be asked about."""
        return video_id in self.spans

    def clip(self, video_id: str, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Return what of the spans lies in the video's own stretch; without any, the stretch itself."""
        own = self.spans.get(video_id)
        if own is None:
            return tuple(spans)
        return tuple(part for span in spans if (part := span.intersect(own))) if spans else (own,)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types, to travel with a message."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, told: object) -> Within | None:
        """Read it back; None where there was none."""
        return None if told is None else _ADAPTER.validate_python(told)


_ADAPTER = TypeAdapter(Within)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a person chose; everything that is given has to hold."""

    video: str | None = None
    """Name, handle or id."""
    span: Span | None = None
    """A stretch of that video."""
    camera: str | None = None
    day: date | None = None
    """On the wall clock of each recording."""
    hours: tuple[time, time] | None = field(default=None)
    """From and until on that day; an end that is not later than the start is on the next day."""

    def __bool__(self) -> bool:
        return any(each is not None for each in (self.video, self.span, self.camera, self.day))

    def resolve(self, library: Library) -> Within:
        """Find the videos that are meant.

        Raises:
            VideoNotFound: There is no such video.
            WitnessError: No video that can be asked about is left.
        """
        records = [library.video(self.video)] if self.video else library.videos()
        found = {}
        for record in records:
            if record.answerable and self.camera in (None, record.camera):
                holds, span = self._part_of(record)
                if holds:
                    found[record.video_id] = span
        if not found:
            raise WitnessError(
                f"nothing that can be asked about is left of the library by {self}; choose a wider part of it"
            )
        label = str(Narrowing(library.handle(records[0]), self.span, self.camera, self.day, self.hours)
                    if self.video else self)  # fmt: skip
        return Within(found, label, timed=self.span is not None)

    def _part_of(self, record: VideoRecord) -> tuple[bool, Span | None]:
        """Tell whether a video has anything of what is meant, and which part; None for all of it."""
        whole = Span(0.0, record.duration_seconds) if record.duration_seconds > 0 else None
        span = self.span
        if self.day is not None:
            if record.start is None or whole is None:
                return False, None
            begin, end = self._bounds(self.day, record.start.starts_at)
            first, last = record.start.seconds_at(begin), record.start.seconds_at(end)
            if last <= max(first, 0.0):
                return False, None
            on_day = Span(max(first, 0.0), last)
            span = on_day if span is None else span.intersect(on_day)
            if span is None:
                return False, None
        if span is None:
            return True, None
        part = span.intersect(whole) if whole else None
        return part is not None, None if part == whole else part

    def _bounds(self, day: date, like: datetime) -> tuple[datetime, datetime]:
        since, until = self.hours or (time(0), time(0))
        begin = datetime.combine(day, since, like.tzinfo)
        end = datetime.combine(day, until, like.tzinfo)
        return begin, end if end > begin else end + timedelta(days=1)

    def __str__(self) -> str:
        hours = f"{self.hours[0]:%H:%M}–{self.hours[1]:%H:%M}" if self.hours else ""
        parts = [
            self.video or "",
            str(self.span or ""),
            f"camera {self.camera}" if self.camera else "",
            f"{self.day:%Y-%m-%d} {hours}".strip() if self.day else "",
        ]
        return " ".join(part for part in parts if part) or "everything"
