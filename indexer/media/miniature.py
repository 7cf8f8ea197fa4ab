"""The small pictures that a walk measures, read straight from the decoder's planes."""

from __future__ import annotations

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from indexer.media.change import SMALL_SIDE
from indexer.media.halving import plane_rows
from indexer.media.pictures import Geometry, Painter

_PLANAR = ("yuv420p", "yuvj420p")
_LEAST_REDUCTION = 2
"""Smaller pictures are scaled the ordinary way."""
_ENOUGH_ROWS = 2
"""Rows that are averaged for one of a strongly reduced picture; reading fewer halves the time and more."""
_FULL_RANGE = 2
"""ffmpeg's code for luma from 0 to 255."""


class Miniaturist:
    """Makes small RGB pictures of one video's frames, as stored: neither rotated nor with square pixels."""

    def __init__(self) -> None:
        self._painter: tuple[tuple[int, int], Painter] | None = None
        levels = np.arange(256, dtype=np.float32)
        self._luma = np.clip((levels - 16) * 255 / 219, 0, 255).round().astype(np.uint8)
        self._chroma = np.clip((levels - 128) * 255 / 224 + 128, 0, 255).round().astype(np.uint8)

    def small(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Return the frame's picture, shape (height, width, 3), the longer side at most `SMALL_SIDE`."""
        longer = max(frame.width, frame.height)
        if frame.format.name not in _PLANAR or min(frame.width, frame.height) < _LEAST_REDUCTION * SMALL_SIDE:
            return self._paint(frame)
        factor = -(-longer // SMALL_SIDE)
        size = (frame.width // factor, frame.height // factor)
        luma, *chroma = (plane_rows(plane) for plane in frame.planes[:3])
        # Whole factors take a fast path; what does not divide is left out at the right and at the bottom.
        luma = luma[: size[1] * factor : _row_step(factor), : size[0] * factor]
        if luma.shape[0] == 2 * size[1] and factor % 2 == 0:  # a half is much faster than any other part
            half = (luma.shape[1] // 2, size[1])
            luma = np.asarray(cv2.resize(luma, half, interpolation=cv2.INTER_AREA), np.uint8)
        y = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
        u, v = (
            np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.uint8) for plane in chroma
        )
        if frame.format.name == "yuv420p" and frame.color_range != _FULL_RANGE:
            y, u, v = (_mapped(*pair) for pair in ((y, self._luma), (u, self._chroma), (v, self._chroma)))
        return np.asarray(cv2.cvtColor(cv2.merge((y, v, u)), cv2.COLOR_YCrCb2RGB), np.uint8)

    def _paint(self, frame: VideoFrame) -> NDArray[np.uint8]:
        size = (frame.width, frame.height)
        if self._painter is None or self._painter[0] != size:
            self._painter = size, Painter(Geometry(*size, 0), SMALL_SIDE)
        return self._painter[1].rgb(frame)


def _mapped(plane: NDArray[np.uint8], levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.LUT(plane, levels), np.uint8)


def _row_step(factor: int) -> int:
    """Choose how many rows apart those are that are read: a divisor of the factor."""
    return max(step for step in range(1, factor // _ENOUGH_ROWS + 1) if factor % step == 0)
