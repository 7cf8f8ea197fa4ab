"""What a rule asks, what came of it, and what that has cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from indexer.timeline import Span
from indexer.vision.verdicts import Verdict

MAX_NAME_LENGTH = 60
MAX_QUESTION_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Rule:
    """A named question: "someone falls", "the gate is open"."""

    rule_id: int
    name: str
    """Unique among the rules; what alerts are listed under."""
    question: str
    """What the vision model is asked, in the person's own words."""
    created_at: datetime
    """UTC. Videos that were indexed before are asked only when somebody says so."""
    enabled: bool = True


class Review(StrEnum):
    """What a person made of an alert."""

    NEW = "new"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Alert:
    """A segment of which the model said yes to a rule's question."""

    alert_id: int
    rule: Rule
    video_id: str
    span: Span
    """The segment."""
    frame_seconds: tuple[float, ...]
    """Seconds of the frames that the model was shown."""
    reason: str
    """What it says it saw."""
    model: str
    """Name of the vision model."""
    asked_at: datetime
    """UTC."""
    review: Review = Review.NEW


@dataclass(frozen=True, slots=True)
class Check:
    """One question asked of one segment, as it is written down."""

    span: Span
    verdict: Verdict
    reason: str
    frame_seconds: tuple[float, ...]
    seconds_taken: float
    """Wall time of the look; an even share of it where several were taken together."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a rule has cost so far, and what came of it."""

    looks: int = 0
    """Segments that it was asked of: one call of the model each."""
    frames: int = 0
    """Frames that the model was shown for it."""
    seconds: float = 0.0
    """Wall time of the looks."""
    yes: int = 0
    cannot_tell: int = 0
    new: int = 0
    """Alerts that nobody has reviewed."""
