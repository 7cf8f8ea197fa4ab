"""What a vision model says to a question that is answered by yes, no or cannot tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_REASON_LENGTH = 300
_AROUND = re.compile(r"^[\W_]+|[\s,.:;*\u3002-]+$")
"""Punctuation around a reason, of any script."""


class Verdict(StrEnum):
    """How a model decided."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the words that go with it."""

    verdict: Verdict
    reason: str


_BEGINNINGS = tuple(
    (re.compile(rf"\W*{begins}\b", re.IGNORECASE), verdict)
    for begins, verdict in (
        ("cannot tell", Verdict.CANNOT_TELL),
        ("yes", Verdict.YES),
        ("no", Verdict.NO),
    )
)


def read_judgement(reply: str) -> Judgement:
    """Read a reply's first words; one that begins otherwise decides nothing, and its words are kept."""
    for begins, verdict in _BEGINNINGS:
        if match := begins.match(reply):
            return Judgement(verdict, _reason(reply[match.end() :]))
    return Judgement(Verdict.CANNOT_TELL, _reason(reply))


def _reason(text: str) -> str:
    said = _AROUND.sub("", " ".join(text.split()))
    return said if len(said) <= _REASON_LENGTH else f"{said[: _REASON_LENGTH - 1]}…"
