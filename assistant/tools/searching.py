"""Search the index for moments that fit a description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.answer import Source
from assistant.data import as_data
from assistant.evidence import Evidence, Findings, Line, caption_lines
from assistant.retrieval import Moment, find_moments
from assistant.tools.context import Place, Result, notes_on, say_evidence, searched_part
from assistant.tools.quoting import quotes_for
from indexer.library.library import Library
from indexer.plurals import counted
from indexer.timeline import Span

_SEARCHED_APART = 20
"""Chosen videos up to which each is searched by itself; of more, the best of the whole library are kept."""
_OF_ALL = 20
"""How many times more moments are searched for then, since some lie elsewhere."""


def search(library: Library, query: str, places: Sequence[Place] | None, limit: int) -> Result:
    """Tell the moments that fit a query best, in some places or everywhere, with what was noted on them."""
    moments = moments_in(library, query, places, limit)
    if places is None:
        places = [Place(video) for video in library.videos() if video.answerable]
    record = places[0].record if len(places) == 1 else None
    evidence = [_moment_evidence(library, moment) for moment in moments]
    noted = {
        entry: None for moment in moments for entry in notes_on(library, moment.video, moment.span, best=True)
    }
    searched = tuple(
        searched_part(library, place.record, place.part)
        for place in places
        if place.record.duration_seconds > 0
    )
    quotes = [quote for quote in quotes_for(library, query, record, limit) if _lies_in(quote, places)]
    findings = Findings(evidence=(*evidence, *quotes, *noted), searched=searched, vision=library.vision_name)
    found = "\n\n".join(f"{each.video}\n{say_evidence([each])}" for each in [*quotes, *evidence, *noted])
    text = (
        f"{counted(len(moments), 'moment')}, best first:"
        if moments
        else "Nothing in the index fits these words."
    )
    if quotes:
        text = (
            f"{text} Said or shown, with the source that the citation names: {counted(len(quotes), 'time')}."
        )
    return f"{text}\n{as_data(found)}" if found else text, findings.to_artifact()


def moments_in(library: Library, query: str, places: Sequence[Place] | None, limit: int) -> list[Moment]:
    """Find the moments that fit a query best in these places; None: anywhere."""
    if places is None:
        return find_moments(library, query, limit=limit)
    if len(places) > _SEARCHED_APART:
        parts = {place.record.video_id: place.span for place in places}
        found = find_moments(library, query, limit=limit * _OF_ALL)
        return [moment for moment in found if _in_parts(moment, parts)][:limit]
    found = [
        moment
        for record, span in places
        for moment in find_moments(library, query, limit=limit, video_id=record.video_id, span=span)
    ]
    return found[:limit] if len(places) == 1 else sorted(found, key=lambda each: -each.score)[:limit]


def _in_parts(moment: Moment, parts: Mapping[str, Span | None]) -> bool:
    if moment.video.video_id not in parts:
        return False
    part = parts[moment.video.video_id]
    return part is None or moment.span.intersect(part) is not None


def _lies_in(quote: Evidence, places: Sequence[Place]) -> bool:
    return any(
        quote.video_id == record.video_id and (span is None or quote.span.intersect(span) is not None)
        for record, span in places
    )


def _moment_evidence(library: Library, moment: Moment) -> Evidence:
    """Return a moment with what else the index says of its time."""
    lines: list[Line] = []
    for segment in moment.segments:
        if segment.caption:
            lines += caption_lines(segment.caption, segment.span, moment.events)
    lines = [line for line in lines if line.span.intersect(moment.span)]
    return Evidence(
        video=library.handle(moment.video),
        video_id=moment.video.video_id,
        span=moment.segments_span,
        source=Source.INDEX,
        lines=tuple(lines),
        matched=moment.matched,
        ranks=str(moment.ranks),
    )
