"""The seam between Witness and whatever looks at frames.

Captioning a segment and looking again at a moment are the same operation, a `Look`, so frames and their
seconds are packed by the same code when a video is indexed and when a question is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from indexer.timeline import Frame, Span


class Reply(StrEnum):
    """The form of the answer that a look asks for."""

    CAPTION = "caption"
    """The JSON object of ``prompts/caption.md``: a summary and timed events."""
    TEXT = "text"
    """Plain sentences."""


@dataclass(frozen=True, slots=True)
class FrameBudget:
    """How many frames a model wants for one look, and how large."""

    max_frames: int
    """Upper limit for one look."""
    frames_per_second: float
    """Density that the model wants; lowered evenly when ``max_frames`` would be exceeded."""
    max_side: int
    """Longer side of a frame, in pixels; frames are scaled down to it while decoding."""

    def __post_init__(self) -> None:
        if self.max_frames < 1 or self.frames_per_second <= 0 or self.max_side < 16:
            raise ValueError(f"a frame budget needs at least one frame of 16 pixels, got {self}")


@dataclass(frozen=True, slots=True)
class Look:
    """One request to a vision model: frames with their seconds, and what is asked of them."""

    frames: tuple[Frame, ...]
    """In the order of time, seconds absolute in the video; at least one."""
    span: Span
    """The stretch of the video that the frames stand for."""
    prompt: str
    """The whole instruction, from ``prompts/``."""
    reply: Reply = Reply.TEXT
    """The form in which the answer is wanted."""
    max_new_tokens: int = 512
    """Limit on the answer's length, for models that generate tokens."""
    told: Span | None = None
    """For a model that measures: the part of the span to tell of; None for all of it. What is shown around it
    is there so that a movement is seen whole, and so named rightly."""

    def __post_init__(self) -> None:
        if not self.frames:
            raise ValueError("a look needs at least one frame")
        seconds = [frame.pts_seconds for frame in self.frames]
        if seconds != sorted(seconds):
            raise ValueError(f"a look's frames are in the order of time, got {seconds}")


class VisionModel(Protocol):
    """Whatever can look at frames: a measuring observer, Qwen3-VL, a server."""

    @property
    def name(self) -> str:
        """Name and version; part of the index fingerprint."""

    @property
    def judges(self) -> bool:
        """Whether it understands the prompt; False when it can only measure."""

    @property
    def looks_at_once(self) -> int:
        """How many looks it likes in one call; 1 when it works through them one by one anyway."""

    @property
    def caption_budget(self) -> FrameBudget:
        """Frames wanted for captioning one segment."""

    @property
    def look_budget(self) -> FrameBudget:
        """Frames wanted for looking again at a moment."""

    def look(self, requests: Sequence[Look]) -> list[str]:
        """Answer each request, in order.

        Raises:
            VisionError: The model does not answer.
        """


def frames_shown(model: VisionModel, request: Look) -> tuple[Frame, ...]:
    """Return the frames of a look that the model is really shown, for what is said about its density.

    A model that has to stay within a budget or a context thins what is too much, and tells so by a method of
    this name. Models that take whatever they are given have none.
    """
    tell = getattr(model, "frames_shown", None)
    return request.frames if tell is None else tuple(tell(request))


def close_vision(model: VisionModel) -> None:
    """Let go of what a model holds open: a GPU, connections. Models that hold nothing have no ``close``."""
    close = getattr(model, "close", None)
    if close is not None:
        close()
