"""Which parts of a video the index looked at, and which not."""

from __future__ import annotations

from indexer.library.catalog import Catalog
from indexer.library.records import VideoRecord, VideoStatus
from indexer.timeline import Coverage, Span, Unseen, spans_of, subtract_spans

_TOLD_SECONDS = 1e-3
"""A shorter piece between two spans is no gap."""


def coverage_of(catalog: Catalog, video: VideoRecord, within: Span) -> Coverage:
    """Return which parts of a span of a video the index looked at, and which not, with why."""
    if video.duration_seconds <= 0:
        return Coverage(video.video_id, ())
    seen = [part for each in _looked_at(catalog, video, within) if (part := each.intersect(within))]
    gaps = [
        Unseen(part, gap.reason) for gap in video.unseen if (part := gap.span.intersect(within)) is not None
    ]
    inspected = [part for each in seen for part in subtract_spans(each, (gap.span for gap in gaps))]
    known = [*inspected, *(gap.span for gap in gaps)]
    reason = f"failed: {video.reason}" if video.status is VideoStatus.FAILED else "not indexed"
    rest = [
        Unseen(left, reason)
        for left in subtract_spans(within, known)
        if left.duration_seconds > _TOLD_SECONDS
    ]
    not_inspected = tuple(sorted([*gaps, *rest], key=lambda gap: gap.span))
    return Coverage(video.video_id, tuple(inspected), not_inspected)


def _looked_at(catalog: Catalog, video: VideoRecord, within: Span) -> list[Span]:
    """Return the spans with a caption, joined where they touch: as noted when they were published."""
    found = catalog.query(
        "SELECT start_seconds, end_seconds FROM inspected WHERE video_id = ? ORDER BY start_seconds",
        video.video_id,
    )
    if found:
        return [Span(row["start_seconds"], row["end_seconds"]) for row in found]
    # Nothing was, or it was published before this was noted.
    return spans_of([each for each in catalog.segments(video.video_id, within) if each.caption is not None])
