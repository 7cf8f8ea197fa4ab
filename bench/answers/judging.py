"""Whether an answer tells what happened in a film, and nothing else; judged by its statements.

Between two frames nobody can know when a thing came or went. So an event may be told from the frame before it
on, and until the frame after it; told it must be where a good part of it lies in what was asked.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Answer
from bench.answers.films import Film, Happened, Happening
from indexer.timeline import Span

_LEAST_SECONDS = 0.3
"""So much of an event, or half of it, has to lie in the asked time before an answer must tell it."""
_SAYS: dict[Happening, str] = {
    Happening.RIGHT: r"\bmoved (?:(?:up|down)wards and )?to the right\b",
    Happening.LEFT: r"\bmoved (?:(?:up|down)wards and )?to the left\b",
    Happening.FALL: r"\bmoved downwards\b",
    Happening.RISE: r"\bmoved upwards\b",
    Happening.DARK: r"\bthe light (?:dropped|rose)\b|\bthe picture was dark\b",
    Happening.VISIT: r"\bappeared\b|\bwas gone\b",
}
"""How the observer words each."""
_ASSERTS = re.compile(
    r"\bregion\b|\bthe light\b|\bthe whole picture\b|\bthe view\b|\bcamera's view\b", re.IGNORECASE
)
"""Statements that something happened, unlike "Nothing moved" and the text on screen."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What an answer leaves out, and what it tells that did not happen."""

    missing: tuple[Happened, ...]
    false: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether it tells what happened and nothing else."""
        return not self.missing and not self.false


def judge(film: Film, asked: Span, answer: Answer) -> Judged:
    """Compare an answer's statements with what happened in the time that was asked about."""
    happened = [event for event in film.events if _widened(film, event).intersect(asked)]
    needed = [event for event in happened if _has_to_be_told(event, asked)]
    # That the picture is dark is a state and told without a citation of its own.
    said = [*(claim.text for claim in answer.claims), *answer.text.splitlines()]
    told = [claim for claim in answer.claims if _ASSERTS.search(claim.text)]
    return Judged(
        tuple(event for event in needed if not any(tells(text, event) for text in said)),
        tuple(claim.text for claim in told if not any(tells(claim.text, event) for event in happened)),
    )


def tells(text: str, event: Happened) -> bool:
    """Tell whether a statement is about an event: the same colour, the same way."""
    return (not event.colour or event.colour in text.split(";")[0].lower()) and bool(
        re.search(_SAYS[event.what], text, re.IGNORECASE)
    )


def names_colour(text: str, colour: str) -> bool:
    """Tell whether a statement is about a thing of a colour."""
    return re.search(rf"\b{colour}\b", text.split(";")[0], re.IGNORECASE) is not None


def says_happened(text: str) -> bool:
    """Tell whether a statement says that something happened."""
    return bool(_ASSERTS.search(text))


def _has_to_be_told(event: Happened, asked: Span) -> bool:
    """Tell whether a good part of it lies there; of a thing that comes and goes, its coming or going."""
    if event.what is Happening.VISIT:
        return any(
            asked.start_seconds + _LEAST_SECONDS <= at <= asked.end_seconds - _LEAST_SECONDS
            for at in event.bounds
        )
    overlap = event.overlap(asked)
    return overlap >= min(_LEAST_SECONDS, event.span.duration_seconds / 2)


def _widened(film: Film, event: Happened) -> Span:
    """Return an event's time with the gaps between frames around it."""
    times = film.frame_times()
    before = bisect_left(times, event.span.start_seconds) - 1
    after = bisect_right(times, event.span.end_seconds)
    end = times[after] if after < len(times) else film.duration_seconds
    return Span(times[max(0, before)], end)


def rate(right: Sequence[bool]) -> str:
    """Write how many of some are right: "412 of 420, 98.1 %"."""
    return f"{sum(right)} of {len(right)}, {sum(right) / max(1, len(right)):.1%}"
