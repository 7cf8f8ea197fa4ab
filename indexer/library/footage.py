"""The files behind the videos: which of them still holds the content, and which moments of it to show."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from indexer.discovery import content_id
from indexer.errors import MediaError
from indexer.library.catalog import Catalog
from indexer.library.records import VideoRecord
from indexer.timeline import Frame, Span
from indexer.vision.model import FrameBudget

_ROUNDING = 1e-6
"""A hair more than whole steps, from times that were reckoned, makes no step more."""


def find_file(catalog: Catalog, video: VideoRecord) -> Path:
    """Return a file that holds a video's content now; a copy serves when the first one has moved.

    Raises:
        MediaError: No file with this content is left where one was seen. What lies there now is another
            video, whose frames must not stand for this one's.
    """
    if not video.size_bytes:
        raise MediaError(
            f"the file of {video.name} is not there: its captions were imported without it, so its "
            "frames cannot be looked at. What the captions say can be recalled and searched"
        )
    for path in [video.path, *catalog.paths(video.video_id)]:
        if holds_content(catalog, path, video.video_id):
            return path
    if video.replaced_by:
        raise MediaError(
            f"the file of {video.name} was replaced by other content, so its frames cannot be looked at. "
            "What was indexed of it can be recalled and searched; put the file back for its frames"
        )
    raise MediaError(
        f"{video.name} is gone from {video.path.parent}, or has changed since it was indexed. "
        "Put it back, or index it where it is now: witness index PATH"
    )


def holds_content(catalog: Catalog, path: Path, video_id: str) -> bool:
    """Tell whether a path holds the content; it is read again only when its size or time is new."""
    try:
        facts = path.stat()
    except OSError:
        return False
    if known := catalog.known_content(path, facts.st_size, facts.st_mtime_ns):
        return known == video_id
    try:
        if content_id(path) != video_id:
            return False
    except MediaError:  # it cannot be read: a drive that fails, say
        return False
    catalog.note_file(path, video_id, facts.st_size, facts.st_mtime_ns)
    return True


def has_file(catalog: Catalog, video: VideoRecord) -> bool:
    """Tell whether a file lies where the video was seen; whether it still is the same is not looked into."""
    places = [] if video.replaced_by else [video.path]
    try:
        return any(path.is_file() for path in [*places, *catalog.paths(video.video_id)])
    except OSError:  # a drive that fails
        return False


def spread(span: Span, budget: FrameBudget) -> list[float]:
    """Return seconds spread evenly over a span, as dense as the budget allows.

    Rounded up, so that every frame shown for as long as the wanted rate has a second of its own.
    """
    wanted = math.ceil(span.duration_seconds * budget.frames_per_second - _ROUNDING)
    count = max(1, min(budget.max_frames, wanted))
    step = span.duration_seconds / count
    return [span.start_seconds + step * number for number in range(count)]


def once_each(frames: Iterable[Frame], span: Span) -> list[Frame]:
    """Return each frame once, those of the span alone; all of them where the span has none of its own."""
    by_time = {frame.pts_seconds: frame for frame in frames}
    inside = [by_time[pts] for pts in sorted(by_time) if span.covers(Span(pts, pts + 1e-9))]
    return inside or list(by_time.values())
