"""Pictures as video stores them: half the bytes of RGB, and most are never looked at in colour."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
MATRICES = (1, 4, 5, 6, 7, 9)
"""BT.709, FCC, BT.601 under two names, SMPTE 240M, BT.2020: those that ffmpeg's scaler knows."""
RANGES = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Colours:
    """What the numbers in the planes mean, in ffmpeg's codes, which are those of ITU-T H.273."""

    matrix: int
    """One of `MATRICES`."""
    range: int
    """One of `RANGES`: not told, brightness from 16 to 235, from 0 to 255."""


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """A scaled picture in yuv420p, as stored: not upright yet. An `indexer.timeline.Unpainted`."""

    planes: tuple[Plane, Plane, Plane]
    """Brightness, shape (height, width); then two of colour, half as high and wide, rounded up."""
    colours: Colours
    quarter_turns: int = 0
    """Rotations by 90 degrees counter-clockwise that set it upright, 0 to 3."""
    mirrored: bool = False
    """Whether left and right are exchanged after that."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as shown."""
        height, width = self.planes[0].shape
        return (height, width) if self.quarter_turns % 2 else (width, height)

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""
        return sum(plane.nbytes for plane in self.planes)

    def rgb(self, max_side: int | None = None) -> NDArray[np.uint8]:
        """Return it upright, shape (height, width, 3), its longer side scaled down to ``max_side``."""
        from indexer.media.pictures import painted  # ffmpeg's libraries, which many a process never needs

        longer = max(self.size)
        if max_side is None or longer <= max_side:
            return painted(self)
        width, height = (max(2, round(side * max_side / longer)) for side in self.planes[0].shape[::-1])
        return painted(replace(self, planes=_scaled(self.planes, width, height)))


def colour_side(side: int) -> int:
    """Return the width or height of the planes of colour, from that of the brightness."""
    return (side + 1) // 2


def _scaled(planes: tuple[Plane, Plane, Plane], width: int, height: int) -> tuple[Plane, Plane, Plane]:
    size, half = (width, height), (colour_side(width), colour_side(height))
    y, u, v = (
        np.asarray(cv2.resize(plane, wanted, interpolation=cv2.INTER_AREA), np.uint8)
        for plane, wanted in zip(planes, (size, half, half), strict=True)
    )
    return y, u, v
