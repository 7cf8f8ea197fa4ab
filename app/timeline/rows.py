"""The rows of a timeline's picture: of one video by what is told of it, of several cameras one each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from app.timeline.axis import Axis
from app.timeline.facts import Facts, Whole
from app.timeline.kinds import OTHER
from app.timeline.lanes import Lane
from app.timeline.marks import Edges, Mark, Pen, touches
from indexer.library.activity import Happened, Looked, Stretch
from indexer.timeline import Span

RECORDED, ACTIVITY, LOOKED, STILL, UNSEEN = "#94a3b826", "#0f9f91", "#94a3b8", "#94a3b866", "#ff4b4b"
CITED, NOTED = "#14b8a6", "#faca2b"
KIND_COLOURS = {"blue": "#1c83e1", "orange": "#ff8700", "green": "#21c354", "violet": "#803df5"}
"""By the names that Streamlit's badges have for them, so that the legend has the same."""
OTHER_COLOUR = ("gray", "#8b909c")

_GAP = 6.0
_ACTIVITY_HEIGHT, _STRIP_HEIGHT, _KIND_HEIGHT = 72.0, 14.0, 16.0
_LANE_HEIGHT = 62.0
_IN_LANE = {"told": (0.0, 7.0), "events": (9.0, 22.0), "activity": (24.0, 52.0), "strip": (54.0, 62.0)}
_SMALLEST_TOP = 0.02
"""Activity that fills its row, at least: where hardly anything moves, the noise must not look busy."""
_SLOTS, _FEWEST_SLOTS = 120, 48
"""Of one lane."""
_MOST_SLOTS = 960
_BETWEEN_SEGMENTS = 0.0015
"""Share of the window that is left free after a segment, so that it is told from the next."""

