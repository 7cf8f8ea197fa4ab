"""A conversation as a file: questions, answers, and the footage that they rest on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from app.pages.parts.text import plain
from assistant.answer import Answer, Citation
from assistant.answer_json import answer_json
from assistant.conversations import KeptTurn


def conversation_json(title: str, turns: Sequence[KeptTurn]) -> str:
    """Write a conversation for programs: each turn as ``witness ask --json --explain`` tells it."""
    told = [
        {"answered_at": turn.answered_at.isoformat(), **answer_json(turn.answer, explain=True)}
        for turn in turns
    ]
    return json.dumps({"title": title, "turns": told}, ensure_ascii=False, indent=2) + "\n"


def conversation_markdown(title: str, turns: Sequence[KeptTurn]) -> str:
    """Write a conversation for people; nothing in it that came from footage is active Markdown."""
    parts = [f"# {plain(title)}", *(_turn(turn) for turn in turns)]
    return "\n\n".join(parts) + "\n"


def file_name(title: str, ending: str) -> str:
    """Return a name for the file that holds nothing but letters, digits and hyphens before its ending."""
    words = re.sub(r"[^\w]+", "-", title, flags=re.UNICODE).strip("-_").lower()[:60].strip("-_")
    return f"{words or 'conversation'}.{ending}"


def _turn(turn: KeptTurn) -> str:
    answer = turn.answer
    lines = [f"## {plain(answer.question)}", _text(answer)]
    if answer.citations:
        lines.append("\n".join(["Rests on:", "", *(f"- {line}" for line in _citations(answer.citations))]))
    models = f"chat {answer.models.chat}, vision {answer.models.vision}, search {answer.models.embedding}"
    at = f"{turn.answered_at.astimezone():%Y-%m-%d %H:%M:%S %z}"
    lines.append(f"_Answered {plain(at)}; {plain(models)}_")
    return "\n\n".join(lines)


def _text(answer: Answer) -> str:
    return "\n\n".join(plain(paragraph) for paragraph in answer.text.split("\n") if paragraph.strip())


def _citations(citations: Sequence[Citation]) -> Iterator[str]:
    for citation in dict.fromkeys(citations):
        seconds = f"{citation.span.start_seconds:g}–{citation.span.end_seconds:g} s"
        wall = f", {citation.wall.dated}" if citation.wall else ""
        told = f"{citation.video} {citation.span} ({seconds}{wall}; {citation.source.value})"
        yield plain(told) + f" `{citation.video_id}`"
