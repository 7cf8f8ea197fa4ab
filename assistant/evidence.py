"""What the tools found, as small records without pixels: they live in the conversation's checkpoints.

Frames stay references, (video, seconds): ten turns with pixels in the state cost 125 MB of checkpoints, with
references 352 KiB.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from assistant.answer import Source
from assistant.observer_words import screen_texts
from indexer.timeline import Caption, Event, Span, Unseen


class Kind(StrEnum):
    """What a line of evidence is."""

    EVENT = "event"
    """Something happened, with a time of its own."""
    TEXT = "text"
    """Text stands in the picture."""
    SUMMARY = "summary"
    """The whole stretch in a few sentences."""


@dataclass(frozen=True, slots=True)
class Line:
    """One statement of the evidence, with the stretch that it is about."""

    span: Span
    text: str
    kind: Kind = Kind.EVENT
    best: bool = False
    """Whether a search found this line to be what was asked for."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one stretch of one video shows, by the index or by a new look."""

    video: str
    """Handle of the video."""
    video_id: str
    span: Span
    """Everything in it was shown to the model, so citations may lie anywhere inside."""
    source: Source
    lines: tuple[Line, ...] = ()
    frame_seconds: tuple[float, ...] = ()
    """PTS of the frames that a look used; empty for the index."""
    matched: tuple[str, ...] = ()
    """Terms of a search that this stretch was found by."""
    judged: bool = False
    """Whether a model that understood the question answered; False for captions and measurements."""


@dataclass(frozen=True, slots=True)
class Searched:
    """A stretch of a video whose index entries were searched or read, whether or not anything was found."""

    video: str
    video_id: str
    span: Span
    unseen: tuple[Unseen, ...] = ()
    """Parts of the span that nobody looked at when the video was indexed."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that one tool call returned."""

    evidence: tuple[Evidence, ...] = ()
    searched: tuple[Searched, ...] = ()
    vision: str = ""
    """Name of the vision model that the words come from."""

    def to_artifact(self) -> dict[str, Any]:
        """Return plain JSON types, which a checkpoint stores without any class of ours."""
        artifact: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return artifact

    @property
    def judged(self) -> bool:
        """Whether any of the evidence is the answer of a model that understood the question."""
        return any(entry.judged for entry in self.evidence)

    @classmethod
    def from_artifact(cls, artifact: object) -> Findings:
        """Read a tool message's artifact; a message without one (an error) found nothing."""
        return cls() if artifact is None else _ADAPTER.validate_python(artifact)


_ADAPTER = TypeAdapter(Findings)


def caption_lines(caption: Caption, span: Span, best: Collection[Event] = ()) -> list[Line]:
    """Turn what a vision model said of a stretch into lines: summary, events, text in the picture.

    Args:
        caption: The model's words.
        span: What they are about.
        best: Events that a search was after.
    """
    return [
        Line(span, caption.summary, Kind.SUMMARY),
        *(Line(event.span, event.sentence(), best=event in best) for event in caption.events),
        *(
            Line(span, event.sentence(), Kind.TEXT, best=event in best)
            for event in screen_texts(caption.summary, span)
        ),
    ]
