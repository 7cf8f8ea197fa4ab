"""The queue of files that wait to be indexed. It lives in the catalog, so it survives a kill.

Whoever wants files indexed puts them here; the process that owns the library takes them out. A second
``witness index`` therefore hands its files to the first one and only watches.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from indexer.library.catalog import Catalog
from indexer.library.rows import bytes_of_path


@dataclass(frozen=True, slots=True)
class Job:
    """A file to index."""

    video_id: str
    path: Path
    attempts: int
    """How often it was begun before while the process died every time, with no progress in between."""
    running: bool
    progress: float
    """Share done, 0 to 1."""


class JobQueue:
    """The files to index, first come first served."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def put(self, video_id: str, path: Path) -> None:
        """Queue a file; one that is queued already stays where it is."""
        self._catalog.query(
            "INSERT OR IGNORE INTO jobs (video_id, path, queued_at) VALUES (?, ?, ?)",
            video_id, bytes_of_path(path), time.time(),
        )  # fmt: skip

    def take(self) -> Job | None:
        """Mark the next waiting file as running and return it; None when nothing waits.

        One at which the process died comes after those at which it did not. It is never set aside for that:
        whether it was the file's doing or somebody's kill cannot be told.
        """
        with self._catalog.transaction() as connection:
            row = connection.execute(
                "SELECT * FROM jobs WHERE NOT running ORDER BY attempts, queued_at, rowid LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE jobs SET running = 1, attempts = attempts + 1 WHERE video_id = ?", (row["video_id"],)
            )
        return _job(row)

    def report(self, video_id: str, progress: float) -> None:
        """Note how far a running file is, for those who watch."""
        self._catalog.query("UPDATE jobs SET progress = ? WHERE video_id = ?", progress, video_id)

    def finish(self, video_id: str) -> None:
        """Take a file out of the queue."""
        self._catalog.query("DELETE FROM jobs WHERE video_id = ?", video_id)

    def release_abandoned(self) -> None:
        """Make files that a dead owner was working on wait again; only the new owner may call this."""
        self._catalog.query("UPDATE jobs SET running = 0 WHERE running")

    def put_back(self) -> None:
        """Make the files that this owner leaves undone wait again; that it stopped is not their fault."""
        self._catalog.query("UPDATE jobs SET running = 0, attempts = MAX(0, attempts - 1) WHERE running")

    def count(self) -> int:
        """Return how many files are not finished yet."""
        return int(self._catalog.query("SELECT COUNT(*) AS count FROM jobs")[0]["count"])

    def all(self) -> list[Job]:
        """Return every file that is not finished yet, in the order in which they were put here."""
        return [_job(row) for row in self._catalog.query("SELECT * FROM jobs ORDER BY queued_at, rowid")]

    def outstanding(self, video_ids: Collection[str]) -> list[Job]:
        """Return those of the given videos that are not finished yet."""
        return [job for job in self.all() if job.video_id in video_ids]


def _job(row: sqlite3.Row) -> Job:
    return Job(
        video_id=row["video_id"],
        path=Path(os.fsdecode(row["path"])),
        attempts=row["attempts"],
        running=bool(row["running"]),
        progress=row["progress"],
    )
