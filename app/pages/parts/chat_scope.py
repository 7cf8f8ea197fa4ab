"""What the next question is asked of: everything, or a video, a camera, a day, a stretch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time, timedelta

import streamlit as st

from app.pages.parts.text import plain
from assistant.narrowing import Narrowing
from assistant.timing import parse_seconds
from indexer.errors import WitnessError
from indexer.library.lookup import handles
from indexer.library.records import VideoRecord
from indexer.timeline import Span, format_seconds

MOST_OFFERED = 50
"""Videos offered at a time; in a larger library a part of their name is typed first."""

_ALL, _ANY_CAMERA = "All videos", "Any camera"
_DASH = re.compile(r"\s*(?:–|—|-|\bto\b)\s*")


def take_from_address(videos: Sequence[VideoRecord]) -> None:
    """Take over the video, the stretch and the question that a link brought, once; nothing is sent."""
    brought = {name: st.query_params.pop(name, "") for name in ("video", "start", "end", "ask", "at")}
    if brought["at"]:  # the browser went back from a timeline, whose parameters Streamlit leaves behind
        return
    if video := next((each for each in videos if brought["video"] in (each.video_id, each.name)), None):
        st.session_state["scope"] = handles(videos)[video.video_id]
        bounds = [_number(brought["start"]), _number(brought["end"])]
        if None not in bounds:
            st.session_state["scope_stretch"] = "–".join(format_seconds(each or 0.0) for each in bounds)
    if brought["ask"]:
        st.session_state["question"] = brought["ask"][:2000]


def choose_scope(videos: Sequence[VideoRecord]) -> Narrowing:
    """Let the person choose what to ask about."""
    answerable = [video for video in videos if video.answerable]
    names = handles(videos)
    handle = _choose_video([names[video.video_id] for video in answerable])
    span = _choose_stretch() if handle else None
    with st.expander("Camera and day", icon=":material/tune:") if _tellable(answerable) else st.container():
        camera = None if handle else _choose_camera(answerable)
        day = _choose_day(answerable)
        hours = _choose_hours() if day else None
    return Narrowing(handle, span, camera, day, hours)


def say_scope(narrowing: Narrowing) -> None:
    """Say above the input what the next question is narrowed to, which the sidebar may hide."""
    if narrowing:
        st.caption(f":material/filter_alt: Asking about {plain(str(narrowing))}")


def parse_stretch(text: str) -> Span:
    """Read ``1:20-1:45``, ``80 to 105``, or ``5`` for that second.

    Raises:
        WitnessError: It is no stretch.
    """
    first, *rest = _DASH.split(text.strip(), maxsplit=1)
    start = parse_seconds(first)
    end = parse_seconds(rest[0]) if rest else start + 1
    if end <= start:
        raise WitnessError(f"{text}: the end is not after the start")
    return Span(start, end)


def _choose_video(answerable: list[str]) -> str | None:
    """Offer the videos, of a large library those whose name holds what is typed."""
    chosen = st.session_state.get("scope")
    offered = answerable
    if len(answerable) > MOST_OFFERED:
        part = st.text_input("Find a video", key="scope_words", placeholder=f"of {len(answerable)}")
        fitting = [name for name in answerable if part.casefold() in name.casefold()]
        offered = fitting[:MOST_OFFERED]
        if len(fitting) > MOST_OFFERED:
            st.caption(f"The first {MOST_OFFERED} of {len(fitting)}; type more of the name.")
        if chosen in answerable and chosen not in offered:
            offered = [chosen, *offered]
    choice = st.selectbox("Ask about", [_ALL, *offered], key="scope")
    return choice if choice in offered else None


def _choose_stretch() -> Span | None:
    text = st.text_input("Only this stretch", key="scope_stretch", placeholder="1:20–1:45, or 5 for second 5")
    if not text.strip():
        return None
    try:
        return parse_stretch(text)
    except WitnessError as error:
        st.caption(f":red[{plain(str(error))}]")
        return None


def _tellable(videos: Sequence[VideoRecord]) -> bool:
    return any(video.camera or video.start is not None for video in videos)


def _choose_camera(videos: Sequence[VideoRecord]) -> str | None:
    cameras = sorted({video.camera for video in videos if video.camera})
    if not cameras:
        return None
    choice = st.selectbox("Camera", [_ANY_CAMERA, *cameras], key="scope_camera")
    return choice if choice in cameras else None


def _choose_day(videos: Sequence[VideoRecord]) -> date | None:
    starts = [video.start for video in videos if video.start is not None]
    if not starts:
        return None
    first = min(start.starts_at.date() for start in starts)
    last = max(start.starts_at.date() for start in starts) + timedelta(days=1)
    found = st.date_input(
        "Day", value=None, min_value=first, max_value=last, format="YYYY-MM-DD", key="scope_day"
    )
    return found if isinstance(found, date) else None


def _choose_hours() -> tuple[time, time] | None:
    with st.container(horizontal=True):
        since = st.time_input("From", value=None, key="scope_since")
        until = st.time_input("Until", value=None, key="scope_until")
    return (since, until) if since is not None and until is not None else None


def _number(text: str) -> float | None:
    try:
        return max(0.0, float(text))
    except ValueError:
        return None
