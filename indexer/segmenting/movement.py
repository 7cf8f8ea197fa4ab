"""When something is going on in a video, judged from a walk's samples."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from indexer.media.change import changed_share, comparable, small_picture
from indexer.media.samples import Sample
from indexer.timeline import Frame

_CLEAR = 0.003
"""Activity that is movement by itself. Still stretches of real clips measure 0 at almost every sample."""
_FAINT = 0.0004
"""Activity of a small or distant thing; movement when it comes twice within `_AGAIN_SECONDS`."""
_AGAIN_SECONDS = 0.5

_LIGHT_SECONDS = 1.0
"""Light that changes within this time is something that happens; slower, it is the time of day."""
_LIGHT_RATIO = 1.25
_LIGHT_OFFSET = 6.0
"""Grey levels added before taking a ratio, so that noise in the dark is no change of light."""

_SLOW_SECONDS = 2.0
"""What creeps changes too little within an eighth of a second; it is compared over this time too."""
_SLOW = 0.004
"""Share of the picture that changes over that time. Trees, noise and compression stay below 0.0035."""


class MovementMeter:
    """Tells since when something has been going on. One per segment: it knows nothing of what was before.

    That makes a segment the same whether the walk came to it or was begun there.
    """

    def __init__(self, start_seconds: float) -> None:
        self._measured_seconds = start_seconds
        self._faint_since: tuple[float, float] | None = None
        self._lights: deque[tuple[float, float]] = deque()
        self._slow: tuple[float, NDArray[np.float32]] | None = None

    def measure(self, sample: Sample) -> float | None:
        """Return the second since which something is going on at a sample, None when nothing is."""
        begun = [self._by_activity(sample)]
        if sample.frame is not None:
            small = small_picture(sample.frame)
            begun.append(self._by_light(sample.frame, small))
            if any(each is not None for each in begun):
                self._slow = None  # what moves quickly is no slow movement afterwards
            else:
                begun.append(self._slowly(sample.frame, small))
        elif begun[0] is not None:
            self._slow = None
        return min((each for each in begun if each is not None), default=None)

    def _by_activity(self, sample: Sample) -> float | None:
        if sample.activity is None:
            return None
        since, self._measured_seconds = self._measured_seconds, sample.pts_seconds
        if sample.activity >= _CLEAR:
            return since
        if sample.activity < _FAINT:
            return None
        before, self._faint_since = self._faint_since, (since, sample.pts_seconds)
        if before is not None and sample.pts_seconds - before[1] <= _AGAIN_SECONDS:
            return before[0]
        return None

    def _by_light(self, frame: Frame, small: NDArray[np.uint8]) -> float | None:
        """Compare with the picture a second ago; where pictures lie further apart, with the one before."""
        now, lights = frame.pts_seconds, self._lights
        lights.append((now, math.log(float(small.mean()) + _LIGHT_OFFSET)))
        while len(lights) > 2 and now - lights[0][0] > _LIGHT_SECONDS:
            lights.popleft()
        changed = abs(lights[-1][1] - lights[0][1]) > math.log(_LIGHT_RATIO)
        return lights[0][0] if changed else None

    def _slowly(self, frame: Frame, small: NDArray[np.uint8]) -> float | None:
        if self._slow is not None and frame.pts_seconds - self._slow[0] < _SLOW_SECONDS:
            return None
        before, self._slow = self._slow, (frame.pts_seconds, comparable(small))
        if before is None or frame.pts_seconds - before[0] > 2 * _SLOW_SECONDS:
            return None  # samples that far apart have been compared with each other by the walk
        return before[0] if changed_share(before[1], self._slow[1]) >= _SLOW else None
