"""How sentences stand in an answer: below each other, under a video's name, and how many are left out."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.models.statements import Statement, disagrees, sentence

MAX_SENTENCES = 12
"""Sentences for one stretch; the rest is counted, not listed."""


def titled(name: str, said: str) -> str:
    """Put a video's name over what is said of it."""
    return f"**{name}**\n{said}" if said.startswith("- ") else f"**{name}**: {said}"


def sentences(statements: Sequence[Statement]) -> list[str]:
    """Write statements with their citations; the index's say so where a look differs."""
    return [sentence(each, from_index=disagrees(each, statements)) for each in statements]


def listed(said: Sequence[str]) -> str:
    """Write one sentence as it is, several below each other."""
    return said[0] if len(said) == 1 else "\n".join(f"- {each}" for each in said)


def left_out(count: int, advice: str, *, at_least: bool = False) -> list[str]:
    """Say how many more there are; nothing where all are told."""
    number = f"At least {count}" if at_least else str(count)
    return [f"{number} more {'is' if count == 1 else 'are'} left out; {advice}."] if count > 0 else []
