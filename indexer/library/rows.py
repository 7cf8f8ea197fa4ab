"""Between the catalog's rows and the types of the house."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from indexer.clock.start import RecordingStart
from indexer.discovery import printable
from indexer.library.records import MAX_ATTEMPTS, VideoRecord, VideoStatus
from indexer.timeline import Caption, Event, Segment, Span, Unseen

VIDEOS = """
SELECT v.*, j.running, j.progress, j.video_id IS NOT NULL AS has_job,
       COALESCE(p.segment_count, (SELECT COUNT(*) FROM segments s
        WHERE s.video_id = v.video_id AND s.fingerprint = v.fingerprint)) AS segment_count,
       COALESCE(p.still_seconds, (SELECT COALESCE(SUM(end_seconds - start_seconds), 0.0) FROM segments s
        WHERE s.video_id = v.video_id AND s.fingerprint = v.fingerprint AND s.still)) AS still_seconds,
       EXISTS (SELECT 1 FROM unseen u
               WHERE u.video_id = v.video_id AND u.fingerprint = v.fingerprint) AS has_gaps,
       (SELECT f.video_id FROM files f WHERE f.path = v.path AND f.video_id != v.video_id) AS replaced_by
FROM videos v LEFT JOIN jobs j ON j.video_id = v.video_id
     LEFT JOIN published p ON p.video_id = v.video_id AND p.fingerprint = v.fingerprint"""

UNSEEN = "SELECT u.* FROM unseen u JOIN videos v ON v.video_id = u.video_id AND v.fingerprint = u.fingerprint"

SEGMENTS = (
    "SELECT s.* FROM segments s JOIN videos v ON v.video_id = s.video_id AND v.fingerprint = s.fingerprint"
)


def bytes_of_path(path: Path) -> bytes:
    """Write a path as SQLite stores it: as bytes, because a file name may be any bytes."""
    return os.fsencode(path)


def name_of_path(path: Path) -> str:
    """Return the file's name as printable text."""
    return printable(path.name)


def time_condition(span: Span | None) -> tuple[str, list[object]]:
    """Return the SQL condition for segments that overlap ``span``, with its values."""
    if span is None:
        return "", []
    return " AND s.start_seconds < ? AND s.end_seconds > ?", [span.end_seconds, span.start_seconds]


def video_record(row: sqlite3.Row, gaps: tuple[Unseen, ...]) -> VideoRecord:
    """Build a record from a row of `VIDEOS`."""
    status, failure = _status(row), _failure(row)
    reason = failure if status is VideoStatus.FAILED else "; ".join(dict.fromkeys(g.reason for g in gaps))
    return VideoRecord(
        video_id=row["video_id"],
        name=row["name"],
        path=Path(os.fsdecode(row["path"])),
        status=status,
        reason=reason,
        failure=failure,
        set_aside=row["failed_attempts"] >= MAX_ATTEMPTS,
        duration_seconds=row["duration_seconds"],
        width=row["width"],
        height=row["height"],
        codec=row["codec"],
        size_bytes=row["size_bytes"],
        segment_count=row["segment_count"],
        still_seconds=row["still_seconds"],
        unseen=gaps,
        indexed_at=datetime.fromisoformat(row["indexed_at"]) if row["indexed_at"] else None,
        progress=1.0 if row["fingerprint"] else (row["progress"] or 0.0),
        stream=row["stream"],
        camera=row["camera"],
        start=recording_start(row),
        start_remark="" if row["starts_at"] else row["starts_at_source"],
        replaced_by=row["replaced_by"] or "",
    )


def recording_start(row: sqlite3.Row) -> RecordingStart | None:
    """Build a recording's start from a video's row; None where none is known."""
    if not row["starts_at"]:
        return None
    return RecordingStart.from_row(
        row["starts_at"], row["starts_at_source"], row["starts_at_error_seconds"], row["clock_rate"]
    )


def _status(row: sqlite3.Row) -> VideoStatus:
    if row["fingerprint"]:  # what is published stays usable while a newer index is made
        return VideoStatus.PARTIAL if row["has_gaps"] else VideoStatus.READY
    if row["has_job"]:
        return VideoStatus.INDEXING if row["running"] else VideoStatus.QUEUED
    return VideoStatus.FAILED


def _failure(row: sqlite3.Row) -> str:
    text, attempts = str(row["failure"]), row["failed_attempts"]
    if not text or not attempts:
        return text
    if attempts < MAX_ATTEMPTS:
        return f"{text} (attempt {attempts} of {MAX_ATTEMPTS})"
    return f"set aside after {attempts} attempts: {text} Change the file, or run witness index --retry."


def unseen(found: Iterable[sqlite3.Row]) -> list[Unseen]:
    """Build unseen spans from rows of `UNSEEN`; each segment noted its own part, parts that touch join."""
    joined: list[Unseen] = []
    for row in found:
        gap = Unseen(Span(row["start_seconds"], row["end_seconds"]), row["reason"])
        last = joined[-1] if joined else None
        if last is not None and last.reason == gap.reason and last.span.end_seconds == gap.span.start_seconds:
            gap = Unseen(Span(joined.pop().span.start_seconds, gap.span.end_seconds), gap.reason)
        joined.append(gap)
    return joined


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
