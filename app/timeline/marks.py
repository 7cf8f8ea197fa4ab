"""The marks of a timeline's chart: rectangles in shares of the window and in pixels, each with its moment."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from app.media_routes import frame_url
from app.timeline.axis import Axis
from app.timeline.lanes import Lane, Piece
from app.wall_clock import clock_at, told_span, told_time
from indexer.timeline import Span

PREVIEW_SIDE = 320
"""Longer side of the picture that stands beside the pointer, in pixels."""
NARROWEST_SHARE = 0.002
"""A mark is at least this share of the window wide, else nobody could see or hit it."""

_LONGEST_TEXT = 160

Edges = tuple[float, float]
"""Upper and lower edge, in pixels from the top."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One rectangle, and the moment that a click on it plays."""

    x: float
    """Left edge, as a share of the window from 0 to 1."""
    x2: float
    y: float
    """Upper edge, in pixels from the top."""
    y2: float
    colour: str
    title: str
    """When: the first line beside the pointer."""
    text: str
    """What: the second."""
    frame: str
    """Address of its picture, "" where there is none."""
    video: str
    """Id of the video that a click plays, "" where there is none."""
    at: float
    """The second of the video that a click plays."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws marks in one window of an axis."""

    axis: Axis
    window: Span

    def share(self, at: float) -> float:
        """Return where in the window a time lies: 0 at its start, 1 at its end."""
        return (at - self.window.start_seconds) / self.window.duration_seconds

    def mark(
        self, lane: Lane, span: Span, edges: Edges, colour: str, text: str = "", at: float | None = None
    ) -> Mark | None:
        """Return the mark of a stretch of a lane; None where it lies outside of the window.

        Args:
            lane: The lane.
            span: The stretch, on the axis.
            edges: Upper and lower edge, in pixels.
            colour: As CSS writes it.
            text: What to say of it.
            at: The time whose frame is shown and that a click plays; by default the stretch's start.
        """
        seen = span.intersect(self.window)
        if seen is None:
            return None
        x, x2 = self.share(seen.start_seconds), self.share(seen.end_seconds)
        wide = max(x2, x + NARROWEST_SHARE)
        x, x2 = (x, wide) if wide <= 1 else (1 - (wide - x), 1.0)
        shown = span.start_seconds if at is None else at
        piece = lane.piece_at(shown) or lane.piece_at(seen.start_seconds)
        title = self._title(lane, piece, span, at)
        frame, video, seconds = _moment(piece, shown)
        return Mark(x, x2, *edges, colour, title, short(text), frame, video, seconds)

    def _title(self, lane: Lane, piece: Piece | None, span: Span, at: float | None) -> str:
        """Say when a mark is in the clock of the axis, and in the other one where that is known."""
        first = span.start_seconds if at is None else at
        seconds = piece.seconds(first) if piece else 0.0
        start = piece.recording.start if piece else None
        if self.axis.wall:
            told = self.told(span) if at is None else self.axis.time(at)
            if start and at is not None:
                told = f"{clock_at(start, seconds).astimezone(self.axis.zone):%H:%M:%S}"
            return f"{lane.name} {told}" + (f" ({told_time(seconds)})" if piece else "")
        told = told_time(at) if at is not None else self.told(span)
        return told + (f" ({clock_at(start, seconds):%H:%M:%S})" if start else "")

    def told(self, span: Span) -> str:
        """Say a stretch in the clock of the axis, without its date."""
        return self.axis.told(span).partition(" ")[2] if self.axis.wall else told_span(span)


def _moment(piece: Piece | None, at: float) -> tuple[str, str, float]:
    """Return a mark's last three values: the picture's address, the video, the second."""
    if piece is None:
        return "", "", 0.0
    seconds, video = round(piece.seconds(at), 3), piece.recording.video_id
    return frame_url(video, seconds, PREVIEW_SIDE) if piece.recording.has_file else "", video, seconds


def slots(pen: Pen, lane: Lane, edges: Edges, count: int) -> list[Mark]:
    """Return invisible marks side by side over all that was recorded: what the pointer finds everywhere.

    Args:
        pen: Draws them.
        lane: The lane.
        edges: Upper and lower edge, in pixels.
        count: How many there are in a window that is covered wholly.
    """
    width = pen.window.duration_seconds / count
    starts = [pen.window.start_seconds + width * number for number in range(count)]
    marks = (
        pen.mark(lane, Span(start, start + width), edges, "#000", at=start + width / 2)
        for start in starts
        if lane.piece_at(start + width / 2) is not None
    )
    return [mark for mark in marks if mark is not None]


def touches(pen: Pen, lane: Lane, span: Span, edges: Edges, text: str, count: int) -> list[Mark]:
    """Return invisible marks over a stretch that is told of, so that the pointer finds each part's own frame.

    Args:
        pen: Draws them.
        lane: The lane.
        span: The stretch, on the axis.
        edges: Upper and lower edge, in pixels.
        text: What to say of the stretch.
        count: How many of them a stretch has that fills the window; a narrow one has one.
    """
    seen = span.intersect(pen.window)
    if seen is None:
        return []
    parts = max(
        1, math.ceil(pen.share(seen.end_seconds) * count - pen.share(seen.start_seconds) * count - 1e-6)
    )
    if parts == 1 and seen.start_seconds == span.start_seconds:
        whole = pen.mark(lane, span, edges, "#000", text)
        return [whole] if whole else []
    width = seen.duration_seconds / parts
    starts = (seen.start_seconds + width * number for number in range(parts))
    marks = (pen.mark(lane, Span(start, start + width), edges, "#000", text, at=start) for start in starts)
    return [replace(mark, title=f"{mark.title}, in {pen.told(span)}") for mark in marks if mark is not None]


def short(text: str) -> str:
    """Return a text on one line, cut where it is too long to stand beside the pointer."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1].rstrip() + "…"
