"""Under which name this session's person marks moments and makes reports, and where it is given."""

from __future__ import annotations

import streamlit as st

from app.incidents.desk import person_at_this_machine
from app.incidents.model import PERSON_NAME_LENGTH
from app.owner import owner_of_session
from app.pages.parts.incident_saving import save_typed
from app.pages.parts.text import plain
from app.state import current

_FIELD = "person-name"


def author_of_session() -> str:
    """Return the name of whoever is signed in, or the one that was given in this browser.

    Where none was given, it is that of the account that the server runs under.
    """
    owner = owner_of_session()
    if owner.signed_in:
        return owner.name
    return current().incidents.store.person(owner.key) or person_at_this_machine()


def show_author() -> None:
    """Show the name that will stand in incidents and reports, and let the person give theirs."""
    author, owner = author_of_session(), owner_of_session()
    if owner.signed_in:
        st.caption(f"Moments and reports are marked as made by {plain(author)}, who is signed in.")
        return
    with st.popover(f"By {plain(author)}", icon=":material/person:", type="tertiary"):
        st.text_input(
            "Your name",
            author,
            max_chars=PERSON_NAME_LENGTH,
            key=_FIELD,
            on_change=_give_name,
            args=(owner.key,),
            help="Stands in incidents and reports as who marked and made them. This browser keeps it; "
            "empty, it is the account that Witness runs under.",
        )


def _give_name(owner: str) -> None:
    save_typed(_FIELD, lambda name: current().incidents.store.set_person(owner, name))
