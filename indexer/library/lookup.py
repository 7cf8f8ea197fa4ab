"""Find the video that a person means by a name, among all that the library knows."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from indexer.discovery import printable
from indexer.errors import AmbiguousVideo, VideoNotFound
from indexer.library.catalog import Catalog
from indexer.library.places import other_places
from indexer.library.records import VideoRecord

_HANDLE_DIGITS = 6
_OUR_CHANGES = "SELECT total_changes()"
"""With SQLite's data version, which counts what others write, it tells whether the catalog is as it was."""


class Roster:
    """All videos of a catalog and their handles; read again only when the catalog changed."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._videos: tuple[tuple[int, int], list[VideoRecord]] | None = None
        self._handles: dict[str, str] | None = None

    def videos(self) -> list[VideoRecord]:
        """Return every video, whatever its status, sorted by name."""
        query = self._catalog.query
        (theirs,), (ours,) = (*query("PRAGMA data_version"), *query(_OUR_CHANGES))
        if self._videos is None or self._videos[0] != (theirs, ours):  # they take seconds to read when many
            self._videos, self._handles = ((theirs, ours), self._catalog.videos()), None
        return list(self._videos[1])

    def handle(self, video: VideoRecord) -> str:
        """Return a video's handle; its file name where it is not known any more."""
        videos = self.videos()
        if self._handles is None:
            self._handles = handles(videos)
        return self._handles.get(video.video_id, video.name)


def handles(videos: Sequence[VideoRecord]) -> dict[str, str]:
    """Return a short unique name for every video, by id: its file name, with ``#id`` where two share it.

    A video whose file holds other content by now leaves the bare name to that.
    """
    names = Counter(video.name.casefold() for video in videos)
    current = Counter(video.name.casefold() for video in videos if not video.replaced_by)
    return {video.video_id: _handle(video, names, current) for video in videos}


def _handle(video: VideoRecord, names: Counter[str], current: Counter[str]) -> str:
    name = video.name.casefold()
    if names[name] == 1 or (current[name] == 1 and not video.replaced_by):
        return video.name
    return f"{video.name}#{video.video_id[:_HANDLE_DIGITS]}"


def find_video(videos: Sequence[VideoRecord], name: str) -> VideoRecord:
    """Return the video called ``name``: a handle, file name, name without suffix, path, or id.

    Of several that are called so, it is the one whose file still holds it, where there is just one.

    Raises:
        VideoNotFound: None is called so; the text lists names that are near.
        AmbiguousVideo: Several are; the text lists the handles that tell them apart.
    """
    by_id = handles(videos)
    wanted, whole = name.strip().casefold(), _whole_path(name).casefold()
    # The more exact form of a name wins, so that "a.mp4" finds a.mp4 although "a.mp4.mp4" has it as its stem.
    forms = (
        lambda video: by_id[video.video_id],
        lambda video: video.video_id,
        lambda video: str(video.path),
        lambda video: video.name,
        lambda video: video.name.rpartition(".")[0],
    )
    for form in forms:
        found = [video for video in videos if form(video).casefold() in (wanted, whole)]
        current = [video for video in found if not video.replaced_by]
        if len(found) == 1 or len(current) == 1:
            return (current or found)[0]
        if found:
            raise AmbiguousVideo(_which(name, found, by_id))
    raise VideoNotFound(_not_found(name, [by_id[video.video_id] for video in videos]))


def _whole_path(name: str) -> str:
    """Return the whole path where a path is meant, ``footage/dock.mp4`` say; else the name as it is."""
    return str(Path(name.strip()).absolute()) if os.sep in name else name.strip()


def check_other_places(catalog: Catalog, videos: Sequence[VideoRecord], name: str) -> None:
    """Say what a video is called that lies at a path of this name too, or lay there before it was moved.

    Raises:
        VideoNotFound: There is such a video; the text says its handle.
    """
    known = {video.video_id: video for video in videos}
    for video_id, path in other_places(catalog, [name.strip(), _whole_path(name)]):
        if (video := known.get(video_id)) is None:
            continue
        handle, where = handles(videos)[video_id], printable(video.path)
        if path.exists():
            raise VideoNotFound(
                f"{printable(path)} has the same content as {where}, and is known by that name: say {handle}"
            )
        raise VideoNotFound(
            f"{printable(path)} is not there any more; its content is {where} now: say {handle}"
        )


def _which(name: str, found: Sequence[VideoRecord], by_id: Mapping[str, str]) -> str:
    current = [video for video in found if not video.replaced_by]
    told = [f"{by_id[each.video_id]} ({printable(each.path.parent)})" for each in current]
    replaced = [f"{by_id[each.video_id]} (its file was replaced)" for each in found if each.replaced_by]
    return f"several videos are called {name!r}; say which: {', '.join([*told, *replaced])}"


def _not_found(name: str, known: Sequence[str]) -> str:
    if not known:
        return (
            f"there is no video called {name!r}: the library is empty. Index some first: witness index FOLDER"
        )
    folded = {handle.casefold(): handle for handle in known}
    near = [
        folded[match] for match in difflib.get_close_matches(name.casefold(), list(folded), n=5, cutoff=0.4)
    ]
    shown = near or sorted(known)[:5]
    more = "" if len(shown) == len(known) else f" (witness library lists all {len(known)})"
    return f"there is no video called {name!r}; {'near' if near else 'known'}: {', '.join(shown)}{more}"
