"""The answer and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from indexer.clock.start import WallSpan
from indexer.timeline import Coverage, Span

STILL = "still, so only a few of its frames were looked at"
"""What people are told of spans in which indexing found no movement."""


class Source(StrEnum):
    """Where the evidence of a citation comes from."""

    INDEX = "index"
    """A caption that was written when the video was indexed."""
    LOOK = "look"
    """Frames that were looked at again for this question."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A stretch of a video that a statement rests on."""

    video: str
    """Handle of the video: its file name, made unique where two files share it."""
    video_id: str
    span: Span
    source: Source
    frame_seconds: tuple[float, ...] = ()
    """PTS of the frames inside the span that show it, for the person to look at."""
    wall: WallSpan | None = None
    """The same stretch on the wall clock, where it is known when the video was recorded."""

    def __str__(self) -> str:
        return f"{self.video} {self.span}" + (f", {self.wall}" if self.wall else "")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the agent did on the way to the answer."""

    tool: str
    arguments: dict[str, Any]
    seconds: float
    """How long it took, wall time."""
    result: str = ""
    """What came back, shortened, for the person."""


@dataclass(frozen=True, slots=True)
class Models:
    """Which models an answer comes from."""

    chat: str
    vision: str
    embedding: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A stretch that was looked at again for an answer, and how densely."""

    span: Span
    frames: int
    """How many of its frames were shown to the vision model."""

    @property
    def frames_per_second(self) -> float:
        """The rate at which it was looked at."""
        return self.frames / self.span.duration_seconds


@dataclass(frozen=True, slots=True)
class VideoCoverage:
    """Coverage of one video in an answer, with the name that people know it by."""

    video: str
    coverage: Coverage
    looks: tuple[Looked, ...] = ()
    """What was looked at again; the rest of what was inspected stands in the index."""
    still: tuple[Span, ...] = ()
    """What was inspected by few of its frames only, because indexing found no movement in it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, what is answered, and all that is needed to check it."""

    question: str
    text: str
    """The answer as prose; citations stand in it as ``(name.mp4 0:05–0:06)``, or in both clocks."""
    citations: tuple[Citation, ...]
    coverage: tuple[VideoCoverage, ...]
    steps: tuple[Step, ...]
    models: Models
    refused_citations: tuple[str, ...] = ()
    """Citations that the model wrote and that did not check out; they are removed from the text."""

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON object of ``witness ask --json``."""
        return {
            "question": self.question,
            "answer": self.text,
            "citations": [
                {
                    "video": citation.video,
                    "video_id": citation.video_id,
                    "start_seconds": citation.span.start_seconds,
                    "end_seconds": citation.span.end_seconds,
                    "source": citation.source.value,
                    "frame_seconds": list(citation.frame_seconds),
                    "wall_clock": _wall_json(citation.wall),
                }
                for citation in self.citations
            ],
            "coverage": [
                {
                    "video": entry.video,
                    "video_id": entry.coverage.video_id,
                    "inspected": [_span_json(span) for span in entry.coverage.inspected],
                    "not_inspected": [
                        {**_span_json(unseen.span), "reason": unseen.reason}
                        for unseen in entry.coverage.not_inspected
                    ],
                    "still": [_span_json(span) for span in entry.still],
                    "looks": [
                        {
                            **_span_json(look.span),
                            "frames": look.frames,
                            "frames_per_second": round(look.frames_per_second, 2),
                        }
                        for look in entry.looks
                    ],
                }
                for entry in self.coverage
            ],
            "steps": [
                {"tool": step.tool, "arguments": step.arguments, "seconds": round(step.seconds, 3)}
                for step in self.steps
            ],
            "models": {
                "chat": self.models.chat,
                "vision": self.models.vision,
                "embedding": self.models.embedding,
            },
        }


def _wall_json(wall: WallSpan | None) -> dict[str, Any] | None:
    if wall is None:
        return None
    return {
        "start": wall.start.isoformat(timespec="milliseconds"),
        "end": wall.end.isoformat(timespec="milliseconds"),
        "error_seconds": round(wall.error_seconds, 3),
    }


def _span_json(span: Span) -> dict[str, float]:
    return {"start_seconds": span.start_seconds, "end_seconds": span.end_seconds}
