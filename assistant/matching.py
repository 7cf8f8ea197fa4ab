"""How well an index entry fits a query: which of its terms stand in it, rare ones weighing more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from indexer.text import query_tokens, tokens
from indexer.texts.on_screen import screen_texts
from indexer.timeline import Event, Segment, Span

SAYS_LITTLE = frozenset(
    tokens(
        "as by with from for on off out over away back about per go get make than then so we he she they"
        " not no some someone somebody something anyone anybody anything nothing"
        " everyone everything thing one else"
        " picture video clip second time many much often"
    )
)
"""Tokens that stand in a question and in a description alike and yet make no link between the two."""


@lru_cache(maxsize=8192)
def _spoken(text: str) -> str:
    """Return a text's tokens between spaces; one search asks for the same text many times."""
    return f" {' '.join(tokens(text))} "


class Terms:
    """What a query looks for: its tokens, and phrases that count only word for word."""

    def __init__(self, query: str, phrases: Iterable[str] = ()) -> None:
        """Take a query apart; an empty one looks for nothing.

        Args:
            query: The person's words.
            phrases: What to look for besides, such as "left the picture".
        """
        asked = query_tokens(query)
        telling = [token for token in asked if token not in SAYS_LITTLE]
        wanted = [*telling, *(" ".join(tokens(phrase)) for phrase in phrases)] or asked
        self._terms = tuple(dict.fromkeys(wanted)) if query.strip() else ()

    def __bool__(self) -> bool:
        return bool(self._terms)

    def found_in(self, text: str) -> tuple[str, ...]:
        """Return the terms that stand in a text."""
        words = _spoken(text)
        return tuple(term for term in self._terms if f" {term} " in words)


class EventWeights:
    """How well each event of some segments fits: the sum of its terms' weights, rare terms weighing more."""

    def __init__(self, segments: Iterable[Segment], terms: Terms) -> None:
        self._found = {
            event: terms.found_in(event.sentence()) for segment in segments for event in events_of(segment)
        }
        counts = Counter(term for found in self._found.values() for term in found)
        self._weights = {term: math.log1p(len(self._found) / count) for term, count in counts.items()}

    def of(self, event: Event) -> float:
        """Return an event's weight, 0 where it shares nothing with the query."""
        return sum(self._weights[term] for term in self._found[event])

    def best_of(self, segments: Sequence[Segment], within: Span | None = None) -> tuple[list[Event], float]:
        """Return the events that fit best, in the order of time, and their weight; none where none fits.

        Args:
            segments: Where to look for events.
            within: Consider only events that overlap this span.
        """
        events = [
            event
            for segment in segments
            for event in events_of(segment)
            if within is None or event.span.intersect(within)
        ]
        best = max(map(self.of, events), default=0.0)
        if best <= 0:
            return [], 0.0
        chosen = (event for event in events if self.of(event) >= best - 1e-9)
        return sorted(chosen, key=lambda event: event.span), best


class TextWeights:
    """How well texts fit a query: the sum of their terms' weights, rare terms weighing more."""

    def __init__(self, texts: Iterable[str], terms: Terms) -> None:
        found = [terms.found_in(text) for text in texts]
        counts = Counter(term for each in found for term in each)
        self._terms = terms
        self._weights = {term: math.log1p(len(found) / count) for term, count in counts.items()}

    def of(self, text: str) -> float:
        """Return the weight of any text, 0 where it shares nothing with the query."""
        return sum(self._weights.get(term, 0.0) for term in self._terms.found_in(text))


def events_of(segment: Segment) -> list[Event]:
    """Return a segment's events, and the text that the observer quotes in its summary."""
    if segment.caption is None:
        return []
    return [*segment.caption.events, *screen_texts(segment.caption.summary, segment.span)]
