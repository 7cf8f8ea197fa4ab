"""How many frames of a look are shown to the model, and how large: quality per cost.

A token covers 32×32 pixels of two frames, so 1,000 tokens are 16 frames of 512×256, or 4 of 1024×512.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.timeline import Frame
from indexer.vision.qwen3_vl.packing import FACTOR, PIXELS_PER_TOKEN, TEMPORAL, smart_resize

LEAST_TOKENS = 32
"""Video tokens of a temporal patch below which more frames do not make up for their size: 256×128 pixels."""


@dataclass(frozen=True, slots=True)
class VideoBudget:
    """What one video may cost."""

    max_frames: int
    max_tokens: int
    """Video tokens, over all temporal patches."""

    def __post_init__(self) -> None:
        if self.max_frames < 1 or self.max_tokens < 1:
            raise ValueError(f"a video budget needs at least one frame and one token, got {self}")


def fit(frames: Sequence[Frame], budget: VideoBudget) -> tuple[int, int, int]:
    """Choose the size and number of frames within a budget.

    Frames keep their size as far as the budget allows; then they shrink together; only when they would
    fall under `LEAST_TOKENS` are there fewer of them.

    Args:
        frames: At least one; the first gives the shape.
        budget: What the video may cost.

    Returns:
        Height and width in pixels, multiples of 32, and the number of frames.
    """
    height, width, _ = frames[0].pixels.shape
    own_tokens = max(1, round(height / FACTOR)) * max(1, round(width / FACTOR))
    patches = max(1, budget.max_tokens // min(LEAST_TOKENS, own_tokens))
    count = min(len(frames), budget.max_frames, patches * TEMPORAL)
    padded = count + count % TEMPORAL
    resized = smart_resize(padded, height, width, max_pixels=budget.max_tokens * PIXELS_PER_TOKEN)
    return *_bounded(*resized, budget.max_tokens * TEMPORAL // padded), count


def _bounded(height: int, width: int, tokens: int) -> tuple[int, int]:
    """Shorten the longer side of a very long picture, whose other side cannot shrink below 32."""
    rows, columns = height // FACTOR, width // FACTOR
    if rows * columns <= tokens:
        return height, width
    if rows > columns:
        rows = max(1, tokens // columns)
    else:
        columns = max(1, tokens // rows)
    return rows * FACTOR, columns * FACTOR
