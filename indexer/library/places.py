"""Where contents lie: which one was seen at a path, and what a video is called once its file has moved."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from indexer.clock.start import RecordingStart
from indexer.library import rows
from indexer.library.catalog import Catalog


def content_at(catalog: Catalog, path: Path) -> str:
    """Return the id of the content that was last seen at a path, "" when none was."""
    found = catalog.query("SELECT video_id FROM files WHERE path = ?", rows.bytes_of_path(path))
    return str(found[0]["video_id"]) if found else ""


def place_of(catalog: Catalog, video_id: str) -> Path | None:
    """Return the path that a video is known by; None when the library does not know the id."""
    found = catalog.query("SELECT path FROM videos WHERE video_id = ?", video_id)
    return Path(os.fsdecode(found[0]["path"])) if found else None


def move(
    catalog: Catalog, video_id: str, old: Path, new: Path, *, camera: str, start: RecordingStart | None
) -> None:
    """Call a video by the path where its content was found; nothing of its index changes.

    Args:
        catalog: Knows the video.
        video_id: The video.
        old: The path that it is known by; where another process was faster, nothing is done.
        new: The path where its content lies now.
        camera: Its camera from now on.
        start: Its recording's start from now on; None leaves what is known of that as it is.
    """
    with catalog.transaction() as connection:
        changed = connection.execute(
            "UPDATE videos SET name = ?, path = ?, camera = ? WHERE video_id = ? AND path = ?",
            (rows.name_of_path(new), rows.bytes_of_path(new), camera, video_id, rows.bytes_of_path(old)),
        ).rowcount
        if not changed:
            return
        if start is not None:
            connection.execute(
                "UPDATE videos SET starts_at = ?, starts_at_source = ?, starts_at_error_seconds = ?,"
                " clock_rate = ? WHERE video_id = ?",
                (*start.to_row(), video_id),
            )
        # One that waits in the queue is waited for where it lies now.
        connection.execute("UPDATE jobs SET path = ? WHERE video_id = ?", (rows.bytes_of_path(new), video_id))


def other_places(catalog: Catalog, names: Sequence[str]) -> list[tuple[str, Path]]:
    """Return the videos, by id, that lie or lay at a path or under a file name besides the one they go by.

    Args:
        catalog: The library's catalog; all its paths are gone through.
        names: Whole paths or file names; upper and lower case are the same.
    """
    wanted = {name.casefold() for name in names}
    found = []
    for row in catalog.query("SELECT video_id, path FROM files ORDER BY path"):
        path = Path(os.fsdecode(row["path"]))
        if wanted & {str(path).casefold(), rows.name_of_path(path).casefold()}:
            found.append((str(row["video_id"]), path))
    return found
