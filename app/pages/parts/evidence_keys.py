"""The page's keys, and the list of them: ``n``, ``p``, ``k``, ``,``, ``.``, ``/`` and ``?``."""

from __future__ import annotations

import functools
import html
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).parent
KEYS = {
    "n": "Next moment: plays it",
    "p": "Previous moment",
    "k": "Play or pause",
    ",": "One frame back",
    ".": "One frame forward",
    "/": "Write a question",
    "?": "Show or hide this list",
}


def keyboard(turn: str = "") -> None:
    """Let the page be used by keys; shows a button that lists them.

    Args:
        turn: Names the last turn, and whether it is answered: at each new name the turn is brought into view
            once. "" for none.
    """
    _component()(key="keyboard", data={"turn": turn})


@functools.cache
def _component() -> ComponentRenderer:
    rows = "".join(f"<dt><kbd>{html.escape(key)}</kbd></dt><dd>{said}</dd>" for key, said in KEYS.items())
    return st.components.v2.component(
        "witness_keys",
        html=(
            '<div class="keys"><button type="button" class="open">Keyboard</button>'
            f'<dialog aria-labelledby="keys-title"><h2 id="keys-title">Keyboard</h2><dl>{rows}</dl>'
            '<button type="button" class="close">Close</button></dialog></div>'
        ),
        css=(_FOLDER / "evidence_keys.css").read_text(),
        js="\n".join((_FOLDER / f"{name}.js").read_text() for name in ("evidence_keys", "evidence_view")),
    )
