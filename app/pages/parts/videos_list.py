"""The library's videos, a page at a time: found by words, sorted, and each with what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from app.media_routes import frame_url
from app.pages.parts.links import chat_link, go_to, timeline_link
from app.pages.parts.text import plain
from app.pages.parts.videos_dialogs import REMOVE, SET_START, open_dialog
from app.pages.parts.videos_progress import READING, speed_parts
from app.pages.parts.videos_words import STATUS_COLOURS, count_line, facts_line, remarks
from indexer.errors import WitnessError
from indexer.library.browsing import Order, Wish, find_page
from indexer.library.records import VideoRecord, VideoStatus

if TYPE_CHECKING:
    from app.state import AppState

PAGE_LENGTH = 20

_POSTER_SIDE, _POSTER_SECONDS = 240, 1.0
_LEAST_PROGRESS = 0.005
"""Below it "0 %" would stand there, for all of a clip that has a single segment."""
_ORDERS = {
    "Name": (Order.NAME, False),
    "Recorded, latest first": (Order.START, True),
    "Recorded, earliest first": (Order.START, False),
    "Added, latest first": (Order.ADDED, True),
    "Longest first": (Order.DURATION, True),
    "Status": (Order.STATUS, False),
}


def choose_wish() -> Wish:
    """Let the person say which videos to see; the words stand in the page's address."""
    st.session_state.setdefault("videos-words", st.query_params.get("words", ""))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Find by name, camera or folder",
            key="videos-words",
            icon=":material/search:",
            width="stretch",
        )
        order, descending = _ORDERS[st.selectbox("Sort by", list(_ORDERS), width=240)]
    status = st.pills(
        "Status", list(VideoStatus), format_func=lambda each: each.value, label_visibility="collapsed"
    )
    _keep_in_address(words)
    return Wish(words, status, order, descending)


def show_videos(state: AppState, wish: Wish, counts: Mapping[VideoStatus, int]) -> None:
    """Show a page of the videos.

    Args:
        state: The server's state.
        wish: Which of them.
        counts: How many videos there are of each status.
    """
    catalog, place = state.library.catalog, st.container()
    shown = st.session_state.get("videos-page", 1)
    page = find_page(catalog, wish, offset=(shown - 1) * PAGE_LENGTH, limit=PAGE_LENGTH)
    pages = max(1, -(-page.total // PAGE_LENGTH))
    if shown > pages:  # fewer are wanted, or left, than before
        st.session_state["videos-page"] = pages
        page = find_page(catalog, wish, offset=(pages - 1) * PAGE_LENGTH, limit=PAGE_LENGTH)
    with place:
        st.caption(_count_line(page.total, wish, counts))
        for video in page.videos:
            _show_video(state, video)
    if pages > 1:
        st.pagination(pages, key="videos-page")


def _show_video(state: AppState, video: VideoRecord) -> None:
    is_there = state.library.has_file(video)
    with st.container(border=True, key=f"video-{video.video_id}"):
        poster, told, actions = st.columns([2, 6, 3], vertical_alignment="center")
        with poster:
            _show_poster(video, is_there)
        with told:
            removing = video.video_id in state.worker.removing
            status = "being removed" if removing else video.status.value
            badge = f":{STATUS_COLOURS[video.status]}-badge[{status}]"
            st.markdown(f"**{plain(video.name)}** {badge}  \n:small[:gray[{facts_line(video)}]]")
            _show_progress(state, video)
            for line in remarks(video, is_there):
                st.markdown(f":small[{line}]")
        with actions, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
            _show_actions(state, video)


def _show_poster(video: VideoRecord, is_there: bool) -> None:
    if video.answerable and is_there:
        seconds = min(_POSTER_SECONDS, video.duration_seconds / 2)
        st.markdown(f"![Frame of {plain(video.name)}]({frame_url(video.video_id, seconds, _POSTER_SIDE)})")
    else:
        st.markdown(":gray[:material/movie: no picture]")


def _show_progress(state: AppState, video: VideoRecord) -> None:
    if video.status is not VideoStatus.INDEXING:
        return
    doing = state.worker.activity.doing
    parts = [f"{video.progress:.0%}" if video.progress >= _LEAST_PROGRESS else READING]
    if doing is not None and doing.path == video.path:
        parts += speed_parts(doing)
    st.progress(min(1.0, video.progress), text=", ".join(parts))


def _show_actions(state: AppState, video: VideoRecord) -> None:
    key = video.video_id
    if video.answerable:
        if st.button("Ask", key=f"ask-{key}", icon=":material/forum:", help=f"Ask about {plain(video.name)}"):
            go_to(chat_link(key))
        if st.button("Timeline", key=f"timeline-{key}", icon=":material/timeline:"):
            go_to(timeline_link(key))
    if video.failure or video.status is VideoStatus.FAILED:
        st.button("Retry", key=f"retry-{key}", icon=":material/replay:", on_click=_retry, args=(state, key))
    more = f"more-{key}"
    st.menu_button(
        "More", [SET_START, REMOVE], key=more, type="tertiary", on_click=_open_chosen, args=(more, key)
    )


def _open_chosen(menu: str, video_id: str) -> None:
    if chosen := st.session_state.get(menu):
        open_dialog(chosen, video_id)


def _retry(state: AppState, video_id: str) -> None:
    try:
        state.worker.retry(video_id)
    except WitnessError as error:
        state.worker.activity.tell(str(error), bad=True)


def _count_line(total: int, wish: Wish, counts: Mapping[VideoStatus, int]) -> str:
    if wish.words or wish.status:
        return f"{total:,} video{'' if total == 1 else 's'} of {sum(counts.values()):,}"
    return count_line(counts)


def _keep_in_address(words: str) -> None:
    if words:
        st.query_params["words"] = words
    else:
        st.query_params.pop("words", None)
