"""What happens while a question is answered, as events that every face can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.answer import Answer, Step


@dataclass(frozen=True, slots=True)
class StepStarted:
    """The agent begins to use a tool."""

    call_id: str
    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A tool came back."""

    call_id: str
    step: Step
    failed: bool = False


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer's text, as the model writes it.

    Citations appear in it as the model writes them; `Answered` carries the checked text.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The end: the checked answer."""

    answer: Answer


AskEvent = StepStarted | StepFinished | TextDelta | Answered
