"""From decoded frames to samples: each is measured, few are kept as pictures."""

from __future__ import annotations

import math

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from indexer.media.change import MEMORY_SECONDS, BlockPicture, ChangeMeter
from indexer.media.miniature import Miniaturist
from indexer.media.pictures import Geometry, Painter
from indexer.media.planes import Planes
from indexer.media.samples import Sample, WalkPlan
from indexer.timeline import Frame

LEAD_SECONDS = MEMORY_SECONDS + 1.0
"""How much earlier a resumed walk begins, so that it measures what an undisturbed one does."""

Pixels = NDArray[np.uint8]


def tick_of(seconds: float, per_second: float) -> int:
    """Return the tick in which a time lies, of a grid that starts at second 0."""
    return math.floor(seconds * per_second + 1e-6)


class KeptGrid:
    """Chooses the frames that are handed over: the first of each tick of a grid that starts at second 0."""

    def __init__(self, per_second: float) -> None:
        self._rate = per_second
        self._tick = -1

    def takes(self, seconds: float) -> bool:
        """Tell whether the frame at ``seconds`` is kept; asked once for each, in the order of time."""
        tick = tick_of(seconds, self._rate)
        taken = tick != self._tick
        self._tick = tick
        return taken


class Sampler:
    """Measures the pictures of one walk, given in the order of time."""

    def __init__(self, plan: WalkPlan) -> None:
        self._plan = plan
        self._meter = ChangeMeter()
        self._kept = KeptGrid(plan.kept_per_second)
        self._miniaturist = Miniaturist()
        self._painter: Painter | None = None

    def sample(self, seconds: float, decoded: VideoFrame, geometry: Geometry) -> Sample:
        """Measure one decoded frame at its time on the one clock."""
        self._painter = self._painter or Painter(geometry, self._plan.max_side)
        change = self._meter.measure(Frame(seconds, self._miniaturist.small(decoded)))
        draft = self._painter.draft(decoded) if self._kept.takes(seconds) else None
        kept = Frame(seconds, self._painter.unpainted(draft)) if draft else None
        return Sample(seconds, change.activity, change.is_cut, kept)

    def measured(self, seconds: float, small: BlockPicture, large: Pixels | Planes | None) -> Sample:
        """Measure a picture that was scaled elsewhere."""
        change = self._meter.measure_small(seconds, small)
        taken = self._kept.takes(seconds) and large is not None
        return Sample(
            seconds,
            change.activity,
            change.is_cut,
            Frame(seconds, large) if taken and large is not None else None,
        )
