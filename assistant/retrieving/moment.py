"""What a search returns: a stretch of a video, and why it was found."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.library.records import VideoRecord
from indexer.timeline import Event, Segment, Span


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where the rankings put a moment's best segment, from 1; None where a ranking did not find it."""

    dense: int | None = None
    """By the nearness of vectors: meaning."""
    words: int | None = None
    """By the words of the query."""
    event: int | None = None
    """By the event that fits best."""
    frames: int | None = None
    """By how its frames look, where frames are indexed."""
    reranker: int | None = None
    """By the cross-encoder, where one is configured."""
    time: int | None = None
    """In the order of time among the moments that were returned of its video."""

    def __str__(self) -> str:
        given = {
            "dense": self.dense, "words": self.words, "event": self.event,
            "frames": self.frames, "reranker": self.reranker, "time": self.time,
        }  # fmt: skip
        return " · ".join(f"{name} {rank}" for name, rank in given.items() if rank is not None)


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of a video that fits a query."""

    video: VideoRecord
    span: Span
    """Where it happens: from the first to the last of its events, or its segments where it has none."""
    score: float
    """Fused rank, or the re-ranker's score; higher is better, comparable within one search only."""
    segments: tuple[Segment, ...]
    """The segments that it was found in, in the order of time."""
    events: tuple[Event, ...] = ()
    """The events that fit best, in the order of time; all lie inside the span, each has its own."""
    matched: tuple[str, ...] = ()
    """Terms of the query that stand in the events, or in the captions where there are none."""
    ranks: Ranks = Ranks()
    """Why it is where it is."""
    seconds: float | None = None
    """PTS of the frame that a picture found it by; None where words did."""

    @property
    def segments_span(self) -> Span:
        """All that the segments cover."""
        return Span(self.segments[0].span.start_seconds, max(each.span.end_seconds for each in self.segments))

    @property
    def text(self) -> str:
        """Everything that the index says about the segments."""
        return "\n".join(segment.caption.text() for segment in self.segments if segment.caption)

    @property
    def said(self) -> str:
        """What it was found for: its events, or all that its segments say."""
        return "\n".join(event.sentence() for event in self.events) or self.text
