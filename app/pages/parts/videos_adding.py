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
    "For a clip that Witness draws itself, stop this server and start `witness chat --demo`."
)


def show_adding(state: AppState, *, first: bool) -> None:
    """Show the ways to add videos; open while there are none.

    Args:
        state: The server's state.
        first: Whether the library is empty.
    """
    if first:
        st.info(_FIRST, icon=":material/video_library:")
    open_at_first = st.session_state.setdefault("adding-open", first)  # it does not close under what is sent
    with st.expander("Add videos", expanded=open_at_first, icon=":material/add:"):
        upload, path, watch = st.tabs(["Upload", "Path on this machine", "Watched folders"])
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
        if not st.form_submit_button("Add", icon=":material/add:"):
            return
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            path = read_path(line)
        except WitnessError as error:
            st.error(plain(str(error)))
            continue
        state.worker.add(path)
        st.success(f"{plain(printable(path))} is being read", icon=":material/check:")


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
