"""How fast things move between the kept frames of a segment, and where that is sudden."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.timeline import Frame

_WIDTH = 160
"""Width in pixels at which optical flow is measured: half a millisecond for two frames."""
_QUICKEST = 0.05
"""Share of the picture whose speed counts: a person is a small part of it."""
_LEAST_SPEED = 0.1
"""Picture heights a second. In the clips of falls, the fall itself moves at 0.2 to 0.8."""
_SUDDEN = 1.5
"""A peak is this many times faster than the movement around it."""

Speeds = NDArray[np.float64]


def speeds(frames: Sequence[Frame]) -> Speeds:
    """Measure how fast the quickest part of the picture moves up to each frame, in picture heights a second.

    The movement of the whole picture, as of a camera that pans, is taken out. The first frame has 0.
    """
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    measured = [0.0]
    for (first, before), (second, after) in pairwise((frame, _grey(frame)) for frame in frames):
        field = np.asarray(flow.calc(before, after, np.zeros((*before.shape, 2), np.float32)))
        lengths = np.linalg.norm(field - np.median(field.reshape(-1, 2), axis=0), axis=2).ravel()
        count = max(1, round(lengths.size * _QUICKEST))
        quickest = float(np.partition(lengths, -count)[-count:].mean())
        seconds = max(second.pts_seconds - first.pts_seconds, 1e-3)
        measured.append(quickest / before.shape[0] / seconds)
    return np.asarray(measured[: len(frames)])


def suddenness(measured: Speeds, moving: NDArray[np.bool_]) -> Speeds:
    """Say of each frame how sudden its movement is, 0 to 1: 1 at the peak, 0 where it moves as usual.

    Args:
        measured: What `speeds` returns.
        moving: Frames at which something is going on; the others do not count.
    """
    nowhere = np.zeros_like(measured)
    if moving.sum() < 3:
        return nowhere
    smooth = np.convolve(np.pad(np.where(moving, measured, 0.0), 1, mode="edge"), np.ones(3) / 3, "valid")
    usual, peak = float(np.median(smooth[moving])), float(smooth[moving].max())
    if peak < max(_LEAST_SPEED, _SUDDEN * usual):
        return nowhere
    return np.where(moving, np.clip((smooth - usual) / (peak - usual), 0.0, 1.0), 0.0)


def _grey(frame: Frame) -> NDArray[np.uint8]:
    width, height = frame.size
    size = (_WIDTH, max(16, round(height * _WIDTH / width)))
    pixels = frame.pixels if frame.unpainted is None else frame.unpainted.rgb(2 * max(size))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
