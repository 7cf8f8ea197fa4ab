"""One process owns the library's writing side: two on one Chroma folder silently lose vectors."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout


class Ownership:
    """The owner's lock of one library; the operating system frees it when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / "owner.lock")

    def try_acquire(self) -> bool:
        """Become the owner if nobody is; tell whether this process is it now."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Stop being the owner."""
        self._lock.release()
