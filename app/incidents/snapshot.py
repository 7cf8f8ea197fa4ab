"""What is known of a moment when it is marked: kept with it, since indexes change and videos are removed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.wall_clock import start_json
from assistant.answer import Answer
from assistant.answer_json import answer_json
from indexer.library.records import VideoRecord
from indexer.timeline import Caption, Segment, Span

if TYPE_CHECKING:
    from indexer.library.library import Library

_MOST_SEGMENTS = 60
_MOST_TEXTS = 200


def snapshot(library: Library, video: VideoRecord, span: Span) -> dict[str, Any]:
    """Write down the video, its clock, and what the index, its texts and its notes say of the span."""
    fingerprint = library.fingerprint
    return {
        "video": _video(video),
        "wall_clock": _wall_clock(video, span),
        "index": asdict(fingerprint) if fingerprint else None,
        "captions": [
            _segment(segment, segment.caption)
            for segment in library.segments(video.video_id, span)[:_MOST_SEGMENTS]
            if segment.caption is not None
        ],
        "texts": [
            {**_span(text.span), "source": text.source.value, "text": text.text}
            for text in library.timed_texts(video.video_id, span)[:_MOST_TEXTS]
        ],
        "notes": [
            {**_span(note.span), "author": note.author, "text": note.text}
            for note in library.notes(video.video_id, span)
        ],
        "not_seen": [
            {**_span(gap.span), "reason": gap.reason}
            for gap in library.coverage(video.video_id, span).not_inspected
        ],
    }


def kept_answer(answer: Answer | str) -> dict[str, Any] | None:
    """Write an answer as it is kept; a text alone has neither citations nor models."""
    if isinstance(answer, Answer):
        return answer_json(answer, explain=True)
    return {"answer": answer} if answer.strip() else None


def _video(video: VideoRecord) -> dict[str, Any]:
    return {
        "video_id": video.video_id,
        "name": video.name,
        "path": str(video.path),
        "size_bytes": video.size_bytes,
        "duration_seconds": video.duration_seconds,
        "width": video.width,
        "height": video.height,
        "codec": video.codec,
        "stream": video.stream,
        "camera": video.camera,
        **start_json(video),
    }


def _wall_clock(video: VideoRecord, span: Span) -> dict[str, Any] | None:
    if video.start is None:
        return None
    wall = video.start.wall(span)
    return {
        "start": wall.start.isoformat(timespec="milliseconds"),
        "end": wall.end.isoformat(timespec="milliseconds"),
        "error_seconds": wall.error_seconds,
        "shown": wall.dated,
    }


def _segment(segment: Segment, caption: Caption) -> dict[str, Any]:
    return {
        **_span(segment.span),
        "summary": caption.summary,
        "events": [{**_span(event.span), "text": event.sentence()} for event in caption.events],
    }


def _span(span: Span) -> dict[str, float]:
    return {"start_seconds": span.start_seconds, "end_seconds": span.end_seconds}
