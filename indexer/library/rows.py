"""Between the catalog's rows and the types of the house."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from indexer.library.records import VideoRecord, VideoStatus
from indexer.timeline import Caption, Event, Segment, Span, Unseen

VIDEOS = """
SELECT v.*, j.running, j.progress, j.video_id IS NOT NULL AS has_job,
       (SELECT COUNT(*) FROM segments s
        WHERE s.video_id = v.video_id AND s.fingerprint = v.fingerprint) AS segment_count,
       EXISTS (SELECT 1 FROM unseen u
               WHERE u.video_id = v.video_id AND u.fingerprint = v.fingerprint) AS has_gaps
FROM videos v LEFT JOIN jobs j ON j.video_id = v.video_id"""

UNSEEN = "SELECT u.* FROM unseen u JOIN videos v ON v.video_id = u.video_id AND v.fingerprint = u.fingerprint"

SEGMENTS = (
    "SELECT s.* FROM segments s JOIN videos v ON v.video_id = s.video_id AND v.fingerprint = s.fingerprint"
)

WORD_HITS = """
SELECT s.*, bm25(words) AS rank FROM words
JOIN segments s ON s.segment_id = words.rowid
JOIN videos v ON v.video_id = s.video_id AND v.fingerprint = s.fingerprint
WHERE words MATCH ?{condition}"""


def bytes_of_path(path: Path) -> bytes:
    """Write a path as SQLite stores it: as bytes, because a file name may be any bytes."""
    return os.fsencode(path)


def name_of_path(path: Path) -> str:
    """Return the file's name as printable text."""
    return os.fsencode(path.name).decode("utf-8", errors="backslashreplace")


def time_condition(span: Span | None) -> tuple[str, list[object]]:
    """Return the SQL condition for segments that overlap ``span``, with its values."""
    if span is None:
        return "", []
    return " AND s.start_seconds < ? AND s.end_seconds > ?", [span.end_seconds, span.start_seconds]


def video_record(row: sqlite3.Row, gaps: tuple[Unseen, ...]) -> VideoRecord:
    """Build a record from a row of `VIDEOS`."""
    status = _status(row)
    reason = (
        row["failure"] if status is VideoStatus.FAILED else "; ".join(dict.fromkeys(g.reason for g in gaps))
    )
    return VideoRecord(
        video_id=row["video_id"],
        name=row["name"],
        path=Path(os.fsdecode(row["path"])),
        status=status,
        reason=reason,
        duration_seconds=row["duration_seconds"],
        width=row["width"],
        height=row["height"],
        codec=row["codec"],
        size_bytes=row["size_bytes"],
        segment_count=row["segment_count"],
        unseen=gaps,
        indexed_at=datetime.fromisoformat(row["indexed_at"]) if row["indexed_at"] else None,
        progress=1.0 if row["fingerprint"] else (row["progress"] or 0.0),
    )


def _status(row: sqlite3.Row) -> VideoStatus:
    if row["fingerprint"]:  # what is published stays usable while a newer index is made
        return VideoStatus.PARTIAL if row["has_gaps"] else VideoStatus.READY
    if row["has_job"]:
        return VideoStatus.INDEXING if row["running"] else VideoStatus.QUEUED
    return VideoStatus.FAILED


def unseen(row: sqlite3.Row) -> Unseen:
    """Build an unseen span from a row of `UNSEEN`."""
    return Unseen(Span(row["start_seconds"], row["end_seconds"]), row["reason"])


def segment(row: sqlite3.Row, events: Sequence[sqlite3.Row]) -> Segment:
    """Build a segment from its row and its events' rows."""
    caption = None
    if row["summary"] is not None:
        caption = Caption(row["summary"], tuple(_event(event) for event in events), bool(row["well_formed"]))
    return Segment(
        video_id=row["video_id"],
        ordinal=row["ordinal"],
        span=Span(row["start_seconds"], row["end_seconds"]),
        activity=row["activity"],
        starts_with_cut=bool(row["starts_with_cut"]),
        still=bool(row["still"]),
        caption=caption,
    )


def _event(row: sqlite3.Row) -> Event:
    return Event(
        span=Span(row["start_seconds"], row["end_seconds"]),
        actor=row["actor"],
        action=row["action"],
        details=row["details"],
        intent=row["intent"],
        text_on_screen=row["text_on_screen"],
        watch=row["watch"],
    )


def event_values(segment_id: int, ordinal: int, event: Event) -> tuple[object, ...]:
    """Return the values of an event's row."""
    span = event.span
    words = (event.actor, event.action, event.details, event.intent, event.text_on_screen, event.watch)
    return (segment_id, ordinal, span.start_seconds, span.end_seconds, *words)
