"""Search the index for moments that fit a description."""

from __future__ import annotations

from assistant.answer import Source
from assistant.data import as_data
from assistant.evidence import Evidence, Findings, Line, caption_lines
from assistant.retrieval import Moment, find_moments
from assistant.tools.context import Result, notes_on, say_evidence, searched_part
from assistant.tools.quoting import quotes_for
from indexer.library.library import Library
from indexer.library.records import VideoRecord


def search(library: Library, query: str, record: VideoRecord | None, limit: int) -> Result:
    """Tell the moments that fit a query best, in one video or in all, with what was noted on them."""
    moments = find_moments(library, query, limit=limit, video_id=record.video_id if record else None)
    videos = [record] if record else [video for video in library.videos() if video.answerable]
    evidence = [_moment_evidence(library, moment) for moment in moments]
    noted = {
        entry: None for moment in moments for entry in notes_on(library, moment.video, moment.span, best=True)
    }
    searched = tuple(searched_part(library, each, each.span) for each in videos if each.duration_seconds > 0)
    quotes = quotes_for(library, query, record, limit)
    findings = Findings(evidence=(*evidence, *quotes, *noted), searched=searched, vision=library.vision_name)
    found = "\n\n".join(f"{each.video}\n{say_evidence([each])}" for each in [*quotes, *evidence, *noted])
    text = f"{len(moments)} moments, best first:" if moments else "Nothing in the index fits these words."
    if quotes:
        text = f"{text} Said or shown, with the source that the citation names: {len(quotes)} times."
    return f"{text}\n{as_data(found)}" if found else text, findings.to_artifact()


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
