"""Frames made small for measuring, with what can only be measured at full size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.timeline import Frame

WORKING_SIDE = 320
"""Longer side at which movement is measured, in pixels."""
_THUMB = (48, 27)
_NOISE_EDGE = 5
"""Edges no stronger than this are sensor noise."""

Grey = NDArray[np.uint8]
Thumb = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One frame at working size."""

    seconds: float
    """Presentation time, absolute."""
    colour: NDArray[np.uint8]
    """RGB, shape (height, width, 3), longer side at most `WORKING_SIDE`."""
    thumb: Thumb
    """Grey levels on a coarse grid, shape (27, 48)."""
    edges: Thumb
    """Strength of the finest edges of the full-size frame on the same grid, without those of noise."""
    outlines: float
    """Mean strength of the edges at working size, which compression leaves alone."""

    @property
    def brightness(self) -> float:
        """Mean grey level as a share of white, 0 to 1."""
        return float(self.thumb.mean()) / 255

    @property
    def sharpness(self) -> float:
        """Mean strength of the finest edges, relative to brightness."""
        return float(self.edges.mean()) / (float(self.thumb.mean()) + 8)

    @property
    def spread(self) -> float:
        """Grey levels between the darkest and the brightest tenth of the picture."""
        low, high = np.percentile(self.thumb, (10, 90))
        return float(high - low)

    @property
    def extent(self) -> float:
        """Grey levels between the darkest and the brightest hundredth of the picture."""
        low, high = np.percentile(self.thumb, (1, 99))
        return float(high - low)


def make_pictures(frames: Sequence[Frame]) -> list[Picture]:
    """Scale frames down to one common working size, that of the first."""
    height, width = frames[0].pixels.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    return [_make_picture(frame, size) for frame in frames]


def _make_picture(frame: Frame, size: tuple[int, int]) -> Picture:
    grey = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY)
    colour = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
    thumb = cv2.resize(grey, _THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)
    fine = np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (3, 3), 0), cv2.CV_16S))
    edges = cv2.resize(np.maximum(fine - _NOISE_EDGE, 0), _THUMB, interpolation=cv2.INTER_AREA)
    coarse = np.abs(cv2.Laplacian(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), cv2.CV_16S))
    outlines = float(np.maximum(coarse - _NOISE_EDGE, 0).mean())
    return Picture(frame.pts_seconds, colour.astype(np.uint8), thumb, edges.astype(np.float32), outlines)


def likeness(first: Thumb, second: Thumb) -> float:
    """Tell how alike two pictures are in structure, whatever their brightness: correlation, -1 to 1.

    The brightest and darkest hundredths are held back, so that a burned-in clock does not decide. A picture
    without structure is like nothing: 0.
    """
    a, b = (np.clip(thumb, *np.percentile(thumb, (4, 96))) for thumb in (first, second))
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 1e-3 * a.size else 0.0
