"""A vision model's reply to a look, read into lines with their times."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.evidence import Kind, Line, caption_lines
from indexer.timeline import Span
from indexer.vision.captions import parse_caption

_START_END = re.compile(
    r"^\W*(?P<start>\d+(?:\.\d+)?)\s*(?:s\b)?\s*(?:–|—|-|to)\s*(?P<end>\d+(?:\.\d+)?)\s*s\b[\s|:]*(?P<text>.*)$"
)


def read_reply(reply: str, span: Span, *, judges: bool, around: Span | None = None) -> tuple[Line, ...]:
    """Read what a look brought.

    Args:
        reply: The model's words; for one that only measures, the JSON object of ``prompts/caption.md``.
        span: What was looked at; every line of prose lies inside it, every measurement at least in part.
        judges: Whether the model understood the question, and so answered in prose.
        around: What was shown in all, where that is more: a movement has its whole time in it.
    """
    if judges:
        return tuple(_prose(reply, span))
    lines = caption_lines(parse_caption(reply, around or span), span)
    return tuple(line for line in lines if line.span.intersect(span))


def _prose(reply: str, span: Span) -> Iterator[Line]:
    """Give every line that begins with ``START–END s`` its own time; the rest is about the whole span."""
    rest: list[str] = []
    for text in filter(None, map(str.strip, reply.splitlines())):
        match = _START_END.match(text)
        inside = _inside(float(match["start"]), float(match["end"]), span) if match else None
        if match and inside and match["text"]:
            columns = [column.strip() for column in match["text"].split("|")]
            yield Line(inside, ", ".join(column for column in columns if column not in ("", "-")))
        else:
            rest.append(text)
    if rest:
        yield Line(span, " ".join(rest), Kind.SUMMARY)


def _inside(start: float, end: float, span: Span) -> Span | None:
    return Span(start, end).intersect(span) if 0 <= start < end else None
