"""The timeline itself: controls, chart, legend, and the moment that was clicked on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.moment_card import CardMoment, moment_card
from app.pages.parts.text import plain
from app.pages.parts.timeline_chart import clicked, dragged, show_chart
from app.pages.parts.timeline_controls import show_controls
from app.pages.parts.timeline_play import play_moment
from app.timeline.facts import Cited, Facts, Whole, placed_citations, read_facts, whole_of_facts
from app.timeline.lanes import placements
from app.timeline.marks import Pen, short
from app.timeline.picture import draw
from app.timeline.rows import Scene, kind_colour
from app.timeline.view import Subject, View
from indexer.errors import WitnessError
from indexer.library.activity import noted
from indexer.timeline import Span

if TYPE_CHECKING:
    from app.state import AppState
    from indexer.library.catalog import Catalog

_VIEW, _WHOLE = "timeline-view", "timeline-whole"
_MOMENT_SECONDS = (0.0, 1.0, 2.0, 4.0)
"""Frames that are shown of a moment, counted from it."""


def show_timeline(state: AppState, subject: Subject, cited: Iterable[Cited] = ()) -> None:
    """Show a timeline; what a person does to it redraws it alone, not the whole page."""
    st.fragment(_show)(state, _view_of(subject), list(cited))


def _view_of(subject: Subject) -> View:
    """Return the person's view of a subject; another one begins with all of it, at the address's second."""
    view = st.session_state.get(_VIEW)
    if isinstance(view, View) and view.subject.key == subject.key:
        view.subject = subject
    else:
        drags = view.drags + 1 if isinstance(view, View) else 0  # another chart, without its selection
        view = st.session_state[_VIEW] = View(subject, subject.span, drags=drags)
    in_address = (st.query_params.get("video", ""), _seconds_in_address())
    video_id, seconds = in_address
    told = view.told_in_address if view.clicks else None
    if seconds is not None and in_address != told and subject.lane_and_piece(video_id):
        view.play(video_id, seconds)  # else a button or a click has gone on from what stands in the address
        view.told_in_address = (video_id, seconds)
    return view


def _seconds_in_address() -> float | None:
    try:
        return max(0.0, min(float(st.query_params["at"]), 1e9))
    except (KeyError, ValueError):
        return None


def _show(state: AppState, view: View, cited: list[Cited]) -> None:
    catalog, axis = state.library.catalog, view.subject.axis
    facts, whole = _facts_of(catalog, view, cited)
    show_controls(view, catalog)
    st.caption(plain(axis.told(view.window)))
    scene = Scene(axis, view.subject.lanes, whole, facts, Pen(axis, view.window), view.cursor)
    key = f"timeline-chart-{view.drags}"
    show_chart(draw(scene), key=key, alt=describe(view, facts), on_select=lambda: _selected(view, key))
    st.markdown(legend(whole, facts, cameras=axis.wall))
    _show_moment(state, view)


def _facts_of(catalog: Catalog, view: View, cited: list[Cited]) -> tuple[Facts, Whole]:
    """Return what is known inside the window, and what stays the same while a person zooms."""
    lanes, span, window = view.subject.lanes, view.subject.span, view.window
    facts, whole = _all_of(catalog, view.subject)
    notes = noted(catalog, placements(lanes, span), span)  # a person may have written one just now
    if window != span:
        facts = read_facts(catalog, lanes, window)
    marked = replace(facts, noted=notes, cited=placed_citations(cited, lanes, window))
    return marked, replace(whole, has_notes=bool(notes))


def _all_of(catalog: Catalog, subject: Subject) -> tuple[Facts, Whole]:
    """Return the same for all of the axis, read once for each state of the library."""
    wanted = (subject.key, catalog.generation)
    kept = st.session_state.get(_WHOLE)
    if kept is None or kept[0] != wanted:
        facts = read_facts(catalog, subject.lanes, subject.span)
        kept = st.session_state[_WHOLE] = (wanted, facts, whole_of_facts(facts))
    _, facts, whole = kept
    return facts, whole


def _selected(view: View, key: str) -> None:
    """Zoom into what was dragged over, or play what was clicked on; a drag ends with a click, too."""
    stretch, moment = dragged(key), clicked(key)
    if stretch is not None:
        view.drag(*stretch)
    elif moment is not None:
        view.play(*moment)


def describe(view: View, facts: Facts) -> str:
    """Say what the chart shows, for those who cannot see it."""
    names = ", ".join(lane.name for lane in view.subject.lanes)
    events = sum(event.count for event in facts.happened)
    unseen = f", {len(facts.unseen)} stretches not seen" if facts.unseen else ""
    return (
        f"Timeline of {names}, {view.subject.axis.told(view.window)}: activity, "
        f"{sum(each.count for each in facts.looked)} segments, {events} events{unseen}. "
        "The buttons above lead from event to event and to any time."
    )


def legend(whole: Whole, facts: Facts, *, cameras: bool) -> str:
    """Say as Markdown which colour means what; the rows of a single video bear their names."""
    names = whole.kinds.names
    kinds = [(kind_colour(names, name)[0], name) for name in names] if cameras else []
    others = [
        ("red", "not seen") if facts.unseen else None,
        ("yellow", "note") if cameras and facts.noted else None,
        ("primary", "cited in the answer") if cameras and facts.cited else None,
    ]
    shown = [*kinds, *filter(None, others)]
    badges = " ".join(f":{colour}-badge[{plain(name)}]" for colour, name in shown)
    return f"{badges} :small[:gray[Click to play, drag over a stretch to zoom in.]]".strip()


def _show_moment(state: AppState, view: View) -> None:
    found = view.subject.lane_and_piece(view.video_id)
    if found is None:
        play_moment(view.video_id, view.seconds, 0)
        return
    video, seconds = found[1].recording, view.seconds
    st.query_params["video"], st.query_params["at"] = view.video_id, f"{seconds:.3f}"
    view.told_in_address = (view.video_id, seconds)
    wanted = [seconds + step for step in _MOMENT_SECONDS if seconds + step < video.duration_seconds - 0.05]
    frames = _displayed(state, view.video_id, wanted or [seconds])
    end = max(min(seconds + _MOMENT_SECONDS[-1], video.duration_seconds), seconds + 0.04)
    told = [
        segment.caption.summary
        for segment in state.library.segments(view.video_id, Span(seconds, seconds + 0.001))
        if segment.caption
    ]
    moment = CardMoment(
        video_id=view.video_id,
        span=Span(seconds, end),
        frame_seconds=frames,
        text=short(" ".join(told)),
    )
    moment_card(state, moment, key="timeline-moment")
    play_moment(view.video_id, moment.frame_seconds[0], view.clicks)


def _displayed(state: AppState, video_id: str, wanted: Sequence[float]) -> tuple[float, ...]:
    """Return the times of the frames that are displayed then: a click falls between two of them."""
    found = []
    for seconds in wanted:
        try:
            around = state.library.frame_times(video_id, seconds)
        except WitnessError:  # the file is gone: the strip says so
            return tuple(wanted)
        found.append(max((time for time in around if time <= seconds + 1e-6), default=seconds))
    return tuple(dict.fromkeys(found))
