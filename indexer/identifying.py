"""Which content lies at a path: from the catalog where its size and time are known, else from its bytes."""

from __future__ import annotations

from pathlib import Path

from indexer.discovery import Unchanged, content_id
from indexer.errors import MediaError
from indexer.library.catalog import Catalog


def identify(catalog: Catalog, path: Path) -> str:
    """Return the id of a file's content and note both; the file is read only when its size or time is new.

    Raises:
        MediaError: It cannot be read, or changes meanwhile.
    """
    try:
        facts = path.stat()
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}") from error
    known = catalog.known_content(path, facts.st_size, facts.st_mtime_ns)
    video_id = known or _settled_id(path)
    if not known:
        catalog.note_file(path, video_id, facts.st_size, facts.st_mtime_ns)
    if catalog.video(video_id) is None:
        catalog.add_video(video_id, path, facts.st_size)
    return video_id


def _settled_id(path: Path) -> str:
    """Return the id of a file's content, read while it stayed as it was.

    Raises:
        MediaError: It cannot be read, or changes meanwhile.
    """
    file = Unchanged(path)
    video_id = content_id(path)
    file.check()
    return video_id
