"""From the paths that a person names to the video files to index, and what each one's content is."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from indexer.errors import MediaError, WitnessError

# fmt: off
VIDEO_SUFFIXES = frozenset({
    ".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".h264", ".h265", ".hevc", ".m1v",
    ".m2t", ".m2ts", ".m2v", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mod", ".mov", ".mp2", ".mp4", ".mpe",
    ".mpeg", ".mpg", ".mts", ".mxf", ".ogm", ".ogv", ".qt", ".tod", ".ts", ".vob", ".webm", ".wmv",
})
# fmt: on
"""Suffixes looked for in folders; a file that is named itself is tried whatever it is called."""

_ID_DIGITS = 16
_CHUNK_BYTES = 4 << 20


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that the paths mean, absolute, each once: files themselves, folders recursively.

    Hidden files and folders are skipped, and symbolic links out of a folder are not followed.

    Raises:
        WitnessError: A path does not exist, or nothing at all was found.
    """
    asked = [Path(path).expanduser() for path in paths]
    for path in asked:
        if not path.exists() and not path.is_symlink():
            raise WitnessError(f"there is no file or folder {path}")
    found = dict.fromkeys(file.absolute() for path in asked for file in _files_of(path))
    if not found:
        names = ", ".join(str(path) for path in asked)
        raise WitnessError(f"no video files in {names} (looked for {' '.join(sorted(VIDEO_SUFFIXES))})")
    return list(found)


def _files_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if not name.startswith(".") and file.suffix.lower() in VIDEO_SUFFIXES and not file.is_symlink():
                yield file


def content_id(path: Path) -> str:
    """Return the id of a file's content: the first 16 hex digits of its SHA-256.

    Raises:
        MediaError: The file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise MediaError(
            f"{path} cannot be read: {error.strerror}. Check that it is there and readable"
        ) from error
    return digest.hexdigest()[:_ID_DIGITS]
