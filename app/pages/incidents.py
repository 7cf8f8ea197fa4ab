"""Incidents: moments put together for the record, with notes, and the reports on them."""

from __future__ import annotations

import streamlit as st

from app.pages.parts.incident_list import show_incidents
from app.pages.parts.incident_view import show_incident
from app.pages.parts.text import plain
from app.state import current
from indexer.errors import LibraryError

_PARAMETER = "incident"


def main() -> None:
    """Compose the page: the incident that the address names, or all of them."""
    st.set_page_config(layout="wide")
    state = current()
    incident_id = st.query_params.get(_PARAMETER)
    if incident_id is None:
        show_incidents(state)
        return
    try:
        incident = state.incidents.store.incident(incident_id)
    except LibraryError:
        st.warning(plain("This incident was deleted, or the address is wrong."))
        show_incidents(state)
        return
    show_incident(state, incident)


main()
