"""Which content lies at a path, and which path a video goes by once its file has moved."""

from __future__ import annotations

from pathlib import Path

from indexer.clock.renaming import camera_after_renaming, start_after_renaming
from indexer.discovery import Unchanged, content_id
from indexer.errors import MediaError
from indexer.library.catalog import Catalog
from indexer.library.footage import holds_content
from indexer.library.places import move, place_of


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


def follow(catalog: Catalog, video_id: str, path: Path, *, zone_name: str = "") -> Path | None:
    """Call a video by the path where its content was found just now, if it has gone from where it was known.

    A video whose file is only missing, because its drive is not mounted say, stays as it is until its content
    is found somewhere else; a copy beside it changes nothing.

    Args:
        catalog: Knows the video.
        video_id: The content that was identified at the path.
        path: Where that content lies.
        zone_name: IANA zone of a time that the new name tells; "" is the machine's.

    Returns:
        The path by which it was known before; None when that stays.
    """
    old = place_of(catalog, video_id)
    if old is None or old == path or holds_content(catalog, old, video_id):
        return None
    video = catalog.video(video_id)
    if video is None:
        return None
    start = start_after_renaming(video.start, old, path, zone_name=zone_name)
    camera = camera_after_renaming(video.camera, old, path)
    move(catalog, video_id, old, path, camera=camera, start=start)
    return old


def _settled_id(path: Path) -> str:
    """Return the id of a file's content, read while it stayed as it was.

    Raises:
        MediaError: It cannot be read, or changes meanwhile.
    """
    file = Unchanged(path)
    video_id = content_id(path)
    file.check()
    return video_id
