"""The answer and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from indexer.clock.start import WallSpan
from indexer.timeline import Coverage, Span

SECOND_LOOK_STEP = "second_look"
"""Name of the step in which statements are asked once more; it is no tool of the model's."""
STILL = "still, so only a few of its frames were looked at"
"""What people are told of spans in which indexing found no movement."""


class Source(StrEnum):
    """Where the evidence of a citation comes from."""

    INDEX = "index"
    """A caption that was written when the video was indexed."""
    LOOK = "look"
    """Frames that were looked at again for this question."""
    SUBTITLES = "subtitles"
    """A subtitle track of the file, or a subtitle file beside it."""
    SPEECH = "speech"
    """What was transcribed from the sound."""
    SCREEN = "on-screen text"
    """Text that a caption quotes from the picture, found word for word."""


QUOTED = (Source.SUBTITLES, Source.SPEECH, Source.SCREEN)
"""Sources of words, which stand in the citation by their names."""
SPOKEN = (Source.SUBTITLES, Source.SPEECH)
"""Those that no frame shows."""


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
        told = f", {self.source.value}" if self.source in QUOTED else ""
        return f"{self.video} {self.span}" + (f", {self.wall}" if self.wall else "") + told


@dataclass(frozen=True, slots=True)
class VideoSpan:
    """A stretch of one video."""

    video_id: str
    span: Span


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


class Verdict(StrEnum):
    """How a statement of an answer stands."""

    CITED = "cited"
    """Its citations were checked in code; nobody looked a second time."""
    CONFIRMED = "confirmed"
    """A second look at the cited frames alone shows it."""
    REFUSED = "not confirmed"
    """A second look at the cited frames alone does not show it; marked in the text."""
    UNCERTAIN = "cannot tell"
    """A second look could not decide it."""
    UNCITED = "no footage cited"
    """It states something without footage; marked in the text."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer, and how it stands."""

    text: str
    """Without its citations and marks."""
    spans: tuple[VideoSpan, ...]
    """The footage that it cites."""
    verdict: Verdict
    reason: str = ""
    """What the second look says, or why there was none."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A stretch that a search returned, and where each ranking had it."""

    video: str
    span: Span
    ranks: str
    """As in "dense 3 · words 1 · time 2": by meaning, by words, by the best event, in the order of time."""


@dataclass(frozen=True, slots=True)
class LookDone:
    """One look at frames."""

    video: str
    looked: Looked
    model: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the agent did on the way to the answer."""

    tool: str
    arguments: dict[str, Any]
    seconds: float
    """How long it took, wall time."""
    result: str = ""
    """What came back, shortened, for the person."""
    why: str = ""
    """What it was good for, in the words of whoever planned it."""
    retrieved: tuple[Retrieved, ...] = ()
    looks: tuple[LookDone, ...] = ()


@dataclass(frozen=True, slots=True)
class Models:
    """Which models an answer comes from."""

    chat: str
    vision: str
    embedding: str


@dataclass(frozen=True, slots=True)
class VideoCoverage:
    """Coverage of one video in an answer, with the name that people know it by."""

    video: str
    coverage: Coverage
    looks: tuple[Looked, ...] = ()
    """What was looked at again; the rest of what was inspected stands in the index."""
    still: tuple[Span, ...] = ()
    """What was inspected by few of its frames only, because indexing found no movement in it."""
    read: tuple[Span, ...] = ()
    """What was read or searched of the index, without what nobody had looked at."""
    reason: str = ""
    """Why nothing of it is known, not even how long it is; "" for a video with spans."""


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
    asked: tuple[VideoSpan, ...] = ()
    """Stretches that the question named by a time; the next question may go on from them."""
    claims: tuple[Claim, ...] = ()
    """Its statements, and how each stands."""
    reading: tuple[str, ...] = ()
    """What was read from the question before anything was looked up."""
