"""From a vision model's reply to a caption whose times can be relied on.

Models wrap their JSON in fences and chatter, and they invent times. A time that cannot be right is refused
and never bent into shape; the words that came with it are kept: they cost GPU time and may be true.
"""

from __future__ import annotations

import json
import math
from typing import Any

from indexer.timeline import Caption, Event, Span

TOLERANCE_SECONDS = 0.05
"""How far an event may reach over its segment: marks are rounded to a tenth of a second."""
INSTANT_SECONDS = 0.1
"""Length given to an event that begins and ends at the same time."""

UNTIMED_NOTE = "Reported without usable times:"

_WORD_FIELDS = ("actor", "action", "details", "intent", "text_on_screen", "watch")
_TIME_FIELDS = ("start_seconds", "end_seconds")
CAPTION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    **{field: {"type": "number"} for field in _TIME_FIELDS},
                    **{field: {"type": "string"} for field in _WORD_FIELDS},
                },
                "required": [*_TIME_FIELDS, *_WORD_FIELDS],
                "additionalProperties": False,
            },
        },
    },
    "required": ["summary", "events"],
    "additionalProperties": False,
}
"""The form of a caption as JSON Schema, for servers that hold a model to it while it writes."""


def parse_caption(reply: str, span: Span) -> Caption:
    """Read the JSON object of ``prompts/caption.md`` from a reply.

    Text and code fences around the object are passed over. An event that lies outside the span, is reversed
    or has no times that are numbers is not given as an event: its words go to the end of the summary, behind
    `UNTIMED_NOTE`, and the caption is not well formed. A reply without such an object is kept as plain text.

    Args:
        reply: What the model wrote.
        span: The segment that it was asked about.
    """
    answer = _find_object(reply)
    if answer is None:
        return Caption(summary=reply.strip(), well_formed=False)
    summary = _words(answer.get("summary"))
    entries = answer.get("events", [])
    well_formed = bool(summary) and "events" in answer and isinstance(entries, list)
    events: list[Event] = []
    untimed: list[str] = []
    for entry in entries if isinstance(entries, list) else [entries]:
        event_span = _event_span(entry, span)
        event = Event(event_span or span, **_event_words(entry))
        if event_span and event.sentence():
            events.append(event)
            continue
        well_formed = False
        if event.sentence():
            untimed.append(event.sentence())
    if untimed:
        summary = f"{summary}\n{UNTIMED_NOTE} {' / '.join(untimed)}".strip()
    return Caption(summary, tuple(sorted(events, key=lambda event: event.span)), well_formed)


def _find_object(reply: str) -> dict[str, Any] | None:
    """Return the first JSON object in a reply that has a summary or events."""
    decoder = json.JSONDecoder()
    position = reply.find("{")
    while position >= 0:
        try:
            value, _ = decoder.raw_decode(reply, position)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and ("summary" in value or "events" in value):
            return value
        position = reply.find("{", position + 1)
    return None


def _event_span(entry: object, segment: Span) -> Span | None:
    """Return an event's span inside its segment, or None when its times cannot be right."""
    if not isinstance(entry, dict):
        return None
    start, end = _number(entry.get("start_seconds")), _number(entry.get("end_seconds"))
    if start is None or end is None or end < start:
        return None
    if start < segment.start_seconds - TOLERANCE_SECONDS or end > segment.end_seconds + TOLERANCE_SECONDS:
        return None
    start, end = max(start, segment.start_seconds), min(end, segment.end_seconds)
    if end <= start:  # an instant: put its tenth of a second where the segment has room for it
        start = max(segment.start_seconds, min(start, segment.end_seconds - INSTANT_SECONDS))
        end = min(start + INSTANT_SECONDS, segment.end_seconds)
    return Span(start, end)


def _number(value: object) -> float | None:
    """Return a time as a number; models write some of them as strings."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _event_words(entry: object) -> dict[str, str]:
    """Return an event's fields; an entry that is a plain sentence is what was done."""
    if isinstance(entry, dict):
        return {field: _words(entry.get(field)) for field in _WORD_FIELDS}
    return {"actor": "", "action": _words(entry)}


def _words(value: object) -> str:
    """Return a field as text on one line: null is nothing, a list of words is joined."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_words, value)))
    return " ".join(str(value).split())
