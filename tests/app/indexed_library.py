"""A real library with recordings that no file is needed for: captions, events and gaps written as given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from indexer.clock.start import RecordingStart, StartSource
from indexer.library.library import Library
from indexer.timeline import Caption, Event, Segment, Span, Unseen

Part = tuple[Span, float, Sequence[Event]]
"""A segment: where it is, its activity, and what happens in it."""


def publish(
    library: Library,
    name: str,
    parts: Sequence[Part],
    *,
    camera: str = "",
    starts_at: str = "",
    unseen: Sequence[Unseen] = (),
) -> str:
    """Publish a recording that lasts as long as its last part; returns its id."""
    video_id, catalog = f"{name:0>16}", library.catalog
    catalog.add_video(video_id, Path(f"/videos/{name}.mp4"), 1)
    seconds = max(span.end_seconds for span, _, _ in parts)
    catalog.query("UPDATE videos SET duration_seconds = ? WHERE video_id = ?", seconds, video_id)
    catalog.set_camera(video_id, camera)
    if starts_at:
        start = RecordingStart(datetime.fromisoformat(starts_at), StartSource.FILE_NAME)
        catalog.set_start(video_id, start)
    for ordinal, (span, activity, events) in enumerate(parts):
        said = "; ".join(event.sentence() for event in events) or "Nothing moved."
        caption = Caption(said, tuple(events))
        segment = Segment(video_id, ordinal, span, activity, caption=caption, still=activity == 0)
        catalog.add_segment(segment, "f")
    catalog.add_unseen(video_id, "f", unseen)
    catalog.publish(video_id, "f")
    return video_id


def happens(start: float, end: float, actor: str, action: str, watch: str = "") -> Event:
    """Return an event."""
    return Event(Span(start, end), actor, action, watch=watch)


def minutes(count: int, *events: Event) -> list[Part]:
    """Return segments of ten seconds that fill so many minutes, each with the events that begin in it."""
    spans = [Span(10.0 * number, 10.0 * number + 10) for number in range(6 * count)]
    return [
        (span, 0.01 * (number % 5), [each for each in events if span.contains(each.span.start_seconds)])
        for number, span in enumerate(spans)
    ]
