"""What is asked before a video's recording start is set, and before it is removed.

What a person wants to be asked stands in the session's state, and buttons act by callbacks: both hold
whatever part of the page is drawn anew meanwhile, which while indexing is every other second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.indexing.uploaded import uploaded_copies
from app.pages.parts.text import plain
from indexer.clock.start import RecordingStart, StartSource
from indexer.clock.zones import find_zone, parse_start
from indexer.discovery import printable
from indexer.errors import VideoNotFound, WitnessError

if TYPE_CHECKING:
    from app.state import AppState
    from indexer.library.records import VideoRecord

SET_START, REMOVE = "Set when it was recorded", "Remove from the library"

_OPEN = "videos-dialog"
_STARTS_AT, _CAMERA, _PROBLEM = "videos-starts-at", "videos-camera", "videos-start-problem"
_DELETE = "videos-delete-copy"


def open_dialog(which: str, video_id: str) -> None:
    """Have a dialog opened when the page is drawn next.

    Args:
        which: `SET_START` or `REMOVE`.
        video_id: The video that it is about.
    """
    st.session_state[_OPEN] = (which, video_id)


def dialog_wanted() -> bool:
    """Tell whether a dialog is open, or is to be."""
    return _OPEN in st.session_state


def show_dialog(state: AppState) -> None:
    """Show the dialog that is wanted, if any; from the page itself, not from a part that is drawn again."""
    if not dialog_wanted():
        return
    which, video_id = st.session_state[_OPEN]
    try:
        video = state.library.video(video_id)
    except VideoNotFound:  # removed on another page meanwhile
        _close()
        return
    (_set_start if which == SET_START else _confirm_removal)(state, video)


def _close() -> None:
    st.session_state.pop(_OPEN, None)
    st.session_state.pop(_PROBLEM, None)


@st.dialog("When was it recorded", on_dismiss=_close)
def _set_start(state: AppState, video: VideoRecord) -> None:
    """Ask when a video's first frame was recorded, and by which camera."""
    if not dialog_wanted():
        st.rerun()
    st.markdown(f"**{plain(video.name)}**")
    known = f"{video.start.starts_at:%Y-%m-%d %H:%M:%S%z}" if video.start is not None else ""
    zone = state.settings.timezone or "this machine's zone"
    with st.form("set-start", border=False):
        st.text_input(
            "Wall clock of its first frame",
            known,
            placeholder="2026-03-01 14:30:00",
            help=f"Also with +01:00 or a zone; without one it is meant in {plain(zone)}.",
            key=f"{_STARTS_AT}-{video.video_id}",
        )
        st.text_input("Camera", video.camera, key=f"{_CAMERA}-{video.video_id}")
        st.form_submit_button("Save", type="primary", on_click=_save, args=(state, video.video_id, known))
    if problem := st.session_state.get(_PROBLEM):
        st.error(plain(problem))


def _save(state: AppState, video_id: str, known: str) -> None:
    """Keep what was written in the dialog and close it; what cannot be read leaves it open."""
    starts_at = st.session_state[f"{_STARTS_AT}-{video_id}"].strip()
    camera = st.session_state[f"{_CAMERA}-{video_id}"].strip()
    catalog = state.library.catalog
    try:
        if starts_at and starts_at != known:
            moment = parse_start(starts_at, find_zone(state.settings.timezone))
            catalog.set_start(video_id, RecordingStart(moment, StartSource.GIVEN))
        catalog.set_camera(video_id, camera)
    except WitnessError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    _close()


@st.dialog("Remove from the library", on_dismiss=_close)
def _confirm_removal(state: AppState, video: VideoRecord) -> None:
    """Remove a video's index once the person has said so, and no file but an uploaded copy."""
    if not dialog_wanted():
        st.rerun()
    st.markdown(f"**{plain(video.name)}** will be forgotten: its captions, its words and the notes on it.")
    _ask_about_files(state, video)
    with st.container(horizontal=True):
        st.button("Remove it", type="primary", on_click=_remove, args=(state, video.video_id))
        st.button("Keep it", on_click=_close)


def _ask_about_files(state: AppState, video: VideoRecord) -> None:
    """Say what becomes of the file; offer to delete one that is a copy which the library made."""
    copies = uploaded_copies(state.library, video.video_id)
    names = ", ".join(plain(printable(path.name)) for path in copies)
    told = st.empty()
    question = f"Also delete the copy that was uploaded to this library ({names})"
    if copies and st.checkbox(question, key=f"{_DELETE}-{video.video_id}"):
        told.markdown(
            "The uploaded copy is deleted and cannot be brought back. Incidents keep their frames of it, but "
            "cannot be checked against it any more."
        )
    else:
        path = plain(printable(video.path))
        told.markdown(f"The file itself stays where it is and can be indexed again: {path}")


def _remove(state: AppState, video_id: str) -> None:
    if video_id not in state.worker.removing:
        delete_copy = bool(st.session_state.get(f"{_DELETE}-{video_id}", False))
        state.worker.remove(video_id, delete_copy=delete_copy)
    _close()
