"""Search the library by meaning: segments and their events, of which only what is published is seen."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.library import rows
from indexer.library.catalog import Catalog
from indexer.library.entries import EVENTS_PER_SEGMENT
from indexer.library.records import Hit, VideoRecord
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
    videos = videos_by_id(catalog, {segment.video_id for segment, _ in scored})
    return [
        Hit(videos[segment.video_id], segment, score)
        for segment, score in scored
        if segment.video_id in videos
    ]


def videos_by_id(catalog: Catalog, video_ids: Collection[str]) -> dict[str, VideoRecord]:
    """Return those of some videos that the library knows, in two queries however many they are."""
    ids, these = json.dumps(sorted(video_ids)), " WHERE v.video_id IN (SELECT value FROM json_each(?))"
    gaps: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in catalog.query(f"{rows.UNSEEN}{these} ORDER BY u.start_seconds", ids):
        gaps[row["video_id"]].append(row)
    return {
        row["video_id"]: rows.video_record(row, tuple(rows.unseen(gaps[row["video_id"]])))
        for row in catalog.query(rows.VIDEOS + these, ids)
    }


def beside(catalog: Catalog, segments: Sequence[Segment]) -> dict[tuple[str, int], list[Segment]]:
    """Return the visible segments just before and just after some segments, by video and ordinal."""
    wanted = [(each.video_id, each.ordinal + step) for each in segments for step in (-1, 1)]
    found = catalog.query(
        "SELECT DISTINCT s.segment_id FROM json_each(?) wanted"
        " JOIN videos v ON v.video_id = wanted.value ->> 0"
        " JOIN segments s ON s.video_id = v.video_id AND s.fingerprint = v.fingerprint"
        " AND s.ordinal = wanted.value ->> 1",
        json.dumps(wanted),
    )
    by_id = catalog.segments_by_id([row["segment_id"] for row in found])
    near = {(each.video_id, each.ordinal): each for each in by_id.values()}
    return {
        (each.video_id, each.ordinal): [
            near[key] for step in (-1, 1) if (key := (each.video_id, each.ordinal + step)) in near
        ]
        for each in segments
    }


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


def nearest_frames(
    catalog: Catalog, frames: Vectors, per_segment: int, vector: NDArray[np.float32], limit: int, where: Where
) -> list[tuple[int, float, Segment]]:
    """Find the segments with a frame whose vector lies nearest to a vector; best first.

    Args:
        catalog: Says what is visible.
        frames: The vectors of frames.
        per_segment: A frame's id is its segment's id times this, plus a number.
        vector: The question's vector, shape (dimension,).
        limit: How many segments to return at most.
        where: The part of the library to search.

    Returns:
        The frame's id, its score, and its segment.
    """
    ids = (
        f"SELECT s.segment_id * {per_segment} + f.number FROM segments s JOIN frames f"  # noqa: S608
        " ON f.video_id = s.video_id AND f.fingerprint = s.fingerprint AND f.ordinal = s.ordinal"
        " WHERE s.video_id = ?"
    )
    entries = _Entries(catalog, frames, ids, per_segment)
    return entries.visible(vector, limit, where, each_once=True)


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
        """Return the nearest visible entries as hits, best first."""
        visible = self.visible(vector, limit, where)
        hits = hits_of(self.catalog, [(segment, score) for _, score, segment in visible])
        if self.per_segment == 1:
            return hits
        numbers = (each % self.per_segment for each, _, _ in visible)
        return [_with_event(hit, number) for hit, number in zip(hits, numbers, strict=True)]

    def visible(
        self, vector: NDArray[np.float32], limit: int, where: Where, *, each_once: bool = False
    ) -> list[tuple[int, float, Segment]]:
        """Return ids, scores and segments; those of others stand between them while videos are indexed.

        Args:
            vector: The question's vector, shape (dimension,).
            limit: How many to return at most.
            where: The part of the library to search.
            each_once: Only the best entry of a segment.
        """
        asked = limit
        while True:
            near = self._near(vector, asked, where)
            segments = self.catalog.segments_by_id(sorted({each // self.per_segment for each, _ in near}))
            best: dict[int, tuple[int, float, Segment]] = {}
            for each, score in near:
                owner = each // self.per_segment
                if owner in segments:
                    best.setdefault(owner if each_once else each, (each, score, segments[owner]))
            if len(best) >= limit or len(near) < asked:
                return list(best.values())[:limit]
            asked *= 4

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
