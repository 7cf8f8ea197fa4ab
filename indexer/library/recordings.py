"""The recordings of a library, read light: what it takes to place them in time, for thousands at once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from indexer.clock.start import RecordingStart
from indexer.library import rows
from indexer.library.catalog import Catalog

_COLUMNS = (
    "SELECT video_id, name, camera, duration_seconds, size_bytes, starts_at, starts_at_source,"
    " starts_at_error_seconds, clock_rate FROM videos WHERE fingerprint != '' AND duration_seconds > 0"
)
_LATEST_FIRST = " ORDER BY julianday(starts_at) DESC, name COLLATE NOCASE, video_id"


@dataclass(frozen=True, slots=True)
class Recording:
    """One indexed video: whose it is, and where it lies in time."""

    video_id: str
    name: str
    camera: str
    """The camera that made it, "" when unknown."""
    duration_seconds: float
    start: RecordingStart | None
    """Its wall clock; None when nobody knows when it was recorded."""
    has_file: bool
    """Whether there is a file that frames can come from; captions may be imported without one."""


def recording(catalog: Catalog, video_id: str) -> Recording | None:
    """Return one recording by its id; None where the library has no index of it."""
    found = catalog.query(f"{_COLUMNS} AND video_id = ?", video_id)
    return _recording(found[0]) if found else None


def find_recordings(catalog: Catalog, words: str = "", *, limit: int = 50) -> list[Recording]:
    """Return recordings whose name, camera or day of recording has all the words; the latest first.

    Args:
        catalog: The library's catalog.
        words: Parts of names or days, ``gate 2026-03-01``; "" for any.
        limit: How many to return at most.
    """
    wanted = words.split()
    condition = " AND instr(lower(name || ' ' || camera || ' ' || COALESCE(starts_at, '')), lower(?)) > 0"
    found = catalog.query(f"{_COLUMNS}{condition * len(wanted)}{_LATEST_FIRST} LIMIT ?", *wanted, limit)
    return [_recording(row) for row in found]


def placed_recordings(catalog: Catalog) -> list[Recording]:
    """Return every recording whose wall clock is known, the latest first."""
    found = catalog.query(f"{_COLUMNS} AND starts_at IS NOT NULL{_LATEST_FIRST}")
    return [_recording(row) for row in found]


def recordings_of(catalog: Catalog, camera: str) -> list[Recording]:
    """Return every recording of a camera, the latest first."""
    return [_recording(row) for row in catalog.query(f"{_COLUMNS} AND camera = ?{_LATEST_FIRST}", camera)]


def cameras(catalog: Catalog) -> list[str]:
    """Return the names of the cameras that there are recordings of, sorted."""
    found = catalog.query(
        "SELECT DISTINCT camera FROM videos WHERE fingerprint != '' AND camera != ''"
        " ORDER BY camera COLLATE NOCASE"
    )
    return [row["camera"] for row in found]


def _recording(row: sqlite3.Row) -> Recording:
    return Recording(
        video_id=row["video_id"],
        name=row["name"],
        camera=row["camera"],
        duration_seconds=row["duration_seconds"],
        start=rows.recording_start(row),
        has_file=row["size_bytes"] > 0,
    )
