"""The library beside the chat: how many videos there are, how those stand that matter now, the way to all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.links import go_to, videos_link
from app.pages.parts.text import plain
from app.pages.parts.videos_words import STATUS_COLOURS, count_line
from app.wall_clock import recorded
from indexer.library.browsing import Order, Wish, count_by_status, find_page
from indexer.library.lookup import handles
from indexer.library.records import VideoRecord, VideoStatus
from indexer.timeline import format_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.library.library import Library

POLL_SECONDS = 3
MOST_SHOWN = 30
"""A library of up to so many videos is listed as a whole."""

_FEW = 4
"""Of a larger one, so many of those that are being indexed, wait or have failed."""


def show_library(library: Library, videos: list[VideoRecord]) -> None:
    """Show the list, and keep it up to date.

    Args:
        library: Where the videos are.
        videos: All of them as the page knows them; the page is shown anew when others can be asked about.
    """
    answerable = sum(video.answerable for video in videos)
    names = handles(videos) if len(videos) <= MOST_SHOWN else {}
    st.fragment(_show_list, run_every=POLL_SECONDS)(library, (len(videos), answerable), names)
    if st.button("All videos, and add more", icon=":material/video_library:", width="stretch"):
        go_to(videos_link())


def invite_to_add() -> None:
    """Lead to the page that adds videos."""
    if st.button("Add videos", icon=":material/add:", type="primary"):
        go_to(videos_link())


def _show_list(library: Library, known: tuple[int, int], names: Mapping[str, str]) -> None:
    counts = count_by_status(library.catalog)
    total = sum(counts.values())
    if (total, sum(counts.get(each, 0) for each in (VideoStatus.READY, VideoStatus.PARTIAL))) != known:
        st.rerun()  # the whole page: what can be asked about has changed
    st.caption(count_line(counts))
    everything = total <= MOST_SHOWN
    wish = Wish(order=Order.NAME if everything else Order.STATUS)
    page = find_page(library.catalog, wish, offset=0, limit=MOST_SHOWN if everything else _FEW)
    with st.container(height="content" if len(page.videos) <= 8 else 420, border=False, gap="xsmall"):
        for video in page.videos:
            if everything or video.status not in (VideoStatus.READY, VideoStatus.PARTIAL):
                st.markdown(video_line(names.get(video.video_id, video.name), video))


def video_line(handle: str, video: VideoRecord) -> str:
    """Return a video's entry as Markdown: name, duration, status, and the reason where there is one."""
    status = video.status.value
    if video.status is VideoStatus.INDEXING:
        status += f" {video.progress:.0%}"
    line = f":{STATUS_COLOURS[video.status]}-badge[{status}] {plain(handle)}"
    if video.duration_seconds:
        line += f" :gray[{plain(format_seconds(round(video.duration_seconds, 1)))}]"
    if video.start is not None:
        line += f" :gray[{plain(recorded(video))}]"
    return f"{line}  \n:small[:gray[{plain(video.reason)}]]" if video.reason else line
