"""From a decoded frame to RGB pixels as a viewer sees them: scaled, with square pixels, upright."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the stored pictures of a video are shown."""

    stored_width: int
    """Width with square pixels, before the rotation."""
    stored_height: int
    """Height before the rotation."""
    quarter_turns: int
    """Rotations by 90 degrees counter-clockwise that set the picture upright, 0 to 3."""

    @classmethod
    def of(cls, frame: VideoFrame, pixel_aspect: Fraction | None) -> Geometry:
        """Read the geometry from a decoded frame and the stream's pixel aspect (width / height)."""
        aspect = pixel_aspect if pixel_aspect and Fraction(1, 8) <= pixel_aspect <= 8 else Fraction(1)
        return cls(max(1, round(frame.width * aspect)), frame.height, round(frame.rotation / 90) % 4)

    @property
    def displayed_size(self) -> tuple[int, int]:
        """Width and height as shown."""
        return self._turned(self.stored_width, self.stored_height)

    def fitted_size(self, max_side: int | None) -> tuple[int, int]:
        """Stored width and height, scaled down (never up) so that the longer side is ``max_side``."""
        longer = max(self.stored_width, self.stored_height)
        scale = min(1.0, max_side / longer) if max_side else 1.0
        return max(1, round(self.stored_width * scale)), max(1, round(self.stored_height * scale))

    def _turned(self, width: int, height: int) -> tuple[int, int]:
        return (height, width) if self.quarter_turns % 2 else (width, height)


_QUARTERED_COLOUR = ("yuv420p", "yuvj420p", "nv12")


class Painter:
    """Turns decoded frames of one video into RGB arrays of one size."""

    def __init__(self, geometry: Geometry, max_side: int | None) -> None:
        self._size = geometry.fitted_size(max_side)
        self._turns = geometry.quarter_turns
        # Kept, for setting one up costs more than painting a small frame.
        self._scaler, self._colourer = VideoReformatter(), VideoReformatter()

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Return the frame's pixels, shape (height, width, 3), contiguous."""
        width, height = self._size
        if width < frame.width and frame.format.name in _QUARTERED_COLOUR:
            # Scaling and converting colours in one go takes a slow general path: two steps halve the time.
            frame = self._scale(frame, width, height, "yuv422p")
            painted = self._colourer.reformat(frame, format="rgb24", threads=1)
        else:
            painted = self._scale(frame, width, height, "rgb24")
        return np.ascontiguousarray(np.rot90(painted.to_ndarray(), self._turns))

    def _scale(self, frame: VideoFrame, width: int, height: int, layout: str) -> VideoFrame:
        return self._scaler.reformat(
            frame, width=width, height=height, format=layout, interpolation=Interpolation.AREA, threads=1
        )
