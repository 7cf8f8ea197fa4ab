"""What the timeline is of: one video, or several cameras on a day; kept in the page's address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.text import plain
from app.timeline.lanes import Lane, days_of
from app.timeline.view import Subject, lanes_on, of_cameras, of_video
from indexer.clock.zones import find_zone
from indexer.library.recordings import Recording, find_recordings, placed_recordings, recording

if TYPE_CHECKING:
    from indexer.library.library import Library

MOST_OFFERED = 50
MOST_CAMERAS = 12

_VIDEO, _CAMERAS = "One video", "Cameras by the clock"
_CAMERAS_AT_FIRST = 6


def choose_subject(library: Library) -> Subject | None:
    """Let the person choose; None where there is nothing to choose from."""
    placed = placed_recordings(library.catalog)
    with st.container(horizontal=True, vertical_alignment="top"):
        by_clock = bool(placed) and _wants_cameras()
        return _choose_cameras(placed, library) if by_clock else _choose_video(library)


def _wants_cameras() -> bool:
    kind = st.segmented_control(
        "Show",
        [_VIDEO, _CAMERAS],
        default=_CAMERAS if "day" in st.query_params else _VIDEO,
        required=True,
        key="timeline-kind",
        on_change=_forget_subject,
    )
    return kind == _CAMERAS


def _forget_subject() -> None:
    for name in ("video", "at", "day", "camera"):
        st.query_params.pop(name, None)


def _choose_video(library: Library) -> Subject | None:
    words = st.text_input(
        "Find a video",
        key="timeline-find",
        placeholder="name, camera or day",
        icon=":material/search:",
        width=220,
    )
    in_address = st.query_params.get("video", "")
    named = recording(library.catalog, in_address) if in_address else None
    found = find_recordings(library.catalog, words, limit=MOST_OFFERED)
    offered = {each.video_id: each for each in ([named] if named and not words else []) + found}
    if not offered:
        st.caption("No indexed video fits." if words else "")
        return None
    chosen = st.selectbox(
        "Video",
        list(offered),
        index=list(offered).index(in_address) if in_address in offered else 0,
        format_func=lambda video_id: _title(offered[video_id]),
        key=f"timeline-video-{words}",
        on_change=_forget_subject,
        width=420,
    )
    st.query_params["video"] = chosen
    return of_video(offered[chosen])


def _title(each: Recording) -> str:
    day = f" · {each.start.starts_at:%Y-%m-%d %H:%M}" if each.start else ""
    return each.name + day


def _choose_cameras(placed: Sequence[Recording], library: Library) -> Subject | None:
    zone = find_zone(library.timezone)
    days = days_of(placed, zone)
    day = st.date_input(
        "Day",
        value=_day_in_address() or days[0],
        min_value=min(days[-1], _day_in_address() or days[-1]),
        max_value=max(days[0], _day_in_address() or days[0]),
        key="timeline-day",
        help="Days with recordings: "
        + ", ".join(f"{each}" for each in days[:5])
        + (" …" if days[5:] else ""),
    )
    lanes = lanes_on(placed, day, zone)
    names = _choose_names(lanes, day)
    st.query_params.from_dict({"day": f"{day}", **({"camera": names} if names else {}), **_moment()})
    return of_cameras(lanes, day, names, zone)


def _choose_names(lanes: Sequence[Lane], day: date) -> list[str]:
    names = [lane.name for lane in lanes]
    asked = [name for name in st.query_params.get_all("camera") if name in names]
    return st.multiselect(
        "Cameras",
        names,
        default=asked or names[:_CAMERAS_AT_FIRST],
        max_selections=MOST_CAMERAS,
        placeholder=plain("Choose cameras" if names else "Nothing was recorded on this day"),
        key=f"timeline-cameras-{day}",
        width=420,
    )


def _day_in_address() -> date | None:
    try:
        return date.fromisoformat(st.query_params.get("day", ""))
    except ValueError:
        return None


def _moment() -> dict[str, str]:
    return {name: st.query_params[name] for name in ("video", "at") if name in st.query_params}
