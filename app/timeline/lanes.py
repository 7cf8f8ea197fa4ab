"""The rows of a timeline: one video, or the recordings of several cameras, each where it lies on the axis."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from indexer.library.activity import Placement
from indexer.library.recordings import Recording
from indexer.timeline import Span, merge_spans

_SMALLEST_GAP_SHARE = 0.001
_LAST_FRAME_SECONDS = 0.04
"""So long before its end a video still shows a frame."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One recording, placed on the axis."""

    recording: Recording
    begins: float
    """Where its second 0 lies."""
    rate: float = 1.0
    """Seconds of the axis in a second of the video."""

    @property
    def span(self) -> Span:
        """The part of the axis that it covers."""
        return Span(self.begins, self.begins + self.recording.duration_seconds * self.rate)

    def seconds(self, at: float) -> float:
        """Return the second of the video at a time of the axis, kept inside the video."""
        last = max(0.0, self.recording.duration_seconds - _LAST_FRAME_SECONDS)
        return min(max(0.0, (at - self.begins) / self.rate), last)

    def axis(self, seconds: float) -> float:
        """Return the time of the axis at a second of the video."""
        return self.begins + seconds * self.rate


@dataclass(frozen=True, slots=True)
class Lane:
    """One row: a camera, or a single video."""

    name: str
    pieces: tuple[Piece, ...]
    """In the order of time."""

    def recorded(self, window: Span) -> list[Span]:
        """Return the parts of a window that there is footage of; gaps too small to be seen are closed."""
        spans = (piece.span for piece in self.pieces if piece.span.intersect(window))
        return merge_spans(spans, window.duration_seconds * _SMALLEST_GAP_SHARE)

    def piece_at(self, at: float) -> Piece | None:
        """Return the recording that shows a time; None in a gap. Of two that overlap the later one."""
        index = bisect_right(self.pieces, at, key=lambda piece: piece.begins)
        near = reversed(self.pieces[max(0, index - 3) : index])
        return next((piece for piece in near if piece.span.contains(at)), None)


def lane_of_video(recording: Recording) -> Lane:
    """Return the row of a single video, on its own clock."""
    return Lane(recording.name, (Piece(recording, 0.0),))


def lanes_of_cameras(recordings: Iterable[Recording], within: Span) -> list[Lane]:
    """Return a row for each camera, on the wall clock, sorted by name.

    Args:
        recordings: Recordings whose start is known; one without a camera has a row of its own.
        within: Leave out what lies outside of this part of the axis.
    """
    rows: dict[str, list[Piece]] = defaultdict(list)
    for recording in recordings:
        piece = _on_wall_clock(recording)
        if piece is not None and piece.span.intersect(within):
            rows[lane_name(recording)].append(piece)
    return [
        Lane(name, tuple(sorted(pieces, key=lambda piece: piece.begins)))
        for name, pieces in sorted(rows.items(), key=lambda row: row[0].casefold())
    ]


def lane_name(recording: Recording) -> str:
    """Return the name of the row in which a recording is shown."""
    return recording.camera or recording.name


def placements(lanes: Sequence[Lane], window: Span) -> list[Placement]:
    """Return where the videos lie that are seen in a window, for the catalog."""
    return [
        Placement(piece.recording.video_id, number, piece.begins, piece.rate)
        for number, lane in enumerate(lanes)
        for piece in lane.pieces
        if piece.span.intersect(window)
    ]


def whole_of(lanes: Sequence[Lane]) -> Span:
    """Return the part of the axis from the first to the last recording."""
    pieces = [piece.span for lane in lanes for piece in lane.pieces]
    return Span(min(each.start_seconds for each in pieces), max(each.end_seconds for each in pieces))


def days_of(recordings: Iterable[Recording], zone: tzinfo | None) -> list[date]:
    """Return the days on which a recording began, in a zone (None: the machine's), the latest first."""
    starts = (recording.start.starts_at for recording in recordings if recording.start)
    return sorted({start.astimezone(zone).date() for start in starts}, reverse=True)


def _on_wall_clock(recording: Recording) -> Piece | None:
    if recording.start is None:
        return None
    return Piece(recording, recording.start.starts_at.timestamp(), recording.start.rate)
