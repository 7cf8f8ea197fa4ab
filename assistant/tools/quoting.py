"""What was said or shown word for word, as evidence of its own, each with its source."""

from __future__ import annotations

from assistant.answer import Source
from assistant.evidence import Evidence, Kind, Line
from assistant.retrieving.quotes import find_quotes
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.texts.model import TimedText
from indexer.timeline import Span

_MOST_IN_SPAN = 60
"""Subtitles and utterances that one look-up tells."""


def said_in(library: Library, record: VideoRecord, span: Span) -> list[Evidence]:
    """Return the subtitles and the speech of a stretch; text in the picture stands in the captions."""
    handle = library.handle(record)
    texts = library.timed_texts(record.video_id, span)[:_MOST_IN_SPAN]
    return [evidence for text in texts if (evidence := _evidence(handle, record, text, within=span))]


def quotes_for(library: Library, query: str, record: VideoRecord | None, limit: int) -> list[Evidence]:
    """Return the words that a query asks for, where they were said or shown."""
    hits = find_quotes(library, query, limit=limit, video_id=record.video_id if record else None)
    found = [_evidence(library.handle(hit.video), hit.video, hit.text, best=True) for hit in hits]
    return [evidence for evidence in found if evidence is not None]


def _evidence(
    handle: str, record: VideoRecord, text: TimedText, *, within: Span | None = None, best: bool = False
) -> Evidence | None:
    span = text.span.intersect(within) if within else text.span
    if span is None:
        return None
    line = Line(text.span, text.sentence(), Kind.QUOTE, best=best)
    return Evidence(handle, record.video_id, span, Source(text.source.value), (line,))
