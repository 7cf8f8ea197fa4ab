"""Search the library by meaning: segments and their events, of which only what is published is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.library import rows
from indexer.library.catalog import Catalog
from indexer.library.entries import EVENTS_PER_SEGMENT
from indexer.library.records import Hit
from indexer.library.vectors import Vectors
from indexer.timeline import Segment, Span

_COMPARED = 4000
"""Entries of a video up to which each is compared with the question; of more, Chroma filters."""
_SEGMENT_IDS = "SELECT s.segment_id FROM segments s WHERE s.video_id = ?"
_EVENT_IDS = (
    f"SELECT s.segment_id * {EVENTS_PER_SEGMENT} + s.ordinal FROM events s"  # noqa: S608 - a constant
    " JOIN segments whole ON whole.segment_id = s.segment_id WHERE whole.video_id = ?"
)


@dataclass(frozen=True, slots=True)
class Where:
    """Which part of the library a search is about."""

    video_id: str | None = None
    """Only this video."""
    span: Span | None = None
    """Only what overlaps this span."""


def hits_of(catalog: Catalog, scored: Sequence[tuple[Segment, float]]) -> list[Hit]:
    """Return found segments as hits, each with its video."""
    videos = {video_id: catalog.video(video_id) for video_id in {segment.video_id for segment, _ in scored}}
    return [
        Hit(video, segment, score)
        for segment, score in scored
        if (video := videos[segment.video_id]) is not None
    ]


def nearest(
    catalog: Catalog, segments: Vectors, events: Vectors | None, vector: NDArray[np.float32], limit: int,
    where: Where,
) -> list[Hit]:  # fmt: skip
    """Find the segments whose vector, or one of whose events' vectors, lies nearest to a vector; best first.

    Args:
        catalog: Says what is visible.
        segments: The vectors of whole segments.
        events: The vectors of single events, where the embedder makes some.
        vector: The question's vector, shape (dimension,).
        limit: How many segments to return at most.
        where: The part of the library to search.
    """
    wholes = _Entries(catalog, segments, _SEGMENT_IDS, 1)
    hits = {_key(hit): hit for hit in wholes.nearest(vector, limit, where)}
    if events is not None:
        parts = _Entries(catalog, events, _EVENT_IDS, EVENTS_PER_SEGMENT)
        for hit in parts.nearest(vector, limit, where):  # the best event of a segment comes first
            if _key(hit) not in hits or hits[_key(hit)].score < hit.score:
                hits[_key(hit)] = hit
    return sorted(hits.values(), key=lambda hit: -hit.score)[:limit]


def _key(hit: Hit) -> tuple[str, int]:
    return hit.video.video_id, hit.segment.ordinal


@dataclass(frozen=True, slots=True)
class _Entries:
    """The entries of one collection."""

    catalog: Catalog
    vectors: Vectors
    ids: str
    """SQL for the ids of a video's entries."""
    per_segment: int
    """An entry's id is its segment's id times this, plus a number."""

    def nearest(self, vector: NDArray[np.float32], limit: int, where: Where) -> list[Hit]:
        """Return the nearest visible entries; those of others stand between them while videos are indexed."""
        asked = limit
        while True:
            near = self._near(vector, asked, where)
            segments = self.catalog.segments_by_id(sorted({each // self.per_segment for each, _ in near}))
            visible = [(each, score) for each, score in near if each // self.per_segment in segments]
            if len(visible) >= limit or len(near) < asked:
                break
            asked *= 4
        visible = visible[:limit]
        hits = hits_of(self.catalog, [(segments[each // self.per_segment], score) for each, score in visible])
        if self.per_segment == 1:
            return hits
        numbers = (each % self.per_segment for each, _ in visible)
        return [_with_event(hit, number) for hit, number in zip(hits, numbers, strict=True)]

    def _near(self, vector: NDArray[np.float32], asked: int, where: Where) -> list[tuple[int, float]]:
        generation = self.catalog.generation
        if where.video_id is not None:
            condition, values = rows.time_condition(where.span)
            found = self.catalog.query(self.ids + condition, where.video_id, *values)
            if len(found) <= _COMPARED:
                ids = [row[0] for row in found]
                return self.vectors.compare(vector, ids, generation=generation)[:asked]
        return self.vectors.search(
            vector, generation=generation, limit=asked, video_id=where.video_id, span=where.span
        )


def _with_event(hit: Hit, number: int) -> Hit:
    events = hit.segment.caption.events if hit.segment.caption else ()
    return replace(hit, event=events[number]) if number < len(events) else hit
