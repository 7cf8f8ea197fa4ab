"""Three ways into the library: upload, a path on the machine that runs Witness, and folders to watch."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.indexing.intake import read_path
from app.pages.parts.text import plain
from app.uploads import UPLOAD_ADDRESS
from indexer.discovery import printable
from indexer.errors import WitnessError

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

    from app.state import AppState

_FIRST = (
    "No videos yet. Add some here; they are looked at once, and then you can ask about them. "
    "For a clip of half a minute that Witness draws itself, in a terminal: `witness demo`"
)
_SAID = "adding-said"
"""What the session's state has of the paths that were named last."""


def show_adding(state: AppState, *, first: bool) -> None:
    """Show the ways to add videos; open while there are none.

    Args:
        state: The server's state.
        first: Whether the library is empty.
    """
    hint = st.container()  # with or without words, so that what is beneath keeps its place and its open tab
    if first:
        hint.info(_FIRST, icon=":material/video_library:")
    open_at_first = st.session_state.setdefault("adding-open", first)  # it does not close under what is sent
    with st.expander("Add videos", expanded=open_at_first, icon=":material/add:"):
        names = ["Upload", "Path on this machine", "Watched folders"]
        upload, path, watch = st.tabs(names, key="adding-tab", on_change=_nothing)
        with upload:
            _show_upload(state)
        with path:
            _show_path(state)
        with watch:
            st.fragment(_show_watched)(state)


def _show_upload(state: AppState) -> None:
    limit_bytes = round(state.settings.upload_gigabytes * 1e9)
    _component()(
        key="upload",
        data={"address": UPLOAD_ADDRESS, "limit": limit_bytes},
        on_arrived_change=_nothing,  # the rerun shows what has arrived
    )
    st.caption(
        f"Copied into the library's folder, up to {state.settings.upload_gigabytes:g} GB each. What is on "
        "this machine already needs no copy: add its path."
    )


def _show_path(state: AppState) -> None:
    with st.form("add-path", border=False, clear_on_submit=True):
        text = st.text_area(
            "Files and folders, one a line",
            placeholder="/videos/gate.mp4\n/videos/2026-03",
            help="Folders are searched with all that is in them. A file can be dropped here where the "
            "browser hands over its path.",
            height=100,
        )
        if st.form_submit_button("Add", icon=":material/add:"):
            lines = filter(None, map(str.strip, text.splitlines()))
            st.session_state[_SAID] = [_add(state, line) for line in lines]
    for said, is_bad in st.session_state.get(_SAID, ()):  # until the next: the page soon draws itself anew
        if is_bad:
            st.error(said)
        else:
            st.success(said, icon=":material/check:")


def _add(state: AppState, line: str) -> tuple[str, bool]:
    """Add a path; returns what to say of it as Markdown, and whether it was refused."""
    try:
        path = read_path(line)
    except WitnessError as error:
        return plain(str(error)), True
    state.worker.add(path)
    return f"{plain(printable(path))} is added", False


def _show_watched(state: AppState) -> None:
    worker = state.worker
    st.caption(
        "New videos in these folders are indexed by themselves, each as soon as it is finished: when its "
        "size stands still and it opens."
    )
    for number, (folder, by_settings) in enumerate(worker.watched):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/folder_eye: {plain(printable(folder))}", width="stretch")
            if by_settings:
                st.caption("by the settings")
            elif st.button("Stop watching", key=f"unwatch-{number}-{folder}", type="tertiary"):
                worker.watch(folder, on=False)
                st.rerun()
    with st.form("watch-folder", border=False, clear_on_submit=True):
        text = st.text_input("Folder to watch", placeholder="/nvr/gate")
        if not st.form_submit_button("Watch", icon=":material/folder_eye:"):
            return
    _begin_to_watch(state, text)


def _begin_to_watch(state: AppState, text: str) -> None:
    try:
        folder = read_path(text)
    except WitnessError as error:
        st.error(plain(str(error)))
        return
    if not folder.is_dir():
        st.error(f"{plain(printable(folder))} is a file: add it by its path, or name the folder it is in")
        return
    state.worker.watch(folder)
    st.rerun()


def _nothing() -> None:
    pass


@functools.cache
def _component() -> ComponentRenderer | Any:
    folder = Path(__file__).parent
    return st.components.v2.component(
        "witness_upload",
        html='<div class="upload"></div>',
        css=(folder / "videos_upload.css").read_text(),
        js=(folder / "videos_upload.js").read_text(),
    )
