"""The button on a card that adds its moment to an incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.pages.parts.incident_author import author_of_session
from app.pages.parts.text import plain
from app.state import AppState
from assistant.answer import Answer
from indexer.errors import WitnessError
from indexer.timeline import Span

_NEW = ""
"""Stands for an incident that is to be begun."""
_MOST_OFFERED = 200


@dataclass(frozen=True, slots=True)
class _Marked:
    """The moment of a card, on its way into an incident."""

    video_id: str
    span: Span
    frame_seconds: tuple[float, ...]
    question: str
    answer: Answer | str


def incident_button(
    state: AppState,
    video_id: str,
    span: Span,
    *,
    key: str,
    frame_seconds: Sequence[float] = (),
    question: str = "",
    answer: Answer | str = "",
) -> None:
    """Offer to add a moment to an incident, an open one or a new one.

    Args:
        state: The server's state.
        video_id: The video.
        span: The moment in it.
        key: Unique on the page.
        frame_seconds: PTS of the frames that show it; by default the frame in its middle.
        question: What was asked, where the moment comes from an answer.
        answer: What was answered: the answer itself where it is at hand (its citations and models are kept
            then), else its text.
    """
    if st.button("Add to incident", icon=":material/assignment_add:", type="tertiary", key=key):
        _add(state, _Marked(video_id, span, tuple(frame_seconds), question, answer))


@st.dialog("Add to an incident")
def _add(state: AppState, marked: _Marked) -> None:
    store = state.incidents.store
    names = {each.incident_id: each.name for each in store.incidents(limit=_MOST_OFFERED, open_only=True)}
    st.markdown(f"**{plain(state.library.video(marked.video_id).name)}** {plain(str(marked.span))}")
    chosen = st.selectbox(
        "Incident",
        [*names, _NEW],
        format_func=lambda each: names.get(each, "A new incident"),
        key="incident-choice",
    )
    with st.form("add-to-incident", border=False):
        name = "" if chosen else st.text_input("Name of the new incident", key="incident-name")
        note = st.text_area("Note on this moment", key="incident-note", height=80)
        if not st.form_submit_button("Add the moment", type="primary"):
            return
    try:
        with st.spinner("Keeping its frames"):
            incident_id = chosen or store.create(name, author_of_session()).incident_id
            _keep(state, incident_id, marked, note)
    except WitnessError as error:
        st.error(plain(str(error)))
        return
    st.success(f"Added to {plain(store.incident(incident_id).name)}.")
    # A link and no button: the click of a button runs this again, with the form as if it had not been sent.
    st.page_link("incidents.py", label="Open the incident", query_params={"incident": incident_id})


def _keep(state: AppState, incident_id: str, marked: _Marked, note: str) -> None:
    state.incidents.mark(
        incident_id,
        marked.video_id,
        marked.span,
        author=author_of_session(),
        frame_seconds=marked.frame_seconds,
        question=marked.question,
        answer=marked.answer,
        note=note,
    )
