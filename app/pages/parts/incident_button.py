"""The button on a card that adds its moment to an incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.incidents.model import AlreadyMarked
from app.pages.parts.incident_author import author_of_session
from app.pages.parts.text import plain
from app.state import AppState
from app.wall_clock import told_span
from assistant.answer import Answer
from indexer.errors import WitnessError
from indexer.timeline import Span

_NEW = ""
"""Stands for an incident that is to be begun."""
_MOST_OFFERED = 200
_OUTCOME = "incident-outcome"
"""What became of the moment that the dialog was opened for; forgotten when it is opened again."""


@dataclass(frozen=True, slots=True)
class _Marked:
    """The moment of a card, on its way into an incident."""

    video_id: str
    span: Span
    frame_seconds: tuple[float, ...]
    question: str
    answer: Answer | str


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Where the moment is now."""

    incident_id: str
    words: str
    already: bool = False
    """Whether it was there before."""


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
        st.session_state.pop(_OUTCOME, None)
        _add(state, _Marked(video_id, span, tuple(frame_seconds), question, answer))


@st.dialog("Add to an incident")
def _add(state: AppState, marked: _Marked) -> None:
    _show(state, marked)


def _show(state: AppState, marked: _Marked) -> None:
    """Show the form; once the moment is in an incident, what became of it stands in the form's place."""
    st.markdown(f"**{plain(state.library.video(marked.video_id).name)}** {plain(told_span(marked.span))}")
    place = st.empty()
    if _OUTCOME not in st.session_state:
        with place.container():
            _ask(state, marked)
    if (outcome := st.session_state.get(_OUTCOME)) is not None:
        place.empty()
        _tell(outcome)  # below and not in it, as a container that takes another's place keeps its elements


def _ask(state: AppState, marked: _Marked) -> None:
    """Show the form, and add the moment when it was sent."""
    offered = state.incidents.store.incidents(limit=_MOST_OFFERED, open_only=True)
    names = {each.incident_id: each.name for each in offered}
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
            st.session_state[_OUTCOME] = _keep(state, chosen, name, marked, note)
    except WitnessError as error:
        st.error(plain(str(error)))


def _tell(outcome: _Outcome) -> None:
    (st.info if outcome.already else st.success)(plain(outcome.words))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "incidents.py", label="Open the incident", query_params={"incident": outcome.incident_id}
        )
        if st.button("Close"):
            st.rerun()


def _keep(state: AppState, chosen: str, name: str, marked: _Marked, note: str) -> _Outcome:
    """Add the moment to the chosen incident, the open one of this name, or else a new one."""
    desk, author = state.incidents, author_of_session()
    same = None if chosen else desk.open_named(name)
    incident = desk.store.incident(chosen) if chosen else same or desk.store.create(name, author)
    try:
        desk.mark(
            incident.incident_id,
            marked.video_id,
            marked.span,
            author=author,
            frame_seconds=marked.frame_seconds,
            question=marked.question,
            answer=marked.answer,
            note=note,
        )
    except AlreadyMarked as error:
        kept = " Its note there was left as it is." if note.strip() else ""
        return _Outcome(incident.incident_id, f"{error}.{kept}", already=True)
    which = ", which was open already" if same else ""
    return _Outcome(incident.incident_id, f"Added to {incident.name}{which}.")
