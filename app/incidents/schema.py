"""The tables of the incidents' file, and how it is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from indexer.errors import LibraryError

SCHEMA_VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS incidents (
    incident_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS incidents_by_change ON incidents (changed_at);

-- Nothing here refers to the catalog: a moment stays as it is when its video is removed.
CREATE TABLE IF NOT EXISTS moments (
    moment_id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id TEXT NOT NULL REFERENCES incidents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    video_id TEXT NOT NULL,
    start_seconds REAL NOT NULL,
    end_seconds REAL NOT NULL,
    known_json TEXT NOT NULL,
    question TEXT NOT NULL,
    answer_json TEXT,
    note TEXT NOT NULL,
    remark TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS moments_by_incident ON moments (incident_id, ordinal);

CREATE TABLE IF NOT EXISTS frames (
    frame_id INTEGER PRIMARY KEY AUTOINCREMENT,
    moment_id INTEGER NOT NULL REFERENCES moments ON DELETE CASCADE,
    asked_seconds REAL NOT NULL,
    pts INTEGER NOT NULL,
    time_base TEXT NOT NULL,  -- as "1/90000"
    pts_seconds REAL NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    pixel_format TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    miniature TEXT NOT NULL,
    jpeg BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS frames_by_moment ON frames (moment_id);

-- Names that people gave for themselves, by app.owner's key of their browser.
CREATE TABLE IF NOT EXISTS people (
    owner TEXT PRIMARY KEY,
    name TEXT NOT NULL
);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file of the incidents, making it when it is not there.

    Raises:
        LibraryError: It cannot be opened, or was written by a newer version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, check_same_thread=False, timeout=30.0, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.create_function("folded", 1, str.casefold, deterministic=True)  # SQLite's lower is ASCII
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            connection.close()
            raise LibraryError(
                f"{path.name} in {path.parent} was written by a newer version of Witness (version {version}, "
                f"this one reads {SCHEMA_VERSION}). Update Witness"
            )
        connection.executescript(f"{_TABLES} PRAGMA user_version = {SCHEMA_VERSION};")
    except (OSError, sqlite3.DatabaseError) as error:
        raise LibraryError(
            f"the incidents in {path} cannot be opened: {error}. Check that the folder is writable, or put "
            "back a copy of the file"
        ) from error
    return connection
