"""What the search page looks for, and the moments that it finds: by words or by a picture, within filters."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.pages.parts.moment_card import CardMoment
from assistant.retrieval import Moment, find_like, find_moments
from assistant.retrieving.quotes import find_quotes
from indexer.clock.zones import find_zone
from indexer.embedding.configured import make_reranker
from indexer.embedding.reranking import Reranker
from indexer.library.library import Library
from indexer.library.occurrences import Wanted
from indexer.library.recordings import Recording, placed_recordings, recording, recordings_of
from indexer.library.texts import TextHit
from indexer.timeline import Event, Span

MOST_MOMENTS = 90
"""Moments that one search finds; who wants others narrows it."""
FRAMES_PER_HIT = 3

_SEARCHED_APART = 20
"""Videos up to which each is searched by itself; of more, the best of the whole library are kept."""
_OF_ALL = 400
"""Moments of the whole library that are looked through then."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a person looks for; all filters that are given hold."""

    words: str = ""
    picture: bytes = b""
    """A picture's file; then words do not count."""
    video_id: str = ""
    span: Span | None = None
    """A stretch of that video."""
    camera: str = ""
    day: date | None = None
    """On the wall clock."""
    event: str = ""
    """What an event of the moment has to say: who or what did what."""

    def __bool__(self) -> bool:
        return bool(self.words.strip() or self.picture or self.event.strip())

    @property
    def asked(self) -> str:
        """The words that are searched for; an event that is asked for alone is looked for by its words."""
        return self.words.strip() or self.event.replace("|", " ").replace('"', " ").strip()


def find_hits(library: Library, search: Search, reranker_setting: str | None = None) -> list[CardMoment]:
    """Find the moments to show, best first; what was said or shown word for word comes before the others.

    Args:
        library: Where to search.
        search: What for.
        reranker_setting: The setting that names a re-ranker, None for none.

    Raises:
        LibraryError: A picture is looked for, and the library's frames are not indexed.
        MediaError: The picture cannot be read.
    """
    parts = _parts(library, search)
    moments = _moments(library, search, parts, _reranker(reranker_setting))
    quotes = [] if search.picture or search.event else _quotes(library, search, parts)
    wanted = Wanted.read(search.event, details=False)
    fitting = [moment for moment in moments if not wanted.groups or any(_fitting(moment, wanted))]
    return [*quotes, *(_card(moment, search, wanted) for moment in fitting)][:MOST_MOMENTS]


@functools.cache
def _reranker(setting: str | None) -> Reranker | None:
    return make_reranker(setting)


Parts = Mapping[str, Span | None]
"""The videos that may be searched, each with its stretch; None for all of it."""


def _parts(library: Library, search: Search) -> Parts | None:
    """Return where may be searched; None for everywhere."""
    if search.video_id:
        named = recording(library.catalog, search.video_id)
        found = [named] if named else []
    elif search.day is not None:
        found = placed_recordings(library.catalog)
    elif search.camera:
        found = recordings_of(library.catalog, search.camera)
    else:
        return None
    zone = find_zone(library.timezone)
    parts: dict[str, Span | None] = {}
    for each in found:
        if search.camera in ("", each.camera):
            span = search.span
            if search.day is not None:
                begin = datetime.combine(search.day, time(), tzinfo=zone).astimezone()
                span = _on_day(each, begin, begin + timedelta(days=1), span)
                if span is None:
                    continue
            parts[each.video_id] = span
    return parts


def _on_day(each: Recording, begin: datetime, end: datetime, span: Span | None) -> Span | None:
    if each.start is None:
        return None
    first, last = each.start.seconds_at(begin), each.start.seconds_at(end)
    if last <= 0 or first >= each.duration_seconds:
        return None
    day = Span(max(0.0, first), min(last, each.duration_seconds))
    return day.intersect(span) if span else day


def _moments(
    library: Library, search: Search, parts: Parts | None, reranker: Reranker | None
) -> list[Moment]:
    if parts is None:
        return _find(library, search, MOST_MOMENTS, None, None, reranker)
    if len(parts) > _SEARCHED_APART:
        found = _find(library, search, _OF_ALL, None, None, reranker)
        return [moment for moment in found if _lies_in(moment.video.video_id, moment.span, parts)]
    found = [
        moment
        for video_id, span in parts.items()
        for moment in _find(library, search, MOST_MOMENTS, video_id, span, reranker)
    ]
    return found if len(parts) == 1 else sorted(found, key=lambda moment: -moment.score)


def _find(
    library: Library, search: Search, limit: int, video_id: str | None, span: Span | None,
    reranker: Reranker | None,
) -> list[Moment]:  # fmt: skip
    if search.picture:
        return find_like(library, search.picture, limit=limit, video_id=video_id, span=span)
    return find_moments(library, search.asked, limit=limit, video_id=video_id, span=span, reranker=reranker)


def _quotes(library: Library, search: Search, parts: Parts | None) -> list[CardMoment]:
    found = find_quotes(
        library, search.asked, limit=MOST_MOMENTS, video_id=search.video_id or None, span=search.span
    )
    return [
        _quote_card(hit, search)
        for hit in found
        if parts is None or _lies_in(hit.video.video_id, hit.text.span, parts)
    ]


def _lies_in(video_id: str, span: Span, parts: Parts) -> bool:
    if video_id not in parts:
        return False
    part = parts[video_id]
    return part is None or part.intersect(span) is not None


def _fitting(moment: Moment, wanted: Wanted) -> Iterator[Event]:
    """Yield the events inside a moment that say what is wanted."""
    events = (event for segment in moment.segments if segment.caption for event in segment.caption.events)
    for event in events:
        if event.span.intersect(moment.span) and wanted.fits(
            f"{event.actor} {event.action} {event.watch}", ""
        ):
            yield event


def _card(moment: Moment, search: Search, wanted: Wanted) -> CardMoment:
    events = tuple(_fitting(moment, wanted)) if wanted.groups else moment.events
    told = "\n".join(event.sentence() for event in events) or moment.said
    return CardMoment(
        video_id=moment.video.video_id,
        span=moment.span,
        frame_seconds=_frames(moment),
        text=told,
        question=search.asked,
    )


def _frames(moment: Moment) -> tuple[float, ...]:
    if moment.seconds is not None:  # the frame that looks most like the picture
        return (moment.seconds,)
    start, length = moment.span.start_seconds, moment.span.duration_seconds
    return tuple(round(start + length * number / FRAMES_PER_HIT, 3) for number in range(FRAMES_PER_HIT))


def _quote_card(hit: TextHit, search: Search) -> CardMoment:
    return CardMoment(
        video_id=hit.video.video_id,
        span=hit.text.span,
        text=f"“{hit.text.text}”",
        source=hit.text.source.value,
        question=search.asked,
    )
