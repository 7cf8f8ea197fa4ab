"""Find the event that a relative time is counted from, and so the stretch that is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.retrieval import Moment, find_moments
from assistant.timing_choice import Named
from assistant.timing_events import RelativeTime
from indexer.library.library import Library
from indexer.timeline import Span

_ABOUT_AS_GOOD = 0.98
_MOMENTS = 3


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
    event = _span_of(best)
    span = time.span(event, best.video.duration_seconds)
    known = f'"{time.event}" fits {event} of {handle} best'
    if span is None:
        return Found({}, f'{known}, and "{time.text}" lies outside of it')
    others = [_span_of(each) for each in moments[1:] if each.score >= _ABOUT_AS_GOOD * best.score]
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


def _span_of(moment: Moment) -> Span:
    """Return where the event lies: its first and last instant, or all of the moment where it has none."""
    if not moment.events:
        return moment.span
    return Span(moment.events[0].span.start_seconds, max(event.span.end_seconds for event in moment.events))
