"""The timeline's chart: Vega-Lite over marks that the server has worked out.

The specification never changes for a number of rows; zooming only hands it other data. Vega's expressions run
in its interpreter (Streamlit sees to that), so the page's policy against `eval` stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from app.timeline.marks import Mark
from app.timeline.picture import Picture

CLICKED, DRAGGED = "clicked", "dragged"
"""Names of what a person can do with the pointer: click on a moment, drag over a stretch."""

_PLACE_FIELDS = ("x", "x2", "y", "y2")
_MOMENT_FIELDS = (*_PLACE_FIELDS, "title", "text", "frame", "video", "at")
_NARROW = "width < 500"
_GUTTER = {"expr": f"{_NARROW} ? 66 : 112"}
"""Pixels on the left in which the rows' names stand."""
_TOOLTIP = [
    {"field": "title", "title": "title"},
    {"field": "frame", "title": "image"},
    {"field": "text", "title": "shows"},
]
"""Vega's tooltip writes `title` as its heading and shows the picture at the address that `image` holds."""
_PAPER = {"expr": "background"}
"""The page's own background: Streamlit draws the chart anew with it when the colour scheme changes."""
_INK = {"expr": "luminance(background) > 0.4 ? '#31333f' : '#fafafa'"}
_TEXT = {"type": "text", "fontSize": 11, "color": _INK}
_Colour = dict[str, str]
"""An expression that gives a colour."""


def show_chart(picture: Picture, *, key: str, alt: str, on_select: Callable[[], None]) -> None:
    """Draw a timeline; a click or a drag calls back.

    Args:
        picture: What to draw.
        key: Where the selection is found in the session's state; another key is another chart.
        alt: What the chart shows, for those who cannot see it.
        on_select: Called after a click on a mark or a drag over a stretch.
    """
    st.vega_lite_chart(
        None,
        {**_specification(picture.height), "datasets": _datasets(picture)},
        key=key,
        alt=alt,
        width="stretch",
        on_select=on_select,
        selection_mode=[CLICKED, DRAGGED],
    )


def clicked(key: str) -> tuple[str, float] | None:
    """Return the video and the second that were clicked on in a chart; None where nothing was."""
    found = _selection(key).get(CLICKED) or []
    if not found or not found[0].get("video"):
        return None
    return str(found[0]["video"]), float(found[0]["at"])


def dragged(key: str) -> tuple[float, float] | None:
    """Return the shares of the window between which the pointer was dragged; None where it was not."""
    bounds = _selection(key).get(DRAGGED, {}).get("x")
    if not bounds:
        return None
    first, last = sorted(min(1.0, max(0.0, float(bound))) for bound in bounds)
    return (first, last) if last > first else None


def _selection(key: str) -> dict[str, Any]:
    return dict(st.session_state.get(key, {}).get("selection", {}))


def _datasets(picture: Picture) -> dict[str, Any]:
    ticks, cursor = picture.ticks, picture.cursor
    return {
        "backs": _columns(picture.backs, (*_PLACE_FIELDS, "colour")),
        "slots": _columns(picture.slots, _MOMENT_FIELDS),
        "marks": _columns(picture.marks, (*_PLACE_FIELDS, "colour")),
        "touched": _columns(picture.touched, _MOMENT_FIELDS),
        "labels": {"y": [each.y for each in picture.labels], "text": [each.text for each in picture.labels]},
        "ticks": {"x": [x for x, _ in ticks], "text": [text for _, text in ticks]},
        "cursor": {"x": [cursor] if cursor is not None else []},
    }


def _columns(marks: Sequence[Mark], fields: Sequence[str]) -> dict[str, list[Any]]:
    rows = [asdict(mark) for mark in marks]
    return {field: [row[field] for row in rows] for field in fields}


def _specification(height: float) -> dict[str, Any]:
    rectangle = {"x": _x("x"), "x2": {"field": "x2"}, "y": _y("y", height), "y2": {"field": "y2"}}
    coloured = {**rectangle, "color": {"field": "colour", "type": "nominal", "scale": None}}
    halo = {"stroke": _PAPER, "strokeWidth": 3, "strokeJoin": "round"}
    ticks = {"x": _x("x"), "y": {"value": height - 6}, "text": {"field": "text"}}
    labels = {"x": {"value": 0}, "y": _y("y", height), "text": {"field": "text"}}
    cursor = {"x": _x("x"), "y": {"value": 0}, "y2": {"value": height - 22}}
    return {
        "height": height,
        "padding": {"left": 0, "right": 4, "top": 4, "bottom": 0},
        "config": {"view": {"stroke": None}},
        "layer": [
            {"data": {"name": "backs"}, "mark": "rect", "encoding": coloured},
            {"data": {"name": "ticks"}, "mark": {"type": "rule", "color": _INK, "opacity": 0.12},
             "encoding": {"x": _x("x"), "y": {"value": 0}, "y2": {"value": height - 22}}},
            {"data": {"name": "slots"}, "mark": {"type": "rect", "opacity": 0.001, "cursor": "pointer"},
             "params": _parameters(), "encoding": {**rectangle, "tooltip": _TOOLTIP[:2]}},
            {"data": {"name": "marks"}, "mark": "rect", "encoding": coloured},
            {"data": {"name": "touched"}, "mark": {"type": "rect", "opacity": 0.001, "cursor": "pointer"},
             "encoding": {**rectangle, "tooltip": _TOOLTIP}},
            {"data": {"name": "ticks"}, "mark": {**_tick(), **halo}, "encoding": ticks},
            {"data": {"name": "ticks"}, "mark": _tick(), "encoding": ticks},
            {"data": {"name": "labels"}, "mark": {**_label(), **halo}, "encoding": labels},
            {"data": {"name": "labels"}, "mark": _label(), "encoding": labels},
            {"data": {"name": "cursor"}, "mark": _rule(_PAPER, 3.5), "encoding": cursor},
            {"data": {"name": "cursor"}, "mark": _rule(_INK, 1.5), "encoding": cursor},
        ],
    }  # fmt: skip


def _parameters() -> list[dict[str, Any]]:
    return [
        {
            "name": CLICKED,
            "select": {"type": "point", "on": "click", "fields": ["video", "at"], "toggle": False},
        },
        {
            "name": DRAGGED,
            "select": {"type": "interval", "encodings": ["x"], "zoom": False, "translate": False},
        },
    ]


def _label() -> dict[str, Any]:
    limit = {"expr": f"{_NARROW} ? 62 : 106"}
    return {**_TEXT, "align": "left", "baseline": "middle", "limit": limit}


def _tick() -> dict[str, Any]:
    return {**_TEXT, "baseline": "bottom"}


def _rule(colour: _Colour, width: float) -> dict[str, Any]:
    return {"type": "rule", "color": colour, "strokeWidth": width}


def _x(field: str) -> dict[str, Any]:
    scale = {"domain": [0, 1], "nice": False, "zero": False, "range": [_GUTTER, {"expr": "width"}]}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _y(field: str, height: float) -> dict[str, Any]:
    scale = {"domain": [height, 0], "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}
