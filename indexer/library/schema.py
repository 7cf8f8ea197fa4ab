"""The catalog's tables, and how a connection to them is opened."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from indexer.errors import LibraryError
from indexer.library.failures import in_words

SCHEMA_VERSION = 2

_PATIENCE_SECONDS = 30.0
"""How long to wait for another process that is writing."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
    "PRAGMA cache_size = -65536;"
)
"""64 MiB of pages hold the upper levels of all trees of 10,000 hours. No `mmap_size`: it would be faster, but
a disk that fails under a mapped file kills the process instead of raising an error.

With a write-ahead log, NORMAL survives any kill of the program; a loss of power may take the last seconds
of captions, which the next run makes again, and never damages the file. FULL would wait for the disk at every
caption. Chroma's own default is FULL, so the vectors never lag behind what the catalog calls published."""

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- One row per content; `fingerprint` says which index of it is published, '' when none is.
CREATE TABLE IF NOT EXISTS videos (
    video_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    path BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    duration_seconds REAL NOT NULL DEFAULT 0,
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    codec TEXT NOT NULL DEFAULT '',
    fingerprint TEXT NOT NULL DEFAULT '',
    failure TEXT NOT NULL DEFAULT '',
    indexed_at TEXT,
    stream INTEGER,  -- which video stream a person chose, NULL for the one that players choose
    failed_attempts INTEGER NOT NULL DEFAULT 0,  -- in a row; one that fails again and again is set aside
    camera TEXT NOT NULL DEFAULT '',
    starts_at TEXT,  -- wall clock of its first frame, ISO 8601 with the offset; NULL when unknown
    starts_at_source TEXT NOT NULL DEFAULT '',  -- where that is known from
    starts_at_error_seconds REAL NOT NULL DEFAULT 0,
    clock_rate REAL NOT NULL DEFAULT 1  -- seconds of the wall clock in a second of the video
);

-- Every path at which a content was seen, so that an unchanged file is recognised without reading it.
CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY,
    video_id TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS files_by_video ON files (video_id);

CREATE TABLE IF NOT EXISTS segments (
    segment_id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: it is also the id of its vector
    video_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    start_seconds REAL NOT NULL,
    end_seconds REAL NOT NULL,
    activity REAL NOT NULL,
    starts_with_cut INTEGER NOT NULL,
    summary TEXT,
    well_formed INTEGER NOT NULL DEFAULT 1,
    still INTEGER NOT NULL DEFAULT 0,  -- nothing moves in it, so it was captioned by few frames
    UNIQUE (video_id, fingerprint, ordinal)
);
CREATE INDEX IF NOT EXISTS segments_by_time ON segments (video_id, fingerprint, start_seconds);

