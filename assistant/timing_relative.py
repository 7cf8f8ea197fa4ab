"""Find the event that a relative time is counted from, and so the stretch that is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.observer_words import observer_groups
from assistant.retrieval import Moment, find_moments
from assistant.timing_choice import Named
from assistant.timing_events import RelativeTime
from indexer.library.library import Library
from indexer.library.occurrences import Wanted
from indexer.timeline import Event, Span

_ABOUT_AS_GOOD = 0.98
_MOMENTS = 3
_INSTANT_SECONDS = 0.25
_SUDDEN = re.compile(r"the light (?:dropped|rose) suddenly", re.IGNORECASE)
"""How the observer words a change that is over at once, though its event lasts until the light returns."""


@dataclass(frozen=True, slots=True)
class Found:
    """The stretch beside an event, and how it was arrived at."""

    spans: dict[str, list[Span]]
    """By video id: one stretch of one video, or nothing."""
    note: str


def resolve_relative(
    library: Library,
    time: RelativeTime,
    videos: Sequence[Named],
    within: Mapping[str, Sequence[Span]],
    *,
    everywhere: bool,
) -> Found:
    """Search for the event, and return the stretch that lies beside it.

    Args:
        library: Where to search.
        time: What the question says.
        videos: The videos that the question means.
        within: Stretches, by video id, to which another time in the question narrows the search, if any.
        everywhere: Whether the videos are all that can be answered about, so that one search does.
    """
    moments = sorted(
        _moments(library, time.event, videos, within, everywhere), key=lambda moment: -moment.score
    )
    if not moments:
        return Found({}, f'Nothing in the index fits "{time.event}", so "{time.text}" has no place in time')
    best = moments[0]
    handle = next((each.handle for each in videos if each.record == best.video), best.video.name)
    event = _span_of(best, time.event)
    span = time.span(event, best.video.duration_seconds)
    known = f'"{time.event}" fits {event} of {handle} best'
    if span is None:
        return Found({}, f'{known}, and "{time.text}" lies outside of it')
    others = [_span_of(each, time.event) for each in moments[1:] if each.score >= _ABOUT_AS_GOOD * best.score]
    also = f"; {', '.join(map(str, others))} nearly as well" if others else ""
    return Found({best.video.video_id: [span]}, f'{known}{also}: "{time.text}" was read as {span}')


def _moments(
    library: Library,
    event: str,
    videos: Sequence[Named],
    within: Mapping[str, Sequence[Span]],
    everywhere: bool,
) -> Iterator[Moment]:
    if within:
        for video_id, spans in within.items():
            for span in spans:
                yield from find_moments(library, event, limit=_MOMENTS, video_id=video_id, span=span)
    elif everywhere:
        yield from find_moments(library, event, limit=_MOMENTS)
    else:
        for video in videos:
            yield from find_moments(library, event, limit=_MOMENTS, video_id=video.record.video_id)


def _span_of(moment: Moment, words: str) -> Span:
    """Return where the event lies: its first and last instant, or all of the moment where it has none.

    Of measurements that were merged into one moment, those count that are exactly what is asked for; light
    that drops or rises does so at its beginning, however long it stays so.
    """
    wanted = Wanted(tuple(observer_groups(words)))
    exact = [event for event in moment.events if wanted.groups and wanted.fits(_told(event), "")]
    events = exact or list(moment.events)
    if not events:
        return moment.span
    spans = [_instant(event.span) if _SUDDEN.match(_told(event)) else event.span for event in events]
    return Span(spans[0].start_seconds, max(span.end_seconds for span in spans))


def _told(event: Event) -> str:
    return f"{event.actor} {event.action}"


def _instant(span: Span) -> Span:
    return Span(span.start_seconds, min(span.end_seconds, span.start_seconds + _INSTANT_SECONDS))
