"""One process owns the library's writing side: two on one Chroma folder silently lose vectors."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from indexer.errors import LibraryError
from indexer.library.failures import disk_full, looks_full


class Ownership:
    """The owner's lock of one library; the operating system frees it when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / "owner.lock")

    def try_acquire(self) -> bool:
        """Become the owner if nobody is; tell whether this process is it now.

        Raises:
            LibraryError: The lock's file cannot be written: the disk is full, say.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            if looks_full(self._folder):
                raise disk_full(self._folder) from error
            raise LibraryError(
                f"nobody can own the library {self._folder}: {error}. Check that the folder is writable and "
                "on a file system with locks, or choose another one with --library or WITNESS_LIBRARY"
            ) from error
        return True

    def is_taken(self) -> bool:
        """Tell whether some process is the owner now; True as well where that cannot be found out."""
        try:
            self._lock.acquire(timeout=0)
        except (Timeout, OSError):
            return True
        self._lock.release()
        return False

    def release(self) -> None:
        """Stop being the owner."""
        self._lock.release()
