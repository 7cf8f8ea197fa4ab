"""Pictures of known colours, as decoders hand them over, for tests of what becomes of the colours."""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

PATCHES = np.array(
    [
        [255, 255, 255],
        [0, 0, 0],
        [128, 128, 128],
        [220, 30, 30],
        [30, 200, 40],
        [40, 60, 210],
        [230, 210, 40],
        [200, 60, 190],
    ]
)
"""Colours of eight upright bars, RGB."""
LUMA = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
SPACES = {"bt601": 6, "bt709": 1, "bt2020": 9, "untold": 2}


def bars(width: int, height: int) -> NDArray[np.float64]:
    """The patches side by side, RGB from 0 to 1."""
    return np.repeat(PATCHES / 255, width // 8, axis=0)[None].repeat(height, axis=0)


def yuv_frame(rgb: NDArray[np.float64], matrix: str, full: bool, bits: int = 8) -> VideoFrame:
    """Convert by the textbook, ITU-R BT.601, BT.709 and BT.2020."""
    red, blue = LUMA[matrix]
    y = rgb @ (red, 1 - red - blue, blue)
    planes = [y, (rgb[..., 2] - y) / (2 - 2 * blue) + 0.5, (rgb[..., 0] - y) / (2 - 2 * red) + 0.5]
    scale = 1 << (bits - 8)
    if full:
        coded = [plane * ((1 << bits) - 1) for plane in planes]
    else:
        coded = [
            planes[0] * 219 * scale + 16 * scale,
            *(plane * 224 * scale + 16 * scale for plane in planes[1:]),
        ]
    coded[1:] = [plane[::2, ::2] for plane in coded[1:]]
    layout, dtype = ("yuv420p", np.uint8) if bits == 8 else ("yuv420p10le", np.uint16)
    packed = np.concatenate(
        [np.clip(np.round(plane), 0, (1 << bits) - 1).astype(dtype).ravel() for plane in coded]
    )
    height, width = y.shape
    frame = VideoFrame(width, height, layout)
    start = 0
    for plane, values in zip(frame.planes, coded, strict=True):
        rows, columns = values.shape
        stride = plane.line_size // packed.itemsize
        buffer = np.zeros((rows, stride), dtype)
        buffer[:, :columns] = packed[start : start + values.size].reshape(rows, columns)
        plane.update(buffer)
        start += values.size
    return frame


def middles(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The colour in the middle of each bar."""
    height, width, _ = pixels.shape
    return pixels[height // 2, [int((bar + 0.5) * width / 8) for bar in range(8)]].astype(int)
