"""A timeline as marks in one window of its axis: all that the chart draws, with nothing left to work out."""

from __future__ import annotations

from dataclasses import dataclass

from app.timeline.marks import Mark, slots
from app.timeline.rows import Drawn, Label, Scene, camera_rows, lane_edges, video_rows

_FOOT = 26.0
"""Height of the axis, in pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The marks, and the rest of the chart."""

    height: float
    """Of the rows and the axis, in pixels."""
    backs: list[Mark]
    """Where there is footage."""
    slots: list[Mark]
    """Invisible: they show the frame and take the click wherever no mark lies above them."""
    marks: list[Mark]
    touched: list[Mark]
    """Invisible, over the marks: they show the frame and take the click of each part of a long one."""
    labels: list[Label]
    ticks: list[tuple[float, str]]
    """Share of the window, and what stands beneath it."""
    cursor: float | None
    """Share of the window that was played last; None where it lies outside."""


def draw(scene: Scene) -> Picture:
    """Draw one video in rows by what is told of it, or several cameras in a row each."""
    drawn: Drawn = camera_rows(scene) if scene.axis.wall else video_rows(scene)
    pen, cursor = scene.pen, scene.cursor
    return Picture(
        height=drawn.height + _FOOT,
        backs=drawn.backs,
        slots=[
            mark
            for number, lane in enumerate(scene.lanes)
            for mark in slots(pen, lane, lane_edges(scene, number, drawn.height), scene.slots)
        ],
        marks=drawn.marks,
        touched=drawn.touched,
        labels=drawn.labels,
        ticks=[(pen.share(tick.at), tick.label) for tick in scene.axis.ticks(pen.window)],
        cursor=pen.share(cursor) if cursor is not None and pen.window.contains(cursor) else None,
    )
