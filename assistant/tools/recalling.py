"""Read the index: which videos there are, and what is known of a span."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.answer import Source
from assistant.data import as_data
from assistant.evidence import Evidence, Findings, caption_lines
from assistant.tools.context import Result, notes_on, say_evidence, searched_part
from assistant.tools.quoting import said_in
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.timeline import Segment, Span, format_seconds

MAX_SEGMENTS = 60
"""Segments that one look-up lists; of a longer span, the most active ones."""


def say_videos(library: Library, records: Iterable[VideoRecord]) -> str:
    """List videos with length and status."""
    lines = [
        f"{library.handle(record)}, {format_seconds(record.duration_seconds)}, {record.status.value}"
        + (f" ({record.reason})" if record.reason else "")
        for record in records
    ]
    return as_data("\n".join(lines) or "no videos")


def recall(library: Library, record: VideoRecord, span: Span) -> Result:
    """Tell what the index knows of a span, and what was noted on it."""
    handle = library.handle(record)
    segments = [each for each in library.segments(record.video_id, span) if each.caption is not None]
    listed = _most_active(segments)
    evidence = [_segment_evidence(handle, segment, span) for segment in listed]
    read = [entry.span for entry in evidence] if len(listed) < len(segments) else [span]
    searched = tuple(searched_part(library, record, part) for part in read)
    noted = notes_on(library, record, span)
    said = said_in(library, record, span)
    findings = Findings(evidence=(*evidence, *said, *noted), searched=searched, vision=library.vision_name)
    remarks = [
        f"Not inspected by the index: {unseen.span} ({unseen.reason})"
        for part in searched
        for unseen in part.unseen
    ]
    if len(listed) < len(segments):
        remarks.append(
            f"These are the {len(listed)} most active of {len(segments)} segments; ask for a shorter span."
        )
    if noted:
        remarks.append("Where a note and the index differ, tell both, and trust the note more.")
    body = say_evidence([*evidence, *said, *noted]) if evidence or said else "nothing is indexed here"
    return "\n".join(
        [f"The index of {span}:", as_data(f"{handle}\n{body}"), *remarks]
    ), findings.to_artifact()


def _most_active(segments: Sequence[Segment]) -> list[Segment]:
    chosen = sorted(segments, key=lambda segment: -segment.activity)[:MAX_SEGMENTS]
    return sorted(chosen, key=lambda segment: segment.span)


def _segment_evidence(handle: str, segment: Segment, span: Span) -> Evidence:
    """Return what the index says of a segment, without the events that lie outside the span."""
    lines = caption_lines(segment.caption, segment.span) if segment.caption else []
    inside = tuple(line for line in lines if line.span.intersect(span))
    return Evidence(handle, segment.video_id, segment.span, Source.INDEX, inside)
