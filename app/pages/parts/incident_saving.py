"""Saving what a person wrote into an incident, from a callback: it is written before anything else runs."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from app.pages.parts.text import plain
from indexer.errors import WitnessError


def save_typed(key: str, write: Callable[[str], None]) -> None:
    """Write what stands in a text field, and tell in passing that it was saved, or why not.

    Reading the session's state ends a callback when another click has come in meanwhile. What was typed is
    written all the same, and only then the other click has its turn.

    Args:
        key: Of the text field.
        write: Writes its text; may raise `WitnessError`.
    """
    waiting: RerunException | None = None
    text: str | None = None
    while text is None:
        try:
            text = str(st.session_state[key])
        except RerunException as other:
            waiting = other
    said = _written(text, write)
    if waiting is not None:
        raise waiting
    st.toast(said or "Saved", icon=":material/error:" if said else ":material/check:")


def _written(text: str, write: Callable[[str], None]) -> str:
    """Write; return why it could not be, "" when it was."""
    try:
        write(text)
    except WitnessError as error:
        return plain(str(error))
    return ""
