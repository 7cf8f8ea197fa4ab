"""From a decoded frame to RGB as a viewer sees it: scaled, with square pixels, upright, in true colours."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from indexer.media.halving import Halver, plane_rows
from indexer.media.planes import MATRICES, Colours, Planes
from indexer.media.tone import is_hdr, to_sdr


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the stored pictures of a video are shown."""

    stored_width: int
    """Width with square pixels, before the rotation."""
    stored_height: int
    """Height before the rotation."""
    quarter_turns: int
    """Rotations by 90 degrees counter-clockwise that set the picture upright, 0 to 3."""
    mirrored: bool = False
    """Whether left and right are exchanged after that, as phones do with the front camera."""

    @classmethod
    def of(cls, frame: VideoFrame, pixel_aspect: Fraction | None) -> Geometry:
        """Read the geometry from a decoded frame and the stream's pixel aspect (width / height)."""
        aspect = pixel_aspect if pixel_aspect and Fraction(1, 8) <= pixel_aspect <= 8 else Fraction(1)
        turns, mirrored = _orientation(frame)
        return cls(max(1, round(frame.width * aspect)), frame.height, turns, mirrored)

    @property
    def displayed_size(self) -> tuple[int, int]:
        """Width and height as shown."""
        return self._turned(self.stored_width, self.stored_height)

    def fitted_size(self, max_side: int | None) -> tuple[int, int]:
        """Stored width and height, scaled down (never up) so that the longer side is ``max_side``."""
        longer = max(self.stored_width, self.stored_height)
        scale = min(1.0, max_side / longer) if max_side else 1.0
        return max(1, round(self.stored_width * scale)), max(1, round(self.stored_height * scale))

    def upright(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn and mirror a stored picture as it is shown, shape (height, width, 3), contiguous."""
        turned = np.rot90(pixels, self.quarter_turns)
        return np.ascontiguousarray(turned[:, ::-1] if self.mirrored else turned)

    def _turned(self, width: int, height: int) -> tuple[int, int]:
        return (height, width) if self.quarter_turns % 2 else (width, height)


def _orientation(frame: VideoFrame) -> tuple[int, bool]:
    """Read the display matrix: quarter turns counter-clockwise, then whether the result is mirrored."""
    data: Any = frame.side_data.get("DISPLAYMATRIX")
    if data is None or len(bytes(data)) < 36:
        return round(frame.rotation / 90) % 4, False
    # Where the stored picture's way right (a, b) and its way down (c, d) point on the screen, y going down.
    a, b, _, c, d, *_ = (int(value) for value in np.frombuffer(bytes(data), np.int32))
    mirrored = a * d - b * c < 0
    return round(math.atan2(-b, -a if mirrored else a) / (math.pi / 2)) % 4, mirrored


def _pixels(frame: VideoFrame) -> Any:
    return frame.to_ndarray()


_CONSTANT_BT2020 = 10
"""Of ffmpeg's colour spaces; colours come out a little wrong through the matrix that is not constant."""
_HD_WIDTH, _SD_HEIGHT = 1280, 576
_QUARTERED_COLOUR = ("yuv420p", "yuvj420p", "nv12")


@dataclass(frozen=True, slots=True)
class Draft:
    """A frame that is scaled, and not in its final colours yet, nor upright."""

    frame: VideoFrame
    matrix: Colorspace | None = None
    """Of its colours, where the frame does not tell it; None in RGB."""

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""
        return sum(plane.buffer_size for plane in self.frame.planes)


class Painter:
    """Turns decoded frames of one video into RGB arrays of one size."""

    def __init__(self, geometry: Geometry, max_side: int | None) -> None:
        self._size = geometry.fitted_size(max_side)
        self._geometry = geometry
        # Kept, for setting one up costs more than painting a small frame.
        self._scaler, self._colourer = VideoReformatter(), VideoReformatter()
        self._halver = Halver()

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Return the frame's pixels, shape (height, width, 3), contiguous."""
        return self.paint(self.draft(frame))

    def draft(self, frame: VideoFrame) -> Draft:
        """Scale the frame, and leave its colours for `paint`, if they take less memory so."""
        width, height = self._size
        if is_hdr(frame):
            deep = self._scale(frame, width, height, "rgb48le")
            return Draft(VideoFrame.from_ndarray(to_sdr(_pixels(deep), frame.color_trc), format="rgb24"))
        if width <= frame.width and frame.format.name in _QUARTERED_COLOUR:
            # Scaling and converting colours in one go takes a slow general path: two steps halve the time.
            matrix = self._matrix(frame)
            frame = self._halver.halved(frame, width, height)
            near = self._halver.nearly(frame, width, height)
            return Draft(near or self._scale(frame, width, height, "yuv420p", matrix), matrix)
        return Draft(self._scale(frame, width, height, "rgb24"))

    def paint(self, draft: Draft) -> NDArray[np.uint8]:
        """Turn a draft of the same video into its pixels; by any painter of this geometry and size."""
        frame = draft.frame
        if frame.format.name != "rgb24":
            frame = self._colourer.reformat(frame, format="rgb24", src_colorspace=draft.matrix, threads=1)
        return self._geometry.upright(_pixels(frame))

    def unpainted(self, draft: Draft) -> NDArray[np.uint8] | Planes:
        """Return what `indexer.timeline.Frame` takes: the draft's planes, or pixels where it has no such."""
        frame, geometry = draft.frame, self._geometry
        if frame.format.name != "yuv420p":
            return self.paint(draft)
        y, u, v = (np.ascontiguousarray(plane_rows(plane)) for plane in frame.planes)
        colours = Colours(int(draft.matrix or frame.colorspace), int(frame.color_range))
        return Planes((y, u, v), colours, geometry.quarter_turns, geometry.mirrored)

    def _scale(
        self, frame: VideoFrame, width: int, height: int, layout: str, matrix: Colorspace | None = None
    ) -> VideoFrame:
        return self._scaler.reformat(
            frame,
            width=width,
            height=height,
            format=layout,
            src_colorspace=self._matrix(frame),
            dst_colorspace=matrix,
            interpolation=Interpolation.AREA,
            threads=1,
        )

    def _matrix(self, frame: VideoFrame) -> Colorspace | None:
        """Choose the matrix where the file names none that can be had: by the size, as players do."""
        if frame.colorspace in MATRICES or frame.format.is_rgb:
            return None
        if frame.colorspace == _CONSTANT_BT2020:
            return Colorspace.BT2020
        geometry = self._geometry
        large = geometry.stored_width >= _HD_WIDTH or geometry.stored_height > _SD_HEIGHT
        return Colorspace.ITU709 if large else Colorspace.ITU601


_of_thread = threading.local()
"""Holds a colourer for each thread, for none may be shared between two."""


def painted(picture: Planes) -> NDArray[np.uint8]:
    """Turn planes into upright RGB, shape (height, width, 3), contiguous: the same as `Painter.paint`."""
    height, width = picture.planes[0].shape
    frame = VideoFrame(width, height, "yuv420p")
    for plane, pixels in zip(frame.planes, picture.planes, strict=True):
        plane_rows(plane)[:] = pixels
    colours = picture.colours
    frame.colorspace, frame.color_range = colours.matrix, colours.range
    if not hasattr(_of_thread, "colourer"):
        _of_thread.colourer = VideoReformatter()
    rgb = _of_thread.colourer.reformat(frame, format="rgb24", threads=1)
    return Geometry(width, height, picture.quarter_turns, picture.mirrored).upright(_pixels(rgb))
