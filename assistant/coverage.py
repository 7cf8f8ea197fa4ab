"""What an answer rests on: which spans were inspected for it, and which were not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.answer import Looked, Source, VideoCoverage
from assistant.evidence import Evidence, Findings
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.timeline import Coverage, Span, Unseen, merge_spans, subtract_spans

_TOUCH_SECONDS = 1e-6


def build_coverage(
    library: Library, findings: Sequence[Findings], *, whole_library: bool
) -> tuple[VideoCoverage, ...]:
    """Work out the coverage of an answer.

    Args:
        library: Knows what indexing looked at.
        findings: What the tools of this turn returned.
        whole_library: Whether the question was about every video, so that those which cannot be answered
            about have to be named as not inspected.

    Returns:
        One entry per video, sorted by handle.
    """
    index: dict[str, list[Span]] = {}
    looks: dict[str, list[Evidence]] = {}
    for found in findings:
        for searched in found.searched:
            index.setdefault(searched.video_id, []).append(searched.span)
        for entry in found.evidence:
            if entry.source is Source.LOOK:
                looks.setdefault(entry.video_id, []).append(entry)
    coverages = [
        _of_video(library, video_id, index.get(video_id, []), looks.get(video_id, []))
        for video_id in {**index, **looks}
    ]
    if whole_library:
        coverages += [
            library.coverage(video.video_id)
            for video in library.videos()
            if not video.answerable and video.duration_seconds > 0
        ]
    unknown = [video for video in library.videos() if whole_library and _is_unknown(video)]
    named = [
        VideoCoverage(
            library.handle(library.video(entry.video_id)),
            entry,
            tuple(Looked(look.span, len(look.frame_seconds)) for look in looks.get(entry.video_id, ())),
            _still(library, entry, looks.get(entry.video_id, ())),
            _read(library, entry.video_id, index.get(entry.video_id, ())),
        )
        for entry in coverages
    ]
    named += [
        VideoCoverage(library.handle(video), Coverage(video.video_id, (), ()), reason=_why_unknown(video))
        for video in unknown
    ]
    return tuple(sorted(named, key=lambda entry: entry.video))


def _is_unknown(video: VideoRecord) -> bool:
    """Tell whether nothing of a video is known that could be a span."""
    return not video.answerable and video.duration_seconds <= 0


def _why_unknown(video: VideoRecord) -> str:
    return (
        f"{video.status.value}: {video.reason}" if video.reason else f"{video.status.value}, not indexed yet"
    )


def _read(library: Library, video_id: str, index: Iterable[Span]) -> tuple[Span, ...]:
    """Return what was read of the index and had been looked at when it was made."""
    parts = merge_spans(index, _TOUCH_SECONDS)
    return tuple(
        merge_spans(
            (span for part in parts for span in library.coverage(video_id, part).inspected), _TOUCH_SECONDS
        )
    )


def _of_video(library: Library, video_id: str, index: Iterable[Span], looks: Sequence[Evidence]) -> Coverage:
    """Join what the index and the looks saw; a gap of the index is closed by a look with a frame in it."""
    seen: list[Span] = []
    gaps: list[Unseen] = []
    for span in merge_spans(index, _TOUCH_SECONDS):
        coverage = library.coverage(video_id, span)
        seen += coverage.inspected
        gaps += coverage.not_inspected
    for look in looks:
        unseen = [
            gap
            for gap in library.coverage(video_id, look.span).not_inspected
            if not any(gap.span.contains(second) for second in look.frame_seconds)
        ]
        seen += subtract_spans(look.span, (gap.span for gap in unseen))
        gaps += unseen
    inspected = merge_spans(seen, _TOUCH_SECONDS)
    left = {
        Unseen(part, gap.reason)
        for gap in gaps
        for part in subtract_spans(gap.span, inspected)
        if part.duration_seconds > _TOUCH_SECONDS
    }
    return Coverage(video_id, tuple(inspected), tuple(sorted(left, key=lambda gap: (gap.span, gap.reason))))


def _still(library: Library, coverage: Coverage, looks: Sequence[Evidence]) -> tuple[Span, ...]:
    """Return what is known by few of its frames only; a look with frames in it closes that."""
    parts = [
        part
        for inspected in coverage.inspected
        for segment in library.segments(coverage.video_id, inspected)
        if segment.still and (part := segment.span.intersect(inspected)) is not None
    ]
    seen = [
        look.span
        for look in looks
        if any(part.contains(second) for part in parts for second in look.frame_seconds)
    ]
    left = [rest for part in merge_spans(parts, _TOUCH_SECONDS) for rest in subtract_spans(part, seen)]
    return tuple(span for span in left if span.duration_seconds > _TOUCH_SECONDS)
