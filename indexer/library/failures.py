"""What keeps a library from being read or written, in words that say what to do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import LibraryError

RESERVE_BYTES = 4 << 20
"""Space that indexing leaves free. Reading needs some too: SQLite keeps a file beside the catalog while it is
open, and an answer is added to its conversation. So what is indexed can be asked about on a disk that
indexing has filled."""

_NO_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""Also seen where the disk is full, when it is not the data that finds no room but a file beside it."""
_REASONS = {
    sqlite3.SQLITE_BUSY: "another program holds its catalog. Close that one, then run the same command again",
    sqlite3.SQLITE_READONLY: "it cannot be written. Check who owns the folder, or choose another one with "
    "--library or WITNESS_LIBRARY",
    sqlite3.SQLITE_CANTOPEN: "its catalog cannot be opened. Check that the folder is there and writable, or "
    "choose another one with --library or WITNESS_LIBRARY",
    sqlite3.SQLITE_IOERR: "its disk reports errors. Check the disk and its cable, or the network drive, then "
    "run the same command again",
    sqlite3.SQLITE_CORRUPT: "its catalog is damaged. Put back a copy of the folder, or index into a new one "
    "with --library",
    sqlite3.SQLITE_NOTADB: "its catalog is no database. Put back a copy of the folder, or index into a new "
    "one with --library",
}
"""What a person can do, by SQLite's primary result code. Whatever is not here is a mistake of the program."""


def require_space(folder: Path, extra_bytes: int = 0) -> None:
    """Make sure that the folder's disk has room for ``extra_bytes`` and a reserve besides.

    Raises:
        LibraryError: It has not.
    """
    if free_bytes(folder) < RESERVE_BYTES + extra_bytes:
        raise disk_full(folder)


def disk_full(folder: Path) -> LibraryError:
    """Return the error that says that the disk is full."""
    return LibraryError(
        f"the disk that holds the library {folder} is full ({free_bytes(folder) / 1e6:.1f} MB free). What "
        "was done is kept: make room, then run the same command again, and it goes on from there"
    )


def free_bytes(folder: Path) -> int:
    """Return how much room the folder's disk has for us."""
    return shutil.disk_usage(folder).free


@contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """Turn SQLite's errors about disks and files into a `LibraryError`; others are bugs and pass.

    Raises:
        LibraryError: The disk is full, or the catalog cannot be read or written.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = _primary_code(error)
        if code == sqlite3.SQLITE_FULL or (code in _NO_DISK and looks_full(folder)):
            raise disk_full(folder) from error
        if code not in _REASONS:
            raise
        raise LibraryError(f"the library {folder} cannot be used: {_REASONS[code]} ({error})") from error


def looks_full(folder: Path) -> bool:
    """Tell whether a failed write there is likely due to a full disk."""
    try:
        return free_bytes(folder) < RESERVE_BYTES
    except OSError:
        return False


def _primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's result code without what it says of the circumstances; -1 where there is none."""
    code: int | None = getattr(error, "sqlite_errorcode", None)  # errors of the sqlite3 module have none
    return -1 if code is None else code & 0xFF
