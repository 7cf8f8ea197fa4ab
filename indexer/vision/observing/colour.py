"""Names for the colours of pixels, as people call them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_NEUTRALS = ("black", "grey", "white")
NAMES = (*_NEUTRALS, "red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink", "brown")
_BLACK, _GREY, _WHITE, _RED, _ORANGE, _BROWN = 0, 1, 2, 3, 4, 11
_HUE_ENDS = ((7, _RED), (21, _ORANGE), (33, 5), (82, 6), (96, 7), (128, 8), (155, 9), (172, 10), (180, _RED))
"""Upper ends of the hues on OpenCV's circle of 180, with the colour's index."""


def colour_counts(rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the pixels of each colour of `NAMES`.

    Args:
        rgb: Pixels, shape (n, 3).
    """
    if not len(rgb):
        return np.zeros(len(NAMES), np.int64)
    hsv = cv2.cvtColor(rgb.reshape(1, -1, 3), cv2.COLOR_RGB2HSV)[0].astype(np.int32)
    hue, saturation, value = hsv.T
    edges = [end for end, _ in _HUE_ENDS]
    kinds = np.array([kind for _, kind in _HUE_ENDS])[np.minimum(np.searchsorted(edges, hue), len(edges) - 1)]
    kinds = np.where((kinds == _ORANGE) & (value < 160), _BROWN, kinds)
    kinds = np.where((kinds == _RED) & (value < 110) & (saturation < 140), _BROWN, kinds)
    neutral = np.where(value < 65, _BLACK, np.where(value > 178, _WHITE, _GREY))
    # The darker a pixel, the less its hue means: chroma is saturation times brightness.
    colourless = (saturation < 60) | (saturation * value < 60 * 110) | (value < 45)
    return np.bincount(np.where(colourless, neutral, kinds), minlength=len(NAMES))


def name_colour(counts: NDArray[np.int64]) -> str:
    """Return the colour as people say it, such as "red" or "black and blue"; "" for no pixels.

    A real hue beats black, grey and white, which shadows, edges and reflections add to everything.
    """
    total = int(counts.sum())
    if not total:
        return ""
    shares = counts / total
    hues = shares.copy()
    hues[:3] = 0
    hue = int(np.argmax(hues))
    neutral = int(np.argmax(shares[:3]))
    if hues[hue] >= 0.5 or (hues[hue] >= 0.3 and shares[neutral] < 0.3):
        return NAMES[hue]
    if hues[hue] >= 0.22:
        return f"{NAMES[neutral]} and {NAMES[hue]}"
    if shares[neutral] >= 0.5:
        return NAMES[neutral]
    second = int(np.argsort(shares)[-2])
    if shares[second] >= 0.25:
        return f"{NAMES[int(np.argmax(shares))]} and {NAMES[second]}"
    return NAMES[int(np.argmax(shares))]