-- What is known of a published index as a whole, worked out once: over 10,000 hours it takes seconds to
-- count, and a minute to put together what was inspected. Videos that an older Witness published have none;
-- theirs is worked out each time.
CREATE TABLE IF NOT EXISTS published (
    video_id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    segment_count INTEGER NOT NULL,
    still_seconds REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inspected (
    video_id TEXT NOT NULL,
    start_seconds REAL NOT NULL,
    end_seconds REAL NOT NULL,
    PRIMARY KEY (video_id, start_seconds)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS index_changes AFTER UPDATE OF fingerprint ON videos BEGIN
    INSERT OR REPLACE INTO published
    SELECT new.video_id, new.fingerprint, COUNT(*),
           COALESCE(SUM(s.end_seconds - s.start_seconds) FILTER (WHERE s.still), 0.0)
    FROM segments s WHERE s.video_id = new.video_id AND s.fingerprint = new.fingerprint;
    DELETE FROM inspected WHERE video_id = new.video_id;
    INSERT INTO inspected  -- captioned segments, joined where they touch
    SELECT new.video_id, MIN(start_seconds), MAX(end_seconds) FROM (
        SELECT start_seconds, end_seconds, SUM(apart) OVER (ORDER BY start_seconds, end_seconds) AS part
        FROM (
            SELECT start_seconds, end_seconds, start_seconds > 1e-6 + COALESCE(MAX(end_seconds) OVER (
                ORDER BY start_seconds, end_seconds ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), -1) AS apart FROM segments
            WHERE video_id = new.video_id AND fingerprint = new.fingerprint AND summary IS NOT NULL
        )
    ) GROUP BY part;
END;
CREATE TRIGGER IF NOT EXISTS index_goes AFTER DELETE ON videos BEGIN
    DELETE FROM published WHERE video_id = old.video_id;
    DELETE FROM inspected WHERE video_id = old.video_id;
END;

CREATE TABLE IF NOT EXISTS events (
    segment_id INTEGER NOT NULL REFERENCES segments ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start_seconds REAL NOT NULL,
    end_seconds REAL NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    details TEXT NOT NULL,
    intent TEXT NOT NULL,
    text_on_screen TEXT NOT NULL,
    watch TEXT NOT NULL,
    PRIMARY KEY (segment_id, ordinal)
) WITHOUT ROWID;

-- Vectors of frames, where a model embeds them: half floats, which Chroma's are made from. A segment's are
-- written just before the segment itself, so that one that is there has them; they go with it.
CREATE TABLE IF NOT EXISTS frames (
    video_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    ordinal INTEGER NOT NULL,  -- of the segment
    number INTEGER NOT NULL,
    seconds REAL NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (video_id, fingerprint, ordinal, number)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS frames_go AFTER DELETE ON segments BEGIN
    DELETE FROM frames
    WHERE video_id = old.video_id AND fingerprint = old.fingerprint AND ordinal = old.ordinal;
END;

-- Spans that nobody could look at.
CREATE TABLE IF NOT EXISTS unseen (
    video_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    start_seconds REAL NOT NULL,
    end_seconds REAL NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (video_id, fingerprint, start_seconds)
) WITHOUT ROWID;

-- What a person or a second look has to say about a span; they outlive the index, so they hang on the video.
CREATE TABLE IF NOT EXISTS notes (
    note_id INTEGER PRIMARY KEY AUTOINCREMENT,
    video_id TEXT NOT NULL,
    start_seconds REAL NOT NULL,
    end_seconds REAL NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS notes_by_time ON notes (video_id, start_seconds);

-- Words of the captions, tokenised by indexer.text; the rowid is the segment's id.
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (tokens, tokenize = "unicode61");

-- Subtitles and speech, which do not depend on the vision model; published with the video.
CREATE TABLE IF NOT EXISTS texts (
    text_id INTEGER PRIMARY KEY AUTOINCREMENT,
    video_id TEXT NOT NULL,
    place TEXT NOT NULL,
    source TEXT NOT NULL,  -- as an answer names it
    origin TEXT NOT NULL,
    start_seconds REAL NOT NULL,
    end_seconds REAL NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS texts_by_time ON texts (video_id, start_seconds);

-- What texts were read from: the file's tracks, a file beside it, the sound; also those that held none.
CREATE TABLE IF NOT EXISTS text_places (
    video_id TEXT NOT NULL,
    place TEXT NOT NULL,
    state TEXT NOT NULL,
    remark TEXT NOT NULL,
    read_at REAL NOT NULL,
    PRIMARY KEY (video_id, place)
) WITHOUT ROWID;

-- Their words, tokenised by indexer.text; the rowid is the text's id.
CREATE VIRTUAL TABLE IF NOT EXISTS text_words USING fts5 (tokens, tokenize = "unicode61");

-- Files that wait to be indexed or are being indexed; a finished one leaves the table.
CREATE TABLE IF NOT EXISTS jobs (
    video_id TEXT PRIMARY KEY,
    path BLOB NOT NULL,
    running INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    progress REAL NOT NULL DEFAULT 0,
    queued_at REAL NOT NULL
);
"""


_MIGRATIONS = {
    "1": (
        "ALTER TABLE videos ADD COLUMN stream INTEGER",
        "ALTER TABLE videos ADD COLUMN failed_attempts INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE videos ADD COLUMN camera TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE videos ADD COLUMN starts_at TEXT",
        "ALTER TABLE videos ADD COLUMN starts_at_source TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE videos ADD COLUMN starts_at_error_seconds REAL NOT NULL DEFAULT 0",
        "ALTER TABLE videos ADD COLUMN clock_rate REAL NOT NULL DEFAULT 1",
        "ALTER TABLE segments ADD COLUMN still INTEGER NOT NULL DEFAULT 0",
    ),
}
"""From a version to the next one. Captions cost hours, so an older catalog is brought up to date in place."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the catalog at ``path``, making its tables when they are not there yet.

    Raises:
        LibraryError: The folder cannot be written, or the file is no catalog of this version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with in_words(path.parent):
            connection = sqlite3.connect(
                path, check_same_thread=False, timeout=_PATIENCE_SECONDS, isolation_level=None
            )
            connection.row_factory = sqlite3.Row
            _switch_to_log(connection)
            connection.executescript(_TABLES)
            _check_version(connection, path)
    except (OSError, sqlite3.DatabaseError) as error:
        raise LibraryError(
            f"the library at {path.parent} cannot be opened: {error}. Check that the folder is writable, or "
            "choose another one with --library or WITNESS_LIBRARY"
        ) from error
    return connection


def _switch_to_log(connection: sqlite3.Connection) -> None:
    """Set the pragmas; SQLite itself does not wait for another process that switches at the same moment."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            connection.executescript(_PRAGMAS)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Bring an older catalog up to date, all of it or nothing, and refuse a newer one."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
        found = _version(connection)
        while found in _MIGRATIONS:
            for statement in _MIGRATIONS[found]:
                connection.execute(statement)
            found = str(int(found) + 1)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (found,))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    if found != str(SCHEMA_VERSION):
        connection.close()
        raise LibraryError(
            f"the library at {path.parent} was made by another version of Witness (catalog version {found}, "
            f"this one reads {SCHEMA_VERSION}). Update Witness, or index into a new folder with --library"
        )


def _version(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()["value"])
