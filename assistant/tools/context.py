"""What the tools work with, and what several of them need."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from assistant.evidence import Evidence, Kind, Searched, note_evidence
from assistant.turn import Turn
from indexer.errors import TimeOutsideVideo, VideoNotFound
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.timeline import Span, format_seconds
from indexer.vision.model import VisionModel

Result = tuple[str, dict[str, Any]]
"""Text for the model, and the artifact for the code."""


class Place(NamedTuple):
    """A video to look into, or a stretch of it."""

    record: VideoRecord
    span: Span | None = None

    @property
    def part(self) -> Span:
        """The stretch itself, the whole video where there is none."""
        return self.span or self.record.span


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What the tools work with."""

    library: Library
    vision: VisionModel
    language: str = "English"
    looking: threading.Lock = field(default_factory=threading.Lock)
    """Held during a look: tools run in threads, and vision models are not built for two looks at once."""


def answerable(library: Library, name: str) -> VideoRecord:
    """Return the video of that name.

    Raises:
        VideoNotFound: There is none, or it is not indexed.
    """
    record = library.video(name)
    if not record.answerable:
        raise VideoNotFound(
            f"{record.name} cannot be answered about, it is {record.status.value}: "
            f"{record.reason or 'ask again when it is indexed'}"
        )
    return record


def places_for(library: Library, name: str | None, turn: Turn) -> list[Place] | None:
    """Return where a tool may look: in the video of that name, or in what the question is narrowed to.

    Args:
        library: The videos.
        name: As the model gave it.
        turn: What the person narrowed the question to.

    Returns:
        Videos, each with the stretch of it that counts, None for all of it; None for the whole library.

    Raises:
        VideoNotFound: There is no such video, it is not indexed, or the question is not about it.
    """
    within, named = turn.within, name or turn.video
    if named is None:
        if within is None:
            return None
        return [Place(library.video(each), span) for each, span in within.spans.items()]
    record = answerable(library, named)
    if within is None:
        return [Place(record)]
    if not within.holds(record.video_id):
        raise VideoNotFound(f"{record.name} lies outside of what the question is narrowed to, {within.label}")
    return [Place(record, within.spans[record.video_id])]


def span_in(record: VideoRecord, start_seconds: float, end_seconds: float) -> Span:
    """Return the span within the video; its end is cut at the video's end.

    Raises:
        TimeOutsideVideo: It begins past the end, or ends before it begins.
    """
    if start_seconds >= record.duration_seconds or end_seconds <= start_seconds:
        raise TimeOutsideVideo(
            f"{start_seconds:g} to {end_seconds:g} s is no span of {record.name}, which lasts "
            f"{format_seconds(record.duration_seconds)}; give a start before that and an end after the start"
        )
    return Span(start_seconds, min(end_seconds, record.duration_seconds))


def searched_part(library: Library, record: VideoRecord, span: Span) -> Searched:
    """Return a stretch of the index that was read, with the parts that nobody had looked at."""
    unseen = library.coverage(record.video_id, span).not_inspected
    return Searched(library.handle(record), record.video_id, span, unseen)


def notes_on(library: Library, record: VideoRecord, span: Span, *, best: bool = False) -> list[Evidence]:
    """Return what was noted on a stretch, each note as evidence of its own."""
    handle = library.handle(record)
    return [note_evidence(handle, note, span, best=best) for note in library.notes(record.video_id, span)]


def say_evidence(evidence: Iterable[Evidence]) -> str:
    """Write one line for each statement; text in the picture already stands in the summaries."""
    return "\n".join(
        f"[{line.span}] {line.text}" if line.kind is Kind.SUMMARY else f"{line.span} {line.text}"
        for entry in evidence
        for line in entry.lines
        if line.kind is not Kind.TEXT
    )
