"""A click on the timeline plays: starts the player of the moment that is shown beneath it."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.media_routes import frame_url

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


def play_moment(video_id: str, seconds: float, click: int) -> None:
    """Start the player of a moment that the page shows.

    Args:
        video_id: The moment's video.
        seconds: PTS of the moment's first frame.
        click: Counts the clicks; each is played once. 0 plays nothing.
    """
    address = frame_url(video_id, seconds)
    _component()(key="timeline-play", data={"click": click, "image": address}, height=1)


@functools.cache
def _component() -> ComponentRenderer:
    code = Path(__file__).with_name("timeline_play.js").read_text()
    return st.components.v2.component("witness_timeline_play", html='<div class="play"></div>', js=code)
