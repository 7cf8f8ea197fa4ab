"""What of a look's frames is sent to a server: how many pictures, how large, as JPEGs."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from math import sqrt

import cv2
import numpy as np

from indexer.media.images import encode_jpeg
from indexer.timeline import Frame
from indexer.vision.thinning import thin

PIXELS_PER_TOKEN = 32 * 32
"""Pixels of one picture that Qwen3-VL reads as one token; a server may have another model, with its own."""
LEAST_TOKENS = 32
"""Tokens of a picture below which more pictures do not make up for their size: 256×128 pixels."""


def thin_to(frames: Sequence[Frame], max_tokens: int, max_frames: int | None = None) -> tuple[Frame, ...]:
    """Return the frames that are sent: all, or fewer, spread evenly, where each would become too small.

    Args:
        frames: At least one, in the order of time.
        max_tokens: Most vision tokens of all pictures together.
        max_frames: Most pictures that the server was found to take; None where it took what it was sent.
    """
    own_tokens = max(1, max(map(_pixels, frames)) // PIXELS_PER_TOKEN)
    most = max(1, max_tokens // min(LEAST_TOKENS, own_tokens))
    return thin(frames, min(most, max_frames or most))


def picture_urls(frames: Sequence[Frame], *, max_tokens: int, max_side: int, quality: int) -> list[str]:
    """Return frames as data URLs of JPEGs; they shrink together where they would cost too much.

    Args:
        frames: Those of `thin_to`.
        max_tokens: Most vision tokens of all pictures together; rounding may add one in twenty.
        max_side: Longer side that no picture exceeds, in pixels.
        quality: Of the JPEGs, 1 to 100.
    """
    share = sqrt(max_tokens * PIXELS_PER_TOKEN / sum(map(_pixels, frames)))
    jpegs = (encode_jpeg(_scaled(frame, share, max_side), quality) for frame in frames)
    return ["data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii") for jpeg in jpegs]


def _pixels(frame: Frame) -> int:
    height, width, _ = frame.pixels.shape
    return int(height * width)


def _scaled(frame: Frame, share: float, max_side: int) -> Frame:
    height, width, _ = frame.pixels.shape
    scale = min(share, max_side / max(height, width))
    if scale >= 1:
        return frame
    size = max(1, round(width * scale)), max(1, round(height * scale))
    pixels = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
    return Frame(frame.pts_seconds, np.asarray(pixels, np.uint8))
