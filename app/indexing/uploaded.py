"""Which files of a video are copies that the library made itself, when they were uploaded to it.

These alone may ever be deleted, and only where a person asks for it: everything else is somebody's original.
"""

from __future__ import annotations

import stat
from pathlib import Path

from app.indexing.intake import UPLOADS
from indexer.library.library import Library


def uploaded_copies(library: Library, video_id: str) -> list[Path]:
    """Return a video's files that lie in the library's folder for uploads.

    A file counts when it lies there itself, no link leads to it, and it still holds what was indexed.

    Args:
        library: The library.
        video_id: The video.
    """
    folder = library.folder.resolve() / UPLOADS
    if folder.is_symlink():
        return []
    return [path for path in library.catalog.paths(video_id) if _is_copy(library, video_id, path, folder)]


def _is_copy(library: Library, video_id: str, path: Path, folder: Path) -> bool:
    try:
        if path.parent.resolve() != folder:
            return False
        facts = path.lstat()
    except OSError:  # it is gone, or its disk is
        return False
    known = library.catalog.known_content(path, facts.st_size, facts.st_mtime_ns)
    return stat.S_ISREG(facts.st_mode) and known == video_id
