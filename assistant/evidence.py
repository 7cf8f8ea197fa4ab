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
from indexer.library.notes import SECOND_LOOK, Note
from indexer.texts.on_screen import screen_texts
from indexer.timeline import Caption, Event, Span, Unseen


class Kind(StrEnum):
    """What a line of evidence is."""

    EVENT = "event"
    """Something happened, with a time of its own."""
    TEXT = "text"
    """Text stands in the picture."""
    SUMMARY = "summary"
    """The whole stretch in a few sentences."""
    QUOTE = "quote"
    """Words that are said or shown, as they stand there."""
    NOTE = "note"
    """Somebody, or a second look, has something to say about what the index tells of the stretch."""


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
    ranks: str = ""
    """Where the rankings of a search had it: "dense 3 · words 1"."""


@dataclass(frozen=True, slots=True)
class Searched:
    """A stretch of a video whose index entries were searched or read, whether or not anything was found."""

    video: str
    video_id: str
    span: Span
    unseen: tuple[Unseen, ...] = ()
    """Parts of the span that nobody looked at when the video was indexed."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something happened in one video, counted by the database."""

    video: str
    video_id: str
    wanted: str
    """What an event had to say to be counted, for people; "" for every event."""
    count: int
    first: Span | None = None
    """When it happened first; None where it never did."""
    last: Span | None = None
    within: Span | None = None
    """Only events of this stretch were counted; None for the whole video."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that one tool call returned."""

    evidence: tuple[Evidence, ...] = ()
    searched: tuple[Searched, ...] = ()
    tallies: tuple[Tally, ...] = ()
    """One for each video in which events were counted."""
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


def note_evidence(handle: str, note: Note, span: Span | None = None, *, best: bool = False) -> Evidence:
    """Return a note as evidence of its stretch, or of the part of it inside ``span``."""
    own = note.span.intersect(span) if span else note.span
    by = f"a {note.author}" if note.author == SECOND_LOOK else note.author
    line = Line(note.span, f'noted by {by}: "{note.text}"', Kind.NOTE, best=best)
    return Evidence(handle, note.video_id, own or note.span, Source.INDEX, (line,))


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
