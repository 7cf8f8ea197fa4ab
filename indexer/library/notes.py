"""What a person or a second look has to say about a stretch of a video.

A note never changes a caption: it stands beside it, with who wrote it, and outlives the index, so that a
correction is still there after the video was indexed again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from indexer.errors import LibraryError, TimeOutsideVideo
from indexer.library.catalog import Catalog
from indexer.library.records import VideoRecord
from indexer.timeline import Span, format_seconds

PERSON = "a person"
"""Author of a note that somebody wrote."""
SECOND_LOOK = "second look"
"""Author of a note from frames that were looked at again and did not show what the caption says."""
MAX_LENGTH = 2000
"""Characters of a note; it is read together with the captions, and must not drown them."""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody has to say about a stretch of one video."""

    note_id: int
    video_id: str
    span: Span
    author: str
    text: str
    created_at: datetime

    def __str__(self) -> str:
        return f"{self.span} {self.author}: {self.text}"


def add_note(catalog: Catalog, video: VideoRecord, span: Span, text: str, author: str) -> Note:
    """Write a note; one that says the same of the same stretch already stays the only one.

    Raises:
        LibraryError: The note says nothing, or too much.
        TimeOutsideVideo: The stretch begins after the video's end.
    """
    said = " ".join(text.split())
    if not said or len(said) > MAX_LENGTH:
        raise LibraryError(f"a note has 1 to {MAX_LENGTH} characters, this one has {len(said)}")
    inside = span.intersect(video.span) if video.duration_seconds > 0 else None
    if inside is None:
        raise TimeOutsideVideo(
            f"{span} lies outside of {video.name}, which lasts {format_seconds(video.duration_seconds)}"
        )
    values = (video.video_id, inside.start_seconds, inside.end_seconds, author, said)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with catalog.transaction() as connection:
        connection.execute(
            "INSERT INTO notes (video_id, start_seconds, end_seconds, author, text, created_at)"
            " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM notes WHERE video_id = ?1"
            " AND start_seconds = ?2 AND end_seconds = ?3 AND author = ?4 AND text = ?5)",
            (*values, now),
        )
        (row,) = connection.execute(
            "SELECT * FROM notes WHERE video_id = ? AND start_seconds = ? AND end_seconds = ? AND author = ?"
            " AND text = ? LIMIT 1",
            values,
        ).fetchall()
    return _note(row)


def find_notes(catalog: Catalog, video_id: str, span: Span | None = None) -> list[Note]:
    """Return the notes on a video that overlap ``span`` (default: all), in the order of time."""
    condition, values = "", []
    if span is not None:
        condition, values = (
            " AND start_seconds < ? AND end_seconds > ?",
            [span.end_seconds, span.start_seconds],
        )
    found: Sequence[sqlite3.Row] = catalog.query(
        f"SELECT * FROM notes WHERE video_id = ?{condition} ORDER BY start_seconds, note_id",  # noqa: S608
        video_id,
        *values,
    )
    return [_note(row) for row in found]


def remove_note(catalog: Catalog, note_id: int) -> None:
    """Take a note back.

    Raises:
        LibraryError: There is no note of that number.
    """
    with catalog.transaction() as connection:
        if connection.execute("DELETE FROM notes WHERE note_id = ?", (note_id,)).rowcount == 0:
            raise LibraryError(f"there is no note {note_id}; `witness note VIDEO` lists those of a video")


def _note(row: sqlite3.Row) -> Note:
    return Note(
        note_id=row["note_id"],
        video_id=row["video_id"],
        span=Span(row["start_seconds"], row["end_seconds"]),
        author=row["author"],
        text=row["text"],
        created_at=datetime.fromisoformat(row["created_at"]),
    )
