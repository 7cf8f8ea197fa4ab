"""The files that a report rests on, and the hash of each as a whole."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from pathlib import Path

from indexer.discovery import Unchanged, printable
from indexer.errors import MediaError

_CHUNK_BYTES = 4 << 20

Progress = Callable[[int], None]
"""Told how many bytes were read since the last call."""


def file_hash(path: Path, on_read: Progress = lambda _: None) -> str:
    """Return the SHA-256 of a file, 64 hex digits.

    Raises:
        MediaError: It is not there, is no regular file, cannot be read, or changed meanwhile.
    """
    digest = hashlib.sha256()
    name = printable(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe without a writer would wait for ever
            raise MediaError(f"{name} is no regular file")
        unchanged = Unchanged(path)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                on_read(len(chunk))
    except FileNotFoundError:
        raise MediaError(f"{name} is not there any more") from None
    except (OSError, ValueError) as error:
        raise MediaError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    unchanged.check()
    return digest.hexdigest()
