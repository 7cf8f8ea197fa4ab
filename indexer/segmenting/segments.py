"""Cut a walk into segments: at cuts, else at a length limit; no gap and no overlap from start to end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.segmenting.change import ChangeMeter
from indexer.timeline import Frame, Span
from indexer.vision.model import FrameBudget

_SHORTEST_SECONDS = 0.5
"""A cut this soon after a border starts no new segment, so that flashing lights do not shred a video."""

_KEPT_PER_SECOND = 8.0
_LEAST_KEPT = 96
"""More frames are kept than most models are shown, so that those few can be chosen evenly at the end."""


@dataclass(frozen=True, slots=True)
class WalkedSegment:
    """A segment as it leaves the walk: its span, how much moved, and frames to look at."""

    span: Span
    activity: float
    """Mean share of the picture that changes within an eighth of a second, 0 to 1."""
    starts_with_cut: bool
    frames: tuple[Frame, ...]
    """In the order of time; empty where nothing could be decoded."""


class FrameStore:
    """Keeps a segment's frames at a rate, but never more than ``limit``, whatever the segment's length.

    When it is full, every other frame is dropped and from then on only every second, fourth … one is kept,
    so memory is bounded without knowing the segment's end and the frames stay evenly spread.
    """

    def __init__(self, frames_per_second: float, limit: int) -> None:
        self._rate = frames_per_second
        self._limit = max(2, limit)
        self._frames: list[Frame] = []
        self._last_tick = -1
        self._stride = 1
        self._seen = 0

    def add(self, frame: Frame) -> None:
        """Offer the next frame."""
        tick = math.floor(frame.pts_seconds * self._rate + 1e-6)
        if tick == self._last_tick:
            return
        self._last_tick = tick
        if self._seen % self._stride == 0:
            if len(self._frames) >= self._limit:
                self._frames = self._frames[::2]
                self._stride *= 2
            if self._seen % self._stride == 0:
                self._frames.append(frame)
        self._seen += 1

    def frames(self) -> tuple[Frame, ...]:
        """Return what was kept."""
        return tuple(self._frames)


def cut_into_segments(
    frames: Iterable[Frame],
    *,
    start_seconds: float,
    end_seconds: float,
    longest_seconds: float,
    budget: FrameBudget,
) -> Iterator[WalkedSegment]:
    """Group the frames of a walk into segments, each given out as soon as it is complete.

    Args:
        frames: Samples in the order of time, all at or after ``start_seconds``.
        start_seconds: Start of the first segment; the end of the last finished one when work goes on.
        end_seconds: End of the last segment: the video's end.
        longest_seconds: Length limit of a segment.
        budget: What the model wants; somewhat more frames of a segment are kept, to choose evenly from.
    """

    def limit(start: float) -> float:
        # The last stretch is halved rather than leave a sliver that is too short to show anything.
        left = end_seconds - start
        return start + (left / 2 if longest_seconds < left < longest_seconds * 1.2 else longest_seconds)

    meter = ChangeMeter()
    open_segment = _OpenSegment(start_seconds, False, budget)
    for frame in frames:
        while frame.pts_seconds >= (border := limit(open_segment.start_seconds)):
            yield open_segment.close(border)
            open_segment = _OpenSegment(border, False, budget)
            meter.begin_segment()
        change = meter.measure(frame)
        if change.is_cut and frame.pts_seconds >= open_segment.start_seconds + _SHORTEST_SECONDS:
            yield open_segment.close(frame.pts_seconds)
            open_segment = _OpenSegment(frame.pts_seconds, True, budget)
        open_segment.add(frame, change.activity)
    while end_seconds > (border := limit(open_segment.start_seconds)):
        yield open_segment.close(border)
        open_segment = _OpenSegment(border, False, budget)
    if end_seconds > open_segment.start_seconds:
        yield open_segment.close(end_seconds)


class _OpenSegment:
    """The segment that the walk is in."""

    def __init__(self, start_seconds: float, starts_with_cut: bool, budget: FrameBudget) -> None:
        self.start_seconds = start_seconds
        self._starts_with_cut = starts_with_cut
        self._store = FrameStore(
            max(budget.frames_per_second, _KEPT_PER_SECOND), max(2 * budget.max_frames, _LEAST_KEPT)
        )
        self._activity = 0.0
        self._samples = 0

    def add(self, frame: Frame, activity: float | None) -> None:
        self._store.add(frame)
        if activity is not None:
            self._activity += activity
            self._samples += 1

    def close(self, end_seconds: float) -> WalkedSegment:
        return WalkedSegment(
            span=Span(self.start_seconds, end_seconds),
            activity=self._activity / self._samples if self._samples else 0.0,
            starts_with_cut=self._starts_with_cut,
            frames=self._store.frames(),
        )
