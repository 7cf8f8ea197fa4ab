"""What one person sees of a timeline: its subject, the window that is open on it, and the moment played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from app.timeline.axis import Axis, around, fitted, moved
from app.timeline.lanes import Lane, Piece, lane_of_video, lanes_of_cameras, whole_of
from indexer.library.recordings import Recording
from indexer.timeline import Span


@dataclass(frozen=True, slots=True)
class Subject:
    """What a timeline is of."""

    key: str
    """The same for the same videos, so that a rerun of the page keeps the window."""
    axis: Axis
    lanes: tuple[Lane, ...]
    span: Span
    """All of its axis, from the first recording to the last."""

    def lane_and_piece(self, video_id: str) -> tuple[Lane, Piece] | None:
        """Return where a video is shown; None where it is not."""
        return next(
            (
                (lane, piece)
                for lane in self.lanes
                for piece in lane.pieces
                if piece.recording.video_id == video_id
            ),
            None,
        )


def of_video(recording: Recording) -> Subject:
    """Return the timeline of one video, on its own clock."""
    lane = lane_of_video(recording)
    return Subject(f"video {recording.video_id}", Axis(wall=False), (lane,), whole_of([lane]))


def of_cameras(
    lanes_there: Sequence[Lane], day: date, names: Sequence[str], zone: tzinfo | None
) -> Subject | None:
    """Return the timeline of cameras on a day, on the wall clock; None where none of them recorded then.

    Args:
        lanes_there: The lanes that have footage on the day.
        day: The day.
        names: Names of the lanes to show.
        zone: Zone of the day; None is the machine's.
    """
    lanes = tuple(lane for lane in lanes_there if lane.name in names)
    key = f"{day} {sorted(names)} {sum(len(lane.pieces) for lane in lanes)}"
    return Subject(key, Axis(wall=True, zone=zone), lanes, whole_of(lanes)) if lanes else None


def lanes_on(recordings: Sequence[Recording], day: date, zone: tzinfo | None) -> list[Lane]:
    """Return the lanes that have footage on a day, sorted by name."""
    midnight = _midnight(day, zone)
    return lanes_of_cameras(
        recordings, Span(max(0.0, midnight), max(1.0, _midnight(day + timedelta(1), zone)))
    )


def _midnight(day: date, zone: tzinfo | None) -> float:
    return datetime.combine(day, time(), tzinfo=zone).timestamp()


@dataclass(slots=True)
class View:
    """The window and the moment; changed by what a person does."""

    subject: Subject
    window: Span
    video_id: str = ""
    """The video that was played last."""
    seconds: float = 0.0
    """The second of it."""
    clicks: int = 0
    """How often something was played: each time is played once."""
    drags: int = 0
    """How often a stretch was dragged over: each leaves a chart without a selection behind."""
    told_in_address: tuple[str, float] | None = None
    """The moment that the page's address is known to name, so that another one there is a person's wish."""

    @classmethod
    def of(cls, subject: Subject) -> View:
        """Open a subject wholly."""
        return cls(subject, subject.span)

    @property
    def cursor(self) -> float | None:
        """The time of the axis that was played last."""
        found = self.subject.lane_and_piece(self.video_id)
        return found[1].axis(self.seconds) if found else None

    def play(self, video_id: str, seconds: float) -> None:
        """Play a moment, and have it in the window."""
        self.video_id, self.seconds, self.clicks = video_id, round(seconds, 3), self.clicks + 1
        cursor = self.cursor
        if cursor is not None and not self.window.contains(cursor):
            self.window = around(cursor, self.window.duration_seconds, self.subject.span)

    def play_at(self, at: float, lane: int = 0) -> bool:
        """Play what a lane, or else another one, shows at a time of the axis; tells whether one does."""
        lanes = (self.subject.lanes[lane], *self.subject.lanes)
        piece = next((piece for each in lanes if (piece := each.piece_at(at))), None)
        if piece is not None:
            self.play(piece.recording.video_id, piece.seconds(at))
        return piece is not None

    def zoom(self, length: float | None) -> None:
        """Open a window of a length around the moment, or around the middle; None opens it wholly."""
        whole, cursor = self.subject.span, self.cursor
        if length is None:
            self.window = whole
            return
        inside = cursor is not None and self.window.contains(cursor)
        middle = (self.window.start_seconds + self.window.end_seconds) / 2
        self.window = around(cursor if cursor is not None and inside else middle, length, whole)

    def move(self, share: float) -> None:
        """Go a share of the window on, or back when negative."""
        self.window = moved(self.window, share, self.subject.span)

    def drag(self, first: float, last: float) -> None:
        """Open the stretch between two shares of the window."""
        start, length = self.window.start_seconds, self.window.duration_seconds
        self.window = fitted(Span(start + first * length, start + last * length), self.subject.span)
        self.drags += 1
