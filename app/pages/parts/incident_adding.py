"""Adding a moment to an incident by hand: a video, from when to when, and a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.incidents.model import Incident
from app.pages.parts.incident_author import author_of_session
from app.pages.parts.text import plain
from assistant.timing import TimeExpressionError, parse_seconds
from indexer.errors import WitnessError
from indexer.timeline import Span

if TYPE_CHECKING:
    from app.state import AppState


def show_adding(state: AppState, incident: Incident) -> None:
    """Show the form."""
    with st.expander("Add a moment", icon=":material/add:"), st.form("add-moment", border=False):
        video = st.text_input("Video", placeholder="dock.mp4", help="Its name, or enough to tell it apart.")
        first, last = st.columns(2)
        start = first.text_input("From", placeholder="1:23")
        end = last.text_input("To", placeholder="1:30")
        note = st.text_area("Note on this moment", height=80, key="added-note")
        if st.form_submit_button("Add the moment"):
            _add(state, incident, video, (start, end), note)


def _add(state: AppState, incident: Incident, video: str, times: tuple[str, str], note: str) -> None:
    try:
        found = state.library.video(video)
        span = _span(*times)
        with st.spinner("Keeping its frames"):
            state.incidents.mark(
                incident.incident_id, found.video_id, span, author=author_of_session(), note=note,
                frame_seconds=_three(span),
            )  # fmt: skip
    except WitnessError as error:
        st.error(plain(str(error)))
        return
    st.rerun()


def _span(start: str, end: str) -> Span:
    first = parse_seconds(start)
    last = parse_seconds(end) if end.strip() else first + 1
    if last <= first:
        raise TimeExpressionError(f"{end} is not after {start}: say when the moment ends")
    return Span(first, last)


def _three(span: Span) -> tuple[float, ...]:
    """Return seconds near a moment's start, middle and end; one that is short has a single frame."""
    if span.duration_seconds < 1:
        return ()
    return tuple(span.start_seconds + span.duration_seconds * share for share in (0.0, 0.5, 0.95))
