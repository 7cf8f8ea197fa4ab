"""The library beside the chat: which videos there are, how each stands, and which of them to ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.text import plain
from app.wall_clock import recorded
from indexer.library.lookup import handles
from indexer.library.records import VideoRecord, VideoStatus
from indexer.timeline import format_seconds

if TYPE_CHECKING:
    from indexer.library.library import Library

POLL_SECONDS = 3
MOST_SHOWN = 200

_COLOURS = {
    VideoStatus.READY: "green",
    VideoStatus.PARTIAL: "orange",
    VideoStatus.FAILED: "red",
    VideoStatus.INDEXING: "blue",
    VideoStatus.QUEUED: "gray",
}
_BUSY = (VideoStatus.QUEUED, VideoStatus.INDEXING)
_ALL = "All videos"


def choose_scope(videos: list[VideoRecord]) -> str | None:
    """Let the person choose what to ask about; returns a video's handle, or None for all of them."""
    names = handles(videos)
    answerable = [names[video.video_id] for video in videos if video.answerable]
    chosen = st.selectbox("Ask about", [_ALL, *answerable], key="scope")
    return chosen if chosen in answerable else None


def show_library(library: Library, videos: list[VideoRecord]) -> None:
    """Show the list, and keep it up to date while something is being indexed."""
    busy = any(video.status in _BUSY for video in videos)
    st.fragment(_show_list, run_every=POLL_SECONDS if busy or not videos else None)(library, _states(videos))


def _show_list(library: Library, states_before: list[tuple[str, VideoStatus]]) -> None:
    videos = library.videos()
    if _states(videos) != states_before:
        st.rerun()  # the whole page: what can be asked about has changed
    st.caption(f"{len(videos)} videos" if len(videos) != 1 else "1 video")
    names = handles(videos)
    with st.container(height="content" if len(videos) <= 8 else 420, border=False, gap="xsmall"):
        for video in videos[:MOST_SHOWN]:
            st.markdown(video_line(names[video.video_id], video))
        if len(videos) > MOST_SHOWN:
            st.caption(f"and {len(videos) - MOST_SHOWN} more: `witness library` lists them all")


def video_line(handle: str, video: VideoRecord) -> str:
    """Return a video's entry as Markdown: name, duration, status, and the reason where there is one."""
    status = video.status.value
    if video.status is VideoStatus.INDEXING:
        status += f" {video.progress:.0%}"
    line = f":{_COLOURS[video.status]}-badge[{status}] {plain(handle)}"
    if video.duration_seconds:
        line += f" :gray[{plain(format_seconds(round(video.duration_seconds, 1)))}]"
    if video.start is not None:
        line += f" :gray[{plain(recorded(video))}]"
    return f"{line}  \n:small[:gray[{plain(video.reason)}]]" if video.reason else line


def _states(videos: list[VideoRecord]) -> list[tuple[str, VideoStatus]]:
    return [(video.video_id, video.status) for video in videos]
