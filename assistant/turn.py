"""What one question asks for: its mode, the video it is narrowed to, and what was read from its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from assistant.follow_up import FollowUp
from assistant.narrowing import Within
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
WHY_KEY = "witness_why"
"""Key in a model's message under which stands, by the call's id, why it calls each tool."""


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
    goes_on: FollowUp | None = None
    """The question written out, where it goes on from an earlier one."""
    within: Within | None = None
    """The part of the library that the person narrowed the question to."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What travels with a question's message."""

    mode: Mode = Mode.ANSWER
    video: str | None = None
    goes_on: FollowUp | None = None
    within: Within | None = None


def turn_marks(turn: Turn) -> dict[str, Any]:
    """Return what the offline planner needs to know of a turn, to travel with the question's message."""
    marks: dict[str, Any] = {"mode": turn.mode.value, "video": turn.video}
    if turn.goes_on is not None:
        marks |= {"asked": turn.goes_on.question, "note": turn.goes_on.note, "nowhere": turn.goes_on.nowhere}
    if turn.within is not None:
        marks["within"] = turn.within.to_json()
    return {_KEY: marks}


def read_marks(additional: Mapping[str, Any]) -> Marks:
    """Read the marks back from a message's ``additional_kwargs``; the defaults when there are none."""
    marks = additional.get(_KEY, {})
    goes_on = FollowUp(marks["asked"], marks["note"], marks["nowhere"]) if "asked" in marks else None
    within = Within.from_json(marks.get("within"))
    return Marks(Mode(marks.get("mode", Mode.ANSWER)), marks.get("video"), goes_on, within)


def read_follow_up(scope: Scope, follow_up: FollowUp | None) -> Scope:
    """Add to what was read from a question how it goes on from the one before."""
    if follow_up is None:
        return scope
    if follow_up.nowhere:
        return replace(scope, missing=(follow_up.note,), times=(), refers_back=False)
    return replace(scope, notes=(follow_up.note, *scope.notes), refers_back=False)


def as_actions(actions: Sequence[str] | None) -> tuple[str, ...]:
    """Return the actions to choose from, without empty ones; the defaults when none are given."""
    given = tuple(action.strip() for action in actions or () if action.strip())
    return given or DEFAULT_ACTIONS
