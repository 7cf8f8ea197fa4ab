"""The list of incidents, and how a new one is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.incidents.model import INCIDENT_NAME_LENGTH, Incident, IncidentStatus
from app.pages.parts.incident_author import author_of_session, show_author
from app.pages.parts.text import plain
from indexer.errors import WitnessError

if TYPE_CHECKING:
    from app.state import AppState

_A_PAGE = 25
_HOW_TO_BEGIN = (
    "An incident puts moments of your videos together, with your notes, for a report that others can check. "
    "Begin one here, or with **Add to incident** on a moment in the chat, the search or the timeline."
)


def show_incidents(state: AppState) -> None:
    """List the incidents, those that are open and changed last first."""
    st.title("Incidents", anchor=False)
    with st.form("new-incident", clear_on_submit=True, border=False):
        name_column, button_column = st.columns([4, 1], vertical_alignment="bottom")
        name = name_column.text_input(
            "A new incident", placeholder="Pallet fell at gate 2", max_chars=INCIDENT_NAME_LENGTH
        )
        if button_column.form_submit_button("Begin", icon=":material/add:", width="stretch"):
            _begin(state, name)
    show_author()
    _show_page(state)


def _begin(state: AppState, name: str) -> None:
    if state.incidents.open_named(name):
        st.error(
            f"An incident called {plain(name)} is open already: go on with that one, or choose another name."
        )
        return
    try:
        incident = state.incidents.store.create(name, author_of_session())
    except WitnessError as error:
        st.error(plain(str(error)))
        return
    st.query_params["incident"] = incident.incident_id
    st.rerun()


def _show_page(state: AppState) -> None:
    store = state.incidents.store
    words = ""
    if store.incidents(limit=_A_PAGE + 1)[_A_PAGE:]:
        words = st.text_input("Find an incident", placeholder="Words of its name", key="incident-words")
    page = int(st.session_state.get("incident-page", 0))
    found = store.incidents(limit=_A_PAGE + 1, offset=page * _A_PAGE, words=words)
    if not found and page:
        st.session_state["incident-page"] = 0
        st.rerun()
    if not found:
        st.markdown(_HOW_TO_BEGIN if not words else "No incident has these words in its name.")
    for incident in found[:_A_PAGE]:
        _show_line(incident)
    _show_pager(page, more=len(found) > _A_PAGE)


def _show_line(incident: Incident) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if st.button(plain(incident.name), key=f"open-{incident.incident_id}", type="tertiary"):
            st.query_params["incident"] = incident.incident_id
            st.rerun()
        st.space("stretch")
        show_status(incident)
        count, changed = incident.moment_count, incident.changed_at.astimezone()
        st.caption(
            f"{count} moment{'' if count == 1 else 's'}, changed {changed:%Y-%m-%d %H:%M}", width="content"
        )


def show_status(incident: Incident) -> None:
    """Show whether an incident is open or closed."""
    colour = "green" if incident.status is IncidentStatus.OPEN else "gray"
    st.badge(incident.status.value, color=colour)  # type: ignore[arg-type]


def _show_pager(page: int, *, more: bool) -> None:
    if not page and not more:
        return
    with st.container(horizontal=True):
        if st.button("Newer", disabled=not page):
            st.session_state["incident-page"] = page - 1
            st.rerun()
        if st.button("Older", disabled=not more):
            st.session_state["incident-page"] = page + 1
            st.rerun()
