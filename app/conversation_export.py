"""A conversation as a file: questions, answers, and the footage that they rest on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from assistant.answer import Citation
from assistant.answer_json import answer_json
from assistant.conversations import KeptTurn

_ACTIVE = re.compile(r"[\\\[\]<@]|:(?=//)|(?<=\bwww)\.|&(?=#?\w+;)", re.IGNORECASE)
"""Links and images in all their forms, bare addresses among them, HTML, and what could spell these."""
_EMPHASIS = re.compile(r"[*`~|]|(?<!\w)_|_(?!\w)")
_BLOCK = re.compile(r"^(\d*)([#>+\-=.)])")
"""What makes a heading, a quotation or a list of a line that begins with it."""


def conversation_json(title: str, turns: Sequence[KeptTurn]) -> str:
    """Write a conversation for programs: each turn as ``witness ask --json --explain`` tells it."""
    told = [
        {"answered_at": turn.answered_at.isoformat(), **answer_json(turn.answer, explain=True)}
        for turn in turns
    ]
    return json.dumps({"title": title, "turns": told}, ensure_ascii=False, indent=2) + "\n"


def conversation_markdown(title: str, turns: Sequence[KeptTurn]) -> str:
    """Write a conversation for people, as Markdown.

    The answers keep their own emphasis and lists; nothing in it loads anything, links, or is HTML.
    """
    parts = [f"# {_words(title)}", *(_turn(turn) for turn in turns)]
    return "\n\n".join(parts) + "\n"


def file_name(title: str, ending: str) -> str:
    """Return a name for the file that holds nothing but letters, digits and hyphens before its ending."""
    words = re.sub(r"[^\w]+", "-", title, flags=re.UNICODE).strip("-_").lower()[:60].strip("-_")
    return f"{words or 'conversation'}.{ending}"


def _turn(turn: KeptTurn) -> str:
    answer = turn.answer
    lines = [f"## {_words(answer.question)}", _harmless(answer.text.strip())]
    if answer.citations:
        lines.append("\n".join(["Rests on:", "", *(f"- {line}" for line in _citations(answer.citations))]))
    models = f"chat {answer.models.chat}, vision {answer.models.vision}, search {answer.models.embedding}"
    at = f"{turn.answered_at.astimezone():%Y-%m-%d %H:%M:%S %z}"
    lines.append(f"_Answered {at}; {_words(models)}_")
    return "\n\n".join(lines)


def _harmless(text: str) -> str:
    """Return an answer's Markdown with nothing in it that links, loads or is HTML."""
    return _ACTIVE.sub(r"\\\g<0>", text)


def _words(text: str) -> str:
    """Return Markdown that shows a line of text as it is, with as few escapes as that takes."""
    line = _harmless(" ".join(text.split()))
    return _BLOCK.sub(r"\1\\\2", _EMPHASIS.sub(r"\\\g<0>", line))


def _citations(citations: Sequence[Citation]) -> Iterator[str]:
    for citation in dict.fromkeys(citations):
        seconds = f"{citation.span.start_seconds:g}–{citation.span.end_seconds:g} s"
        wall = f", {citation.wall.dated}" if citation.wall else ""
        told = f"{citation.video} {citation.span} ({seconds}{wall}; {citation.source.value})"
        yield _words(told) + f" `{citation.video_id}`"
