"""Qwen3-VL's form of a video: frames to patches, seconds to marks, without torchvision.

The library's own video processor needs torchvision, which does not load beside a CPU build of torch. What
it does is small and fully specified, so it stands here, and golden tensors made by that processor hold this
file to it: sizes, pixel values, the order of the patches, the marks, the tokens.

A *temporal patch* is two frames. The model sees ``<12.3 seconds>`` before each, and the time is the mean
of the two. Times come from the frames' own PTS, so they are absolute and right on variable frame rates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from indexer.errors import VisionError
from indexer.timeline import Frame, Span
from indexer.vision.marks import mark

PATCH = 16
"""Side of a patch in pixels."""
MERGE = 2
"""Patches that are merged into one token, along each side."""
TEMPORAL = 2
"""Frames in a temporal patch."""
FACTOR = PATCH * MERGE
"""Side of what one token covers, in pixels: frames are resized to multiples of it."""
PIXELS_PER_TOKEN = TEMPORAL * FACTOR * FACTOR

VISION_START, VIDEO_PAD, VISION_END = "<|vision_start|>", "<|video_pad|>", "<|vision_end|>"
VIDEO_SLOT = VISION_START + VIDEO_PAD + VISION_END
"""What the chat template writes in the place of a video."""

_LEAST_PIXELS = 4096
"""``shortest_edge`` of the released video processor: pixels of the whole video."""
_WIDEST_RATIO = 200


@dataclass(frozen=True, slots=True)
class VideoLayout:
    """What a video is in the prompt: known before a pixel is touched."""

    grid: tuple[int, int, int]
    """Patches in time, height and width, before merging."""
    marks: tuple[str, ...]
    """Seconds of each temporal patch, as the model reads them: "12.3"."""

    @property
    def tokens_per_mark(self) -> int:
        """Video tokens of one temporal patch."""
        return self.grid[1] * self.grid[2] // MERGE**2

    @property
    def tokens(self) -> int:
        """Video tokens in all."""
        return self.grid[0] * self.tokens_per_mark

    def text(self) -> str:
        """Return what takes the place of `VIDEO_SLOT` in the prompt.

        The markers stand around each temporal patch only. That is the form that Qwen3-VL was trained on and
        that transformers 4.57.1, the release of the model, wrote; 5.23 leaves the template's own pair of
        markers in place as well and so wraps the whole video once more.
        """
        patch = VISION_START + VIDEO_PAD * self.tokens_per_mark + VISION_END
        return "".join(f"<{seconds} seconds>{patch}" for seconds in self.marks)


def lay_out(frames: Sequence[Frame], height: int, width: int, *, span: Span | None = None) -> VideoLayout:
    """Lay frames out at a size that `smart_resize` or `budget.fit` chose.

    Args:
        frames: At least one, in the order of time. The last one is repeated when their number is odd.
        height: Multiple of 32 pixels.
        width: Multiple of 32 pixels.
        span: The stretch that the frames stand for; see `marks_of`.
    """
    marks = marks_of(frames, span)
    return VideoLayout((len(marks), height // PATCH, width // PATCH), marks)


def pack(frames: Sequence[Frame], layout: VideoLayout) -> torch.Tensor:
    """Resize frames and cut them into patches in the model's order.

    Args:
        frames: Those that the layout was made for; their sizes may differ.
        layout: Made by `lay_out`.

    Returns:
        uint8, shape (time * height * width of the grid, 3 * 2 * 16 * 16). They become numbers by
        `pixel_values` on the device that needs them, at a quarter of the bytes to move.
    """
    _, rows, columns = layout.grid
    pictures = [_resize(frame.pixels, rows * PATCH, columns * PATCH) for frame in _paired(frames)]
    return _patches(torch.stack(pictures), layout.grid)


def pixel_values(patches: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Bring uint8 patches to [-1, 1], as the released mean and deviation of 0.5 do."""
    return ((patches.to(torch.float32) - 127.5) / 127.5).to(dtype)


def smart_resize(frames: int, height: int, width: int, *, max_pixels: int) -> tuple[int, int]:
    """Return the height and width, in multiples of 32, that the library's processor resizes to.

    From transformers' ``qwen3_vl/video_processing_qwen3_vl.py``, with the released settings.

    Args:
        frames: Their number, even.
        height: Of the source, in pixels.
        width: Of the source, in pixels.
        max_pixels: Of all frames together.

    Raises:
        VisionError: The picture is over 200 times as long as it is wide.
    """
    if min(height, width) < FACTOR:
        scale = max(FACTOR / height, FACTOR / width)
        height, width = int(height * scale), int(width * scale)
    if max(height, width) > _WIDEST_RATIO * min(height, width):
        raise VisionError(
            f"a picture of {width}x{height} cannot be shown to Qwen3-VL: one side is over {_WIDEST_RATIO} "
            "times the other. Crop the video"
        )
    rounded = round(height / FACTOR) * FACTOR, round(width / FACTOR) * FACTOR
    pixels = frames * rounded[0] * rounded[1]
    if pixels > max_pixels:
        beta = math.sqrt(frames * height * width / max_pixels)
        return (
            max(FACTOR, math.floor(height / beta / FACTOR) * FACTOR),
            max(FACTOR, math.floor(width / beta / FACTOR) * FACTOR),
        )
    if pixels < _LEAST_PIXELS:
        beta = math.sqrt(_LEAST_PIXELS / (frames * height * width))
        return math.ceil(height * beta / FACTOR) * FACTOR, math.ceil(width * beta / FACTOR) * FACTOR
    return rounded


def marks_of(frames: Sequence[Frame], span: Span | None = None) -> tuple[str, ...]:
    """Return the seconds of each temporal patch as the model reads them: those of `indexer.vision.marks`."""
    pairs = _paired(frames)
    means = [
        (first.pts_seconds + last.pts_seconds) / 2
        for first, last in zip(pairs[::TEMPORAL], pairs[1::TEMPORAL], strict=True)
    ]
    return tuple(mark(mean, span) for mean in means)


def _paired(frames: Sequence[Frame]) -> list[Frame]:
    return [*frames, *frames[-1:]] if len(frames) % TEMPORAL else list(frames)


def _resize(pixels: NDArray[np.uint8], height: int, width: int) -> torch.Tensor:
    """Resize one RGB picture to uint8 (3, height, width).

    The library calls torchvision, which for uint8 calls this very function; OpenCV's bicubic has another
    kernel and no antialiasing.
    """
    picture = torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None]
    if picture.shape[2:] == (height, width):
        return picture[0]
    return torch.nn.functional.interpolate(picture, (height, width), mode="bicubic", antialias=True)[0]


def _patches(video: torch.Tensor, grid: tuple[int, int, int]) -> torch.Tensor:
    """Cut (frames, 3, height, width) into patches; those that are merged into a token lie side by side."""
    time, rows, columns = grid
    blocks = video.reshape(
        time, TEMPORAL, 3, rows // MERGE, MERGE, PATCH, columns // MERGE, MERGE, PATCH
    ).permute(0, 3, 6, 4, 7, 2, 1, 5, 8)
    return blocks.reshape(time * rows * columns, 3 * TEMPORAL * PATCH * PATCH)
