"""The library: add videos, see how each stands, and look after them."""

from __future__ import annotations

import streamlit as st

from app.pages.parts.videos_adding import show_adding
from app.pages.parts.videos_list import choose_wish, show_videos
from app.pages.parts.videos_progress import POLL_SECONDS, show_progress
from app.state import AppState, current
from indexer.library.browsing import Wish, count_by_status


def main() -> None:
    """Compose the page."""
    st.set_page_config(layout="wide")
    state = current()
    is_empty = not count_by_status(state.library.catalog)
    st.title("Library", anchor=False)
    adding, wishing = st.container(), st.container()  # what changes by itself keeps its place beneath them
    with adding:
        show_adding(state, first=is_empty)
    with wishing:
        wish = Wish() if is_empty else choose_wish()
    st.fragment(_show_changing, run_every=POLL_SECONDS)(state, wish, is_empty)


def _show_changing(state: AppState, wish: Wish, was_empty: bool) -> None:
    show_progress(state)
    counts = count_by_status(state.library.catalog)
    if counts and was_empty:
        st.rerun()  # the whole page: there is something to search in now
    if counts:
        show_videos(state, wish, counts)


main()
