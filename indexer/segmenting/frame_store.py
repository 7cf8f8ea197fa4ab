"""Keeps some of a segment's frames, without knowing how long the segment will be."""

from __future__ import annotations

import math

from indexer.timeline import Frame


class FrameStore:
    """Keeps frames at a rate, but never more than ``limit``, whatever the segment's length.

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

    def __len__(self) -> int:
        return len(self._frames)

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
