"""Find the video that a person means by a name."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

from indexer.errors import AmbiguousVideo, VideoNotFound
from indexer.library.records import VideoRecord

_HANDLE_DIGITS = 6


def handles(videos: Sequence[VideoRecord]) -> dict[str, str]:
    """Return a short unique name for every video, by id: its file name, with ``#id`` where two share it."""
    names = Counter(video.name.casefold() for video in videos)
    return {
        video.video_id: video.name
        if names[video.name.casefold()] == 1
        else f"{video.name}#{video.video_id[:_HANDLE_DIGITS]}"
        for video in videos
    }


def find_video(videos: Sequence[VideoRecord], name: str) -> VideoRecord:
    """Return the video called ``name``: a handle, file name, name without suffix, path, or id.

    Raises:
        VideoNotFound: None is called so; the text lists names that are near.
        AmbiguousVideo: Several are; the text lists the handles that tell them apart.
    """
    by_id = handles(videos)
    wanted = name.strip().casefold()
    # The more exact form of a name wins, so that "a.mp4" finds a.mp4 although "a.mp4.mp4" has it as its stem.
    forms = (
        lambda video: by_id[video.video_id],
        lambda video: video.video_id,
        lambda video: str(video.path),
        lambda video: video.name,
        lambda video: video.name.rpartition(".")[0],
    )
    for form in forms:
        found = [video for video in videos if form(video).casefold() == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(by_id[video.video_id] for video in found)
            raise AmbiguousVideo(f"several videos are called {name!r}; say which: {names}")
    raise VideoNotFound(_not_found(name, [by_id[video.video_id] for video in videos]))


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
