"""What is asked before a video's recording start is set, and before it is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.text import plain
from indexer.clock.start import RecordingStart, StartSource
from indexer.clock.zones import find_zone, parse_start
from indexer.discovery import printable
from indexer.errors import SettingsError

if TYPE_CHECKING:
    from app.state import AppState
    from indexer.library.records import VideoRecord


@st.dialog("When was it recorded")
def set_start(state: AppState, video: VideoRecord) -> None:
    """Ask when a video's first frame was recorded, and by which camera."""
    st.markdown(f"**{plain(video.name)}**")
    known = f"{video.start.starts_at:%Y-%m-%d %H:%M:%S%z}" if video.start is not None else ""
    zone = state.settings.timezone or "this machine's zone"
    with st.form("set-start", border=False):
        starts_at = st.text_input(
            "Wall clock of its first frame",
            known,
            placeholder="2026-03-01 14:30:00",
            help=f"Also with +01:00 or a zone; without one it is meant in {plain(zone)}.",
        )
        camera = st.text_input("Camera", video.camera)
        if not st.form_submit_button("Save", type="primary"):
            return
    catalog = state.library.catalog
    try:
        if starts_at.strip() and starts_at.strip() != known:
            moment = parse_start(starts_at, find_zone(state.settings.timezone))
            catalog.set_start(video.video_id, RecordingStart(moment, StartSource.GIVEN))
    except SettingsError as error:
        st.error(plain(str(error)))
        return
    catalog.set_camera(video.video_id, camera.strip())
    st.rerun()


@st.dialog("Remove from the library")
def confirm_removal(state: AppState, video: VideoRecord) -> None:
    """Remove a video's index, never its file, once the person has said so."""
    st.markdown(
        f"**{plain(video.name)}** will be forgotten: its captions, its words and the notes on it. "
        "It can be indexed again."
    )
    st.markdown(f"The file itself stays where it is: {plain(printable(video.path))}")
    with st.container(horizontal=True):
        if st.button("Remove it", type="primary"):
            state.worker.remove(video.video_id)
            st.rerun()
        if st.button("Keep it"):
            st.rerun()
