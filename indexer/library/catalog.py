"""The catalog: what is known of every video, in SQLite. It is the truth; the vectors are derived from it.

Segments are written as they are captioned but stay invisible until `publish` names their fingerprint in the
video's row. Reads join on that fingerprint, so a half-done index is never seen and an old one stays whole
while a new one is made.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from indexer.clock.start import RecordingStart
from indexer.library import rows
from indexer.library.failures import in_words, require_space
from indexer.library.records import VideoRecord
from indexer.library.schema import connect
from indexer.library.texts import drop_texts
from indexer.library.word_search import search_published
from indexer.media.info import VideoInfo
from indexer.text import tokens
from indexer.timeline import Caption, Segment, Span, Unseen


class Catalog:
    """The catalog of one library. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self.folder = path.parent
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run several statements as one; all of them or none take effect.

        Raises:
            LibraryError: The catalog cannot be written: the disk is full, say.
        """
        with self._lock, in_words(self.folder):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk makes SQLite roll back by itself
                    self._connection.execute("ROLLBACK")
                raise

    def query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """Run one statement and return its rows.

        Raises:
            LibraryError: The catalog cannot be read or written: the disk is full, say.
        """
        with self._lock, in_words(self.folder):
            return self._connection.execute(statement, values).fetchall()

    def query_with(
        self, functions: Mapping[str, Callable[..., bool]], statement: str, values: Mapping[str, object]
    ) -> list[sqlite3.Row]:
        """Run one statement that calls functions of ours, each of two arguments, by their names."""
        with self._lock, in_words(self.folder):
            for name, function in functions.items():
                self._connection.create_function(name, 2, function)
            return self._connection.execute(statement, dict(values)).fetchall()

    # -- facts about the library ------------------------------------------------------------------------

    def meta(self, key: str, default: str = "") -> str:
        """Read one fact about the library."""
        found = self.query("SELECT value FROM meta WHERE key = ?", key)
        return str(found[0]["value"]) if found else default

    def set_meta(self, key: str, value: str) -> None:
        """Write one fact about the library."""
        self.query(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            value,
        )

    @property
    def generation(self) -> int:
        """Counts publications; a reader that holds vectors of an older one must reopen them."""
        return int(self.meta("generation", "0"))

    # -- videos -----------------------------------------------------------------------------------------

    def videos(self) -> list[VideoRecord]:
        """Return every video, sorted by name."""
        unseen = self._unseen_of_all()
        found = self.query(rows.VIDEOS + " ORDER BY v.name COLLATE NOCASE, v.path, replaced_by IS NOT NULL")
        return [rows.video_record(row, unseen.get(row["video_id"], ())) for row in found]

    def video(self, video_id: str) -> VideoRecord | None:
        """Return one video, or None when the library does not know the id."""
        found = self.query(rows.VIDEOS + " WHERE v.video_id = ?", video_id)
        return rows.video_record(found[0], tuple(self.unseen(video_id))) if found else None

    def add_video(self, video_id: str, path: Path, size_bytes: int) -> None:
        """Note that a content exists at ``path``; what is known of it already stays."""
        require_space(self.folder)
        self.query(
            "INSERT INTO videos (video_id, name, path, size_bytes) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (video_id) DO UPDATE SET name = excluded.name, path = excluded.path",
            video_id, rows.name_of_path(path), rows.bytes_of_path(path), size_bytes,
        )  # fmt: skip

    def paths(self, video_id: str) -> list[Path]:
        """Return every path at which this content was seen."""
        found = self.query("SELECT path FROM files WHERE video_id = ? ORDER BY path", video_id)
        return [Path(os.fsdecode(row["path"])) for row in found]

    def known_content(self, path: Path, size_bytes: int, mtime_ns: int) -> str:
        """Return the id of the content seen at this path when it had this size and time, "" when unknown."""
        found = self.query(
            "SELECT video_id FROM files WHERE path = ? AND size_bytes = ? AND mtime_ns = ?",
            rows.bytes_of_path(path), size_bytes, mtime_ns,
        )  # fmt: skip
        return str(found[0]["video_id"]) if found else ""

    def note_file(self, path: Path, video_id: str, size_bytes: int, mtime_ns: int) -> None:
        """Remember which content lies at a path; a failure that lay there before is forgotten."""
        where = rows.bytes_of_path(path)
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (where, video_id, size_bytes, mtime_ns)
            )
            self._drop_superseded(connection)

    def drop_superseded(self) -> None:
        """Forget contents that no path holds any more and that were never published."""
        with self.transaction() as connection:
            self._drop_superseded(connection)

    @staticmethod
    def _drop_superseded(connection: sqlite3.Connection) -> None:
        """Drop the rows, and never captions: another drive may be mounted where the content's drive was."""
        connection.execute(
            "DELETE FROM videos WHERE fingerprint = '' AND video_id NOT IN (SELECT video_id FROM files)"
            " AND video_id NOT IN (SELECT video_id FROM jobs)"
        )

    def set_info(self, video_id: str, info: VideoInfo) -> None:
        """Store what probing found."""
        self.query(
            "UPDATE videos SET duration_seconds = ?, width = ?, height = ?, codec = ? WHERE video_id = ?",
            info.promised_seconds, info.width, info.height, info.codec, video_id,
        )  # fmt: skip

    def set_start(self, video_id: str, start: RecordingStart | None, remark: str = "") -> None:
        """Store when a video's recording began; None forgets it, and ``remark`` says why there is none."""
        self.query(
            "UPDATE videos SET starts_at = ?, starts_at_source = ?, starts_at_error_seconds = ?,"
            " clock_rate = ? WHERE video_id = ?",
            *(start.to_row() if start else (None, remark, 0.0, 1.0)), video_id,
        )  # fmt: skip

    def set_camera(self, video_id: str, camera: str) -> None:
        """Store which camera made a video."""
        self.query("UPDATE videos SET camera = ? WHERE video_id = ?", camera, video_id)

    def set_failure(self, video_id: str, reason: str, attempts: int = 0) -> None:
        """Record why a video could not be indexed; an index published before stays.

        Args:
            video_id: The video.
            reason: In words, as a sentence.
            attempts: How many failed attempts in a row this adds; enough of them set it aside.
        """
        self.query(
            "UPDATE videos SET failure = ?, failed_attempts = failed_attempts + ? WHERE video_id = ?",
            reason, attempts, video_id,
        )  # fmt: skip

    def forgive(self, video_id: str) -> None:
        """Count the failed attempts at a video from zero again."""
        self.query("UPDATE videos SET failed_attempts = 0 WHERE video_id = ?", video_id)

    def published_fingerprints(self) -> set[str]:
        """Return the fingerprints of all published indexes, without imported captions."""
        found = self.query("SELECT DISTINCT fingerprint FROM videos WHERE fingerprint != ''")
        return {str(row["fingerprint"]) for row in found if not row["fingerprint"].startswith("imported-")}

    def is_published(self, video_id: str, fingerprint: str) -> bool:
        """Tell whether this index of a video is the visible one."""
        return bool(
            self.query("SELECT 1 FROM videos WHERE video_id = ? AND fingerprint = ?", video_id, fingerprint)
        )

    def unseen(self, video_id: str) -> list[Unseen]:
        """Return the spans of a published video that nobody could look at."""
        found = self.query(rows.UNSEEN + " WHERE v.video_id = ? ORDER BY u.start_seconds", video_id)
        return rows.unseen(found)

    def _unseen_of_all(self) -> dict[str, tuple[Unseen, ...]]:
        found = self.query(rows.UNSEEN + " ORDER BY v.video_id, u.start_seconds")
        by_video = groupby(found, key=itemgetter("video_id"))
        return {video_id: tuple(rows.unseen(gaps)) for video_id, gaps in by_video}

    # -- segments ---------------------------------------------------------------------------------------

    def segments(self, video_id: str, span: Span | None = None) -> list[Segment]:
        """Return the published segments of a video that overlap ``span``, in the order of time."""
        condition, values = rows.time_condition(span)
        found = self.query(
            rows.SEGMENTS + f" WHERE s.video_id = ?{condition} ORDER BY s.start_seconds", video_id, *values
        )
        return self._with_events(found)

    def segments_by_id(self, segment_ids: list[int]) -> dict[int, Segment]:
        """Return those of the given segments that are published, by id."""
        found = self.query(
            rows.SEGMENTS + " WHERE s.segment_id IN (SELECT value FROM json_each(?))",  # noqa: S608 - no input
            json.dumps(segment_ids),
        )
        return dict(zip((row["segment_id"] for row in found), self._with_events(found), strict=True))

    def drafts(self, video_id: str, fingerprint: str) -> list[tuple[int, Segment]]:
        """Return segments with their ids whether published or not: where a killed run goes on from."""
        found = self.query(
            "SELECT * FROM segments WHERE video_id = ? AND fingerprint = ? ORDER BY ordinal",
            video_id,
            fingerprint,
        )
        return list(zip((row["segment_id"] for row in found), self._with_events(found), strict=True))

    def add_segment(self, segment: Segment, fingerprint: str) -> int:
        """Write one captioned segment as a draft, with its events and words, at once or not at all.

        Raises:
            LibraryError: The disk is full; nothing of the segment is written.
        """
        require_space(self.folder)
        caption = segment.caption or Caption(summary="")
        with self.transaction() as connection:
            segment_id = int(
                connection.execute(
                    "INSERT INTO segments (video_id, fingerprint, ordinal, start_seconds, end_seconds,"
                    " activity, starts_with_cut, still, summary, well_formed)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    " RETURNING segment_id",
                    (segment.video_id, fingerprint, segment.ordinal, segment.span.start_seconds,
                     segment.span.end_seconds, segment.activity, segment.starts_with_cut, segment.still,
                     segment.caption and caption.summary, caption.well_formed),
                ).fetchone()["segment_id"]
            )  # fmt: skip
            connection.executemany(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [rows.event_values(segment_id, number, event) for number, event in enumerate(caption.events)],
            )
            connection.execute(
                "INSERT INTO words (rowid, tokens) VALUES (?, ?)",
                (segment_id, " ".join(tokens(caption.text()))),
            )
        return segment_id

    def add_unseen(self, video_id: str, fingerprint: str, gaps: Sequence[Unseen]) -> None:
        """Note spans that nobody could look at; one that is noted already stays as it is."""
        with self.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO unseen VALUES (?, ?, ?, ?, ?)",
                [
                    (video_id, fingerprint, gap.span.start_seconds, gap.span.end_seconds, gap.reason)
                    for gap in gaps
                ],
            )

    def publish(self, video_id: str, fingerprint: str) -> None:
        """Make the drafts of ``fingerprint`` the visible index of the video and drop any older one."""
        with self.transaction() as connection:
            other = "video_id = ? AND fingerprint != ?"
            self._drop_segments(connection, other, video_id, fingerprint)
            connection.execute(f"DELETE FROM unseen WHERE {other}", (video_id, fingerprint))  # noqa: S608
            connection.execute(
                "UPDATE videos SET fingerprint = ?, failure = '', failed_attempts = 0, indexed_at = ?"
                " WHERE video_id = ?",
                (fingerprint, datetime.now(UTC).isoformat(timespec="seconds"), video_id),
            )
            connection.execute("DELETE FROM jobs WHERE video_id = ?", (video_id,))
            _count_generation(connection)

    def choose_stream(self, video_id: str, stream: int) -> None:
        """Note which video stream of a file is meant, and drop what was made from another one."""
        with self.transaction() as connection:
            drop_texts(connection, video_id)  # their clock begins with that stream's first frame
            self._drop_segments(connection, "video_id = ?", video_id)
            connection.execute("DELETE FROM unseen WHERE video_id = ?", (video_id,))
            connection.execute(
                "UPDATE videos SET stream = ?, fingerprint = '' WHERE video_id = ?", (stream, video_id)
            )
            _count_generation(connection)

    def remove_video(self, video_id: str) -> None:
        """Forget a video and its index; the file itself is not touched."""
        with self.transaction() as connection:
            self._drop_segments(connection, "video_id = ?", video_id)
            drop_texts(connection, video_id)
            for table in ("unseen", "notes", "files", "jobs", "videos"):
                connection.execute(f"DELETE FROM {table} WHERE video_id = ?", (video_id,))  # noqa: S608
            _count_generation(connection)

    @staticmethod
    def _drop_segments(connection: sqlite3.Connection, condition: str, *values: str) -> None:
        chosen = f"SELECT segment_id FROM segments WHERE {condition}"  # noqa: S608
        connection.execute(f"DELETE FROM words WHERE rowid IN ({chosen})", values)  # noqa: S608
        connection.execute(f"DELETE FROM segments WHERE {condition}", values)  # noqa: S608

    # -- words ------------------------------------------------------------------------------------------

    def search_words(
        self, query: str, *, limit: int, video_id: str | None = None, span: Span | None = None
    ) -> list[tuple[float, Segment]]:
        """Find published segments by words, best first, with BM25 scores (higher is better)."""
        return search_published(self.query, self.segments_by_id, query, limit, video_id, span)

    def _with_events(self, found: Sequence[sqlite3.Row]) -> list[Segment]:
        if not found:
            return []
        ids = [row["segment_id"] for row in found]
        events: dict[int, list[sqlite3.Row]] = {segment_id: [] for segment_id in ids}
        for row in self.query(
            "SELECT * FROM events WHERE segment_id IN (SELECT value FROM json_each(?))"
            " ORDER BY segment_id, ordinal",
            json.dumps(ids),
        ):
            events[row["segment_id"]].append(row)
        return [rows.segment(row, events[row["segment_id"]]) for row in found]


def _count_generation(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO meta VALUES ('generation', '1') "
        "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )
