"""The library: add videos, see how each stands, and look after them."""

from __future__ import annotations

import streamlit as st

from app.pages.parts.videos_adding import show_adding
from app.pages.parts.videos_dialogs import dialog_wanted, show_dialog
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
    show_dialog(state)
    asking = dialog_wanted()
    # nothing is drawn anew beneath a dialog: what is clicked in it could be lost to that
    st.fragment(_show_changing, run_every=None if asking else POLL_SECONDS)(state, wish, is_empty, asking)


def _show_changing(state: AppState, wish: Wish, was_empty: bool, asking: bool) -> None:
    if dialog_wanted() != asking:
        st.rerun()  # the whole page: it shows the dialog
    show_progress(state)
    counts = count_by_status(state.library.catalog)
    if counts and was_empty:
        st.rerun()  # the whole page: there is something to search in now
    if counts:
        show_videos(state, wish, counts)


main()
