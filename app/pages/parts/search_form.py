"""The search page's form: words or a picture, and filters; the words and filters are kept in the address."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.search_hits import Search
from app.pages.parts.text import plain
from assistant.timing import parse_seconds
from indexer.errors import WitnessError
from indexer.library.frames import NO_FRAMES_INDEXED
from indexer.library.recordings import Recording, cameras, find_recordings, recording
from indexer.timeline import Span

if TYPE_CHECKING:
    from indexer.library.library import Library

MOST_OFFERED = 50
LARGEST_PICTURE_MB = 30
PICTURES = ("jpg", "jpeg", "png", "webp", "bmp")

ENDLESS = 1e9
"""End of a stretch that goes on to the video's end, in seconds."""

_ANY = ""


def read_form(library: Library) -> Search:
    """Show the form, and return what it asks for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "What to look for",
            value=st.query_params.get("words", ""),
            key="search-words",
            placeholder="a red car at the gate",
            icon=":material/search:",
            width="stretch",
        )
        with st.popover("Picture", icon=":material/image_search:"):
            picture = _picture(library)
        with st.popover("Filters", icon=":material/filter_list:"):
            search = _filters(library, words, picture)
    _keep_in_address(search)
    return search


def _picture(library: Library) -> bytes:
    if not library.frames.is_there:
        st.caption(f"{NO_FRAMES_INDEXED[:1].upper()}{plain(NO_FRAMES_INDEXED[1:])}.")
        return b""
    uploaded = st.file_uploader(
        "Look for what looks like this picture",
        type=PICTURES,
        key="search-picture",
        max_upload_size=LARGEST_PICTURE_MB,
    )
    if uploaded is None:
        return b""
    picture: bytes = uploaded.getvalue()
    return picture


def _filters(library: Library, words: str, picture: bytes) -> Search:
    chosen = _choose_video(library)
    span = _choose_span() if chosen else None
    names = cameras(library.catalog)
    camera = _choose_camera(names) if names and chosen is None else ""
    day = st.date_input("Recorded on", value=_day_in_address(), key="search-day", help="On the wall clock")
    event = st.text_input(
        "With an event that says",
        value=st.query_params.get("event", ""),
        key="search-event",
        placeholder="person falls|collapses",
        help="All words have to stand in what one event says; | is between alternatives.",
    )
    return Search(words, picture, chosen.video_id if chosen else "", span, camera, day, event)


def _choose_video(library: Library) -> Recording | None:
    words = st.text_input("Find a video", key="search-find", placeholder="name, camera or day")
    in_address = recording(library.catalog, st.query_params.get("video", ""))
    found = find_recordings(library.catalog, words, limit=MOST_OFFERED)
    offered = {each.video_id: each for each in ([in_address] if in_address else []) + found}
    chosen = st.selectbox(
        "Video",
        [_ANY, *offered],
        index=1 if in_address else 0,
        format_func=lambda video_id: offered[video_id].name if video_id else "All videos",
        key="search-video",
    )
    return offered.get(chosen)


def _choose_span() -> Span | None:
    first, last = st.columns(2)
    start = first.text_input("From", key="search-from", placeholder="0:00")
    end = last.text_input("To", key="search-to", placeholder="1:30")
    try:
        bounds = (parse_seconds(start) if start else 0.0, parse_seconds(end) if end else ENDLESS)
    except WitnessError as error:
        st.warning(plain(str(error)))
        return None
    if bounds[1] <= bounds[0]:
        st.warning("The stretch ends before it begins.")
        return None
    return Span(*bounds) if start or end else None


def _choose_camera(names: list[str]) -> str:
    asked = st.query_params.get("camera", _ANY)
    options = [_ANY, *names]
    return st.selectbox(
        "Camera",
        options,
        index=options.index(asked) if asked in options else 0,
        format_func=lambda name: name or "All cameras",
        key="search-camera",
    )


def _day_in_address() -> date | None:
    try:
        return date.fromisoformat(st.query_params.get("day", ""))
    except ValueError:
        return None


def _keep_in_address(search: Search) -> None:
    told = {
        "words": search.words,
        "video": search.video_id,
        "camera": search.camera,
        "day": f"{search.day}" if search.day else "",
        "event": search.event,
    }
    st.query_params.from_dict({name: value for name, value in told.items() if value})