_S = TypeVar("_S", bound=Stretch)


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a row, and where its middle is."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture is made of."""

    axis: Axis
    lanes: Sequence[Lane]
    whole: Whole
    facts: Facts
    pen: Pen
    """Draws in the window that is shown."""
    cursor: float | None = None
    """The time of the axis that was played last."""

    @property
    def slots(self) -> int:
        """How many moments of a lane the pointer tells apart across the window."""
        return min(_SLOTS, max(_FEWEST_SLOTS, _MOST_SLOTS // len(self.lanes)))


@dataclass(slots=True)
class Drawn:
    """Rows that were drawn beneath each other so far."""

    scene: Scene
    labels: list[Label] = field(default_factory=list)
    backs: list[Mark] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    touched: list[Mark] = field(default_factory=list)
    """Over the marks: what the pointer finds there."""
    height: float = 0.0

    def row(self, lane: int, name: str, height: float) -> Edges:
        """Begin a row, with its name and what was recorded as its background; return its edges."""
        edges = (self.height, self.height + height)
        self.labels.append(Label(sum(edges) / 2, name))
        spans = self.scene.lanes[lane].recorded(self.scene.pen.window)
        self._draw(self.backs, (Stretch(lane, span, 1, "") for span in spans), edges, RECORDED)
        self.height += height + _GAP
        return edges

    def stretches(self, stretches: Iterable[Stretch], edges: Edges, colour: str, told: str = "") -> None:
        """Draw stretches in one colour; ``told`` says what they are where one stands for several."""
        self._draw(self.marks, stretches, edges, colour, told)

    def activity(self, segments: Iterable[Looked], edges: Edges) -> None:
        """Draw bars, by the square root, so that a little movement is still seen beside a lot."""
        top = max(self.scene.whole.busiest, _SMALLEST_TOP)
        for each in segments:
            height = (edges[1] - edges[0]) * math.sqrt(min(1.0, each.activity / top))
            self.stretches([each], (edges[1] - max(height, 1.0), edges[1]), ACTIVITY, "segments")

    def segments(self, segments: Iterable[Looked], edges: Edges) -> None:
        """Draw the segments' strip, still ones faint; those that are too small to be told apart as one."""
        for each in _joined(segments):
            before = len(self.marks)
            self.stretches([each], edges, STILL if each.still else LOOKED, "segments")
            self.marks[before:] = [
                replace(mark, x2=max(mark.x2 - _BETWEEN_SEGMENTS, (mark.x + mark.x2) / 2))
                for mark in self.marks[before:]
            ]

    def unseen(self, stretches: Iterable[Stretch], edges: Edges) -> None:
        """Draw what nobody could look at."""
        self.stretches((replace(each, text=f"not seen: {each.text}") for each in stretches), edges, UNSEEN)

    def events(self, events: Iterable[Happened], edges: Edges) -> None:
        """Draw events in the colours of their kinds."""
        kinds = self.scene.whole.kinds
        for event in events:
            kind = kinds.of(event)
            self.stretches([event], edges, kind_colour(kinds.names, kind)[1], f"events: {kind}")

    def _draw(
        self, marks: list[Mark], stretches: Iterable[Stretch], edges: Edges, colour: str, told: str = ""
    ) -> None:
        for each in stretches:
            text = each.text or (f"{each.count} {told}" if told else "")
            lane, pen = self.scene.lanes[each.lane], self.scene.pen
            mark = pen.mark(lane, each.span, edges, colour, text)
            if mark is not None:
                marks.append(mark)
            if marks is self.marks:
                self.touched += touches(pen, lane, each.span, edges, text, self.scene.slots)


def video_rows(scene: Scene) -> Drawn:
    """Draw activity, segments, each kind of event, what is cited and what is noted beneath each other."""
    facts, kinds, drawn = scene.facts, scene.whole.kinds, Drawn(scene)
    drawn.activity(facts.looked, drawn.row(0, "activity", _ACTIVITY_HEIGHT))
    strip = drawn.row(0, "segments", _STRIP_HEIGHT)
    drawn.segments(facts.looked, strip)
    drawn.unseen(facts.unseen, strip)
    for kind in kinds.names:
        events = (event for event in facts.happened if kinds.of(event) == kind)
        drawn.events(events, drawn.row(0, kind, _KIND_HEIGHT))
    if facts.cited:
        drawn.stretches(facts.cited, drawn.row(0, "cited", _KIND_HEIGHT), CITED)
    if scene.whole.has_notes:
        drawn.stretches(facts.noted, drawn.row(0, "notes", _KIND_HEIGHT), NOTED)
    return drawn


def camera_rows(scene: Scene) -> Drawn:
    """Draw each camera's activity, with what is told of it above and its segments beneath."""
    facts, drawn = scene.facts, Drawn(scene)
    for number, lane in enumerate(scene.lanes):
        top, _ = drawn.row(number, lane.name, _LANE_HEIGHT)
        told, events, activity, strip = ((top + first, top + last) for first, last in _IN_LANE.values())
        segments = _of(number, facts.looked)
        drawn.activity(segments, activity)
        drawn.segments(segments, strip)
        drawn.unseen(_of(number, facts.unseen), (activity[0], strip[1]))
        drawn.events(_of(number, facts.happened), events)
        drawn.stretches(_of(number, facts.noted), told, NOTED)
        drawn.stretches(_of(number, facts.cited), told, CITED)
    return drawn


def lane_edges(scene: Scene, number: int, height: float) -> Edges:
    """Return the upper and lower edge of all that belongs to a lane.

    Args:
        scene: What is drawn.
        number: Of the lane.
        height: Of all rows together, in pixels.
    """
    if not scene.axis.wall:
        return 0.0, height
    top = number * (_LANE_HEIGHT + _GAP)
    return top, top + _LANE_HEIGHT


def kind_colour(names: Sequence[str], kind: str) -> tuple[str, str]:
    """Return a kind's colour, as badges and as CSS name it."""
    if kind == OTHER or kind not in names:
        return OTHER_COLOUR
    return list(KIND_COLOURS.items())[names.index(kind) % len(KIND_COLOURS)]


def _joined(segments: Iterable[Looked]) -> list[Looked]:
    """Join neighbours of one kind that stand for several segments each."""
    joined: list[Looked] = []
    for each in segments:
        last = joined[-1] if joined else None
        if (
            last is not None
            and min(last.count, each.count) > 1
            and last.still == each.still
            and each.span.start_seconds <= last.span.end_seconds + last.span.duration_seconds / last.count
        ):
            span = Span(last.span.start_seconds, max(last.span.end_seconds, each.span.end_seconds))
            joined[-1] = replace(last, span=span, count=last.count + each.count)
        else:
            joined.append(each)
    return joined


def _of(number: int, stretches: Sequence[_S]) -> list[_S]:
    return [each for each in stretches if each.lane == number]
