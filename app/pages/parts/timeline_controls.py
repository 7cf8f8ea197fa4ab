"""The buttons above the timeline: zoom, earlier and later, from event to event, and to a time."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.pages.parts.text import plain
from app.timeline.axis import zooms
from app.timeline.lanes import placements
from app.timeline.places import read_place
from app.timeline.view import View
from indexer.errors import WitnessError
from indexer.library.activity import event_after, event_before
from indexer.library.catalog import Catalog
from indexer.timeline import Span

_NAMES = {3600.0: "1 h", 600.0: "10 min", 60.0: "1 min", 10.0: "10 s"}
_STEP = 0.5
"""Share of the window that one step goes."""
_PLACE = "timeline-place"
_PROBLEM = "timeline-problem"


def show_controls(view: View, catalog: Catalog) -> None:
    """Show the buttons; each changes the view before the chart is drawn again."""
    whole, window = view.subject.span, view.window
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _button("Whole", "Show all of it", partial(view.zoom, None), disabled=window == whole)
        for length in zooms(whole):
            open_now = abs(window.duration_seconds - length) < 1e-6
            _button(
                _NAMES[length], f"Show {_NAMES[length]} of it", partial(view.zoom, length), disabled=open_now
            )
        at_start, at_end = (
            window.start_seconds <= whole.start_seconds,
            window.end_seconds >= whole.end_seconds,
        )
        _button("", "Earlier", partial(view.move, -_STEP), ":material/chevron_left:", disabled=at_start)
        _button("", "Later", partial(view.move, _STEP), ":material/chevron_right:", disabled=at_end)
        _button("", "Previous event", partial(_event, view, catalog, -1), ":material/skip_previous:")
        _button("", "Next event", partial(_event, view, catalog, 1), ":material/skip_next:")
        st.text_input(
            "Go to",
            key=_PLACE,
            placeholder="14:30:05" if view.subject.axis.wall else "1:23.5",
            on_change=_go,
            args=(view,),
            width=110,
        )
    problem = st.session_state.pop(_PROBLEM, "")
    if problem:
        st.caption(f":orange[{plain(problem)}]")


def _button(
    label: str, name: str, action: partial[None], icon: str | None = None, *, disabled: bool = False
) -> None:
    st.button(
        label or name,
        icon=icon,
        key=f"timeline-{name}",
        help=name if label else None,
        on_click=action,
        disabled=disabled,
    )


def _event(view: View, catalog: Catalog, direction: int) -> None:
    """Play the next event, or the one before; from the moment, or the window's edge before there is one."""
    whole, cursor, window = view.subject.span, view.cursor, view.window
    if cursor is None:
        cursor = window.start_seconds - 0.002 if direction > 0 else window.end_seconds
    placed = placements(view.subject.lanes, whole)
    if direction > 0:
        ahead = cursor < whole.end_seconds
        found = event_after(catalog, placed, Span(max(0.0, cursor), whole.end_seconds)) if ahead else None
    else:
        behind = cursor > whole.start_seconds
        found = event_before(catalog, placed, Span(whole.start_seconds, cursor)) if behind else None
    if found is None or not view.play_at(found.span.start_seconds, found.lane):
        st.session_state[_PROBLEM] = (
            "There is no later event." if direction > 0 else "There is no earlier event."
        )


def _go(view: View) -> None:
    """Play the time that was typed."""
    text = st.session_state.get(_PLACE, "")
    if not text.strip():
        return
    try:
        at = read_place(text, view.subject.axis, view.subject.span)
    except WitnessError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    if not view.play_at(at):
        st.session_state[_PROBLEM] = f"Nothing was recorded at {text.strip()}."
