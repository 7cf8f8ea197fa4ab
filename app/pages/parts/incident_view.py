"""One incident: its name, notes and status, its moments, and what can be made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.incidents.model import INCIDENT_NAME_LENGTH, NOTES_LENGTH, Incident, IncidentStatus, Moment
from app.pages.parts.incident_adding import show_adding
from app.pages.parts.incident_list import show_status
from app.pages.parts.incident_moments import show_moments
from app.pages.parts.incident_reports import show_events_export, show_report
from app.pages.parts.incident_saving import save_typed
from app.pages.parts.text import plain
from indexer.errors import WitnessError

if TYPE_CHECKING:
    from app.state import AppState


def show_incident(state: AppState, incident: Incident) -> None:
    """Show an incident."""
    if st.button("All incidents", icon=":material/arrow_back:", type="tertiary"):
        del st.query_params["incident"]
        st.rerun()
    st.title(plain(incident.name), anchor=False)
    _show_facts(state, incident)
    moments = state.incidents.store.moments(incident.incident_id)
    left, right = st.columns([2, 1], gap="large")
    with left:
        _show_notes(state, incident)
        st.subheader("Moments", anchor=False)
        show_moments(state, moments)
        show_adding(state, incident)
    with right:
        _show_outcome(state, incident, moments)


def _show_facts(state: AppState, incident: Incident) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        show_status(incident)
        st.caption(
            f"Begun {incident.created_at.astimezone():%Y-%m-%d %H:%M} by {plain(incident.created_by)}, "
            f"changed {incident.changed_at.astimezone():%Y-%m-%d %H:%M}",
            width="content",
        )
        if incident.status is IncidentStatus.OPEN:
            other, label = IncidentStatus.CLOSED, "Close the incident"
        else:
            other, label = IncidentStatus.OPEN, "Open it again"
        if st.button(label, type="tertiary"):
            state.incidents.store.set_status(incident.incident_id, other)
            st.rerun()
        if st.button("Rename", type="tertiary"):
            _rename(state, incident)
        if st.button("Delete", icon=":material/delete:", type="tertiary"):
            _confirm_deletion(state, incident)


def _show_notes(state: AppState, incident: Incident) -> None:
    key = f"notes-text-{incident.incident_id}"

    def keep() -> None:
        save_typed(key, lambda text: state.incidents.store.set_notes(incident.incident_id, text))

    with st.form(f"notes-{incident.incident_id}", border=False):
        st.text_area(
            "Notes on the incident",
            incident.notes,
            max_chars=NOTES_LENGTH,
            placeholder="What happened, who was told, what was done",
            key=key,
        )
        st.form_submit_button("Save the notes", on_click=keep)


def _show_outcome(state: AppState, incident: Incident, moments: list[Moment]) -> None:
    st.subheader("Report", anchor=False)
    show_report(state, incident, moments)
    if moments:
        st.subheader("Captions and events", anchor=False)
        show_events_export(state, moments)


@st.dialog("Rename the incident")
def _rename(state: AppState, incident: Incident) -> None:
    with st.form("rename", border=False):
        name = st.text_input("Name", incident.name, max_chars=INCIDENT_NAME_LENGTH)
        if not st.form_submit_button("Save", type="primary"):
            return
    try:
        state.incidents.store.rename(incident.incident_id, name)
    except WitnessError as error:
        st.error(plain(str(error)))
        return
    st.rerun()


@st.dialog("Delete the incident")
def _confirm_deletion(state: AppState, incident: Incident) -> None:
    """Remove an incident once the person has said so."""
    st.markdown(
        f"**{plain(incident.name)}** with its {incident.moment_count} moments, their notes and kept frames "
        "will be gone for good. The videos stay."
    )
    with st.container(horizontal=True):
        if st.button("Delete it", type="primary"):
            state.incidents.store.delete(incident.incident_id)
            del st.query_params["incident"]
            st.rerun()
        if st.button("Keep it"):
            st.rerun()
