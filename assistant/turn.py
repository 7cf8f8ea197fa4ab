"""What one question asks for: its mode, the video it is narrowed to, and what was read from its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assistant.scope import Scope


class Mode(StrEnum):
    """The form in which an answer is wanted."""

    ANSWER = "answer"
    TIMELINE = "timeline"
    """A second-by-second timeline with actor, action and likely intent."""
    CLASSIFY = "classify"
    """One action out of a list."""
    SAFETY = "safety"
    """Falls, things left behind, intrusion."""


DEFAULT_ACTIONS = (
    "walking",
    "running",
    "standing still",
    "sitting down",
    "standing up",
    "falling",
    "picking something up",
    "putting something down",
    "entering",
    "leaving",
    "a vehicle or machine moving",
    "nothing happens",
)
"""The actions to choose from when the person gives none."""

_KEY = "witness"


@dataclass(frozen=True, slots=True)
class Turn:
    """One question on its way through the graph; tools and prompts read it, no checkpoint keeps it."""

    question: str
    mode: Mode = Mode.ANSWER
    video: str | None = None
    """Video that the person narrowed the question to, by name or id."""
    actions: tuple[str, ...] = DEFAULT_ACTIONS
    scope: Scope = field(default_factory=Scope)
    """Videos and times that the question means."""


def turn_marks(mode: Mode, video: str | None) -> dict[str, Any]:
    """Return what the offline planner needs to know of a turn, to travel with the question's message."""
    return {_KEY: {"mode": mode.value, "video": video}}


def read_marks(additional: Mapping[str, Any]) -> tuple[Mode, str | None]:
    """Read mode and video back from a message's ``additional_kwargs``; the defaults when there are none."""
    marks = additional.get(_KEY, {})
    return Mode(marks.get("mode", Mode.ANSWER)), marks.get("video")


def as_actions(actions: Sequence[str] | None) -> tuple[str, ...]:
    """Return the actions to choose from, without empty ones; the defaults when none are given."""
    given = tuple(action.strip() for action in actions or () if action.strip())
    return given or DEFAULT_ACTIONS
