"""Text in the picture: what a model quotes in its events, and the observer in its summaries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from indexer.texts.model import TextSource, TimedText
from indexer.texts.phrases import Phrase
from indexer.timeline import Event, Segment, Span

_QUOTED = r'"[^"]*"'
_STANDING_TEXT = re.compile(rf"Text on screen[^:\"]*: (?P<quotes>{_QUOTED}(?:, {_QUOTED})*)\.?\s*")
_RUNNING_TEXT = re.compile(rf"Running (?P<kind>\w+) on screen: (?P<quotes>from {_QUOTED} to {_QUOTED})\.?\s*")
_TOUCH_SECONDS = 1e-3


def screen_texts(summary: str, span: Span) -> Iterator[Event]:
    """Read the text that the observer quotes in a summary, as events that last for the whole span."""
    for match in _STANDING_TEXT.finditer(summary):
        quoted = ", ".join(re.findall(r'"([^"]*)"', match["quotes"]))
        yield Event(span, "a sign, label or caption", "is readable", text_on_screen=quoted)
    for match in _RUNNING_TEXT.finditer(summary):
        yield Event(span, f"a running {match['kind']}", f"is readable, {match['quotes']}")


def without_screen_texts(summary: str) -> str:
    """Return a summary of the observer without the text that it quotes."""
    return _RUNNING_TEXT.sub("", _STANDING_TEXT.sub("", summary)).strip()


def texts_in_view(segment: Segment) -> Iterator[TimedText]:
    """Return each text that a segment's caption quotes, with the time for which it is quoted."""
    if segment.caption is None:
        return
    for match in _STANDING_TEXT.finditer(segment.caption.summary):
        for quoted in re.findall(r'"([^"]*)"', match["quotes"]):
            yield TimedText(segment.span, quoted, TextSource.SCREEN)
    for event in segment.caption.events:
        if event.text_on_screen.strip():
            yield TimedText(event.span, event.text_on_screen.strip(), TextSource.SCREEN)


def joined(texts: Iterable[TimedText]) -> list[TimedText]:
    """Join the same words where one segment ends and the next begins; in the order of time.

    A reader does not see each space each time, so spaces and hyphens make no other words.
    """
    found: list[TimedText] = []
    latest: dict[str, int] = {}
    for each in sorted(texts):
        letters = Phrase.of(each.text).letters
        last = found[latest[letters]] if letters in latest else None
        if last is None or each.span.start_seconds > last.span.end_seconds + _TOUCH_SECONDS:
            latest[letters] = len(found)
            found.append(each)
        else:
            end = max(last.span.end_seconds, each.span.end_seconds)
            found[latest[letters]] = replace(last, span=Span(last.span.start_seconds, end))
    return found
