"""How much a frame of the walk differs from those before it: activity, and whether the scene was cut.

Both measures first take a global change of brightness out, so that lights going out or a camera adjusting
its exposure count neither as movement everywhere nor as a cut.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.timeline import Frame

_WIDTH = 192
"""Width in pixels at which pictures are compared."""
_ACTIVITY_SECONDS = 0.12
"""Activity compares pictures this far apart: from one frame to the next, slow movement hides in the noise."""
_NOISE_LEVELS = 14
"""Grey levels by which a pixel must change; sensor noise and compression stay below after smoothing."""

_GRID = (12, 6)
"""Blocks across and down that are compared to find cuts."""
_BLOCK = (16, 12)
"""Width and height of a block in pixels, after scaling the picture down."""
_FLAT_LEVELS = 4.0
"""Standard deviation in grey levels under which a block shows no structure to compare."""
_SAME_STRUCTURE = 0.5
"""Correlation under which a block no longer shows the same thing."""
_SAME_COLOUR = 12.0
"""Levels by which a block's mean colour must change too; a shaken camera changes structure alone."""
_LEAST_STRUCTURED = 0.6
"""A picture with fewer structured blocks than this is judged as if it had them: a car that fills an empty
road is no cut."""
_CUT_SHARE = 0.35
"""Share of blocks replaced at once. Measured on real clips: cuts 0.38 to 0.79 (0.38 to 0.46 where half of
the picture is a static overlay); people and cars passing a fixed camera up to 0.31."""
_LOUD = 3.0
"""A cut replaces this many times more blocks than the samples just before it."""
_RECENT_SAMPLES = 4


@dataclass(frozen=True, slots=True)
class Change:
    """What changed before a sample."""

    activity: float | None
    """Share of the picture that changed beyond noise since the last measurement, 0 to 1; None in between."""
    is_cut: bool


class ChangeMeter:
    """Compares each frame of a walk with its predecessor; keeps small pictures, never full frames."""

    def __init__(self) -> None:
        self._previous: tuple[float, NDArray[np.float32]] | None = None
        self._reference: NDArray[np.float32] | None = None
        self._recent_shares: deque[float] = deque(maxlen=_RECENT_SAMPLES)

    def measure(self, frame: Frame) -> Change:
        """Compare ``frame`` with those before it; the first one has nothing to be compared with."""
        height = max(2, round(frame.pixels.shape[0] * _WIDTH / frame.pixels.shape[1]))
        small = cv2.resize(frame.pixels, (_WIDTH, height), interpolation=cv2.INTER_AREA)
        grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (3, 3), 0).astype(np.float32)
        is_cut = self._is_cut(_blocks(np.asarray(small, np.uint8)))
        if is_cut:
            self.begin_segment()  # the difference to the scene before is no movement in this one
        return Change(activity=self._activity(frame.pts_seconds, grey), is_cut=is_cut)

    def begin_segment(self) -> None:
        """Measure activity anew from the next frame on.

        A segment's activity then depends on its own frames alone, and is the same whether the walk came to
        it or was begun there.
        """
        self._previous = None

    def _activity(self, seconds: float, grey: NDArray[np.float32]) -> float | None:
        if self._previous is None:
            self._previous = (seconds, grey)
            return None
        before, picture = self._previous
        if seconds - before < _ACTIVITY_SECONDS:
            return None
        self._previous = (seconds, grey)
        return _changed_share(picture, grey)

    def _is_cut(self, blocks: NDArray[np.float32]) -> bool:
        if float(blocks.std(axis=1).max()) < _FLAT_LEVELS:
            return False  # black or covered: compare across it, with the last picture that showed something
        reference, self._reference = self._reference, blocks
        if reference is None:
            return False
        share = _replaced_share(reference, blocks)
        usual = float(np.mean(self._recent_shares)) if self._recent_shares else 0.0
        self._recent_shares.append(share)
        return share > _CUT_SHARE and share > _LOUD * usual


def _blocks(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the picture as a grid of small blocks, shape (blocks, pixels of a block, 3)."""
    columns, rows = _GRID
    width, height = _BLOCK
    small = cv2.resize(pixels, (columns * width, rows * height), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (3, 3), 0).astype(np.float32)
    grid = smooth.reshape(rows, height, columns, width, 3).transpose(0, 2, 1, 3, 4)
    return np.asarray(grid.reshape(rows * columns, height * width, 3), dtype=np.float32)


def _replaced_share(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """Return the share of blocks that show another structure in another colour, 0 to 1."""
    grey_before, grey_after = before.mean(axis=2), after.mean(axis=2)
    contrast_before, contrast_after = grey_before.std(axis=1), grey_after.std(axis=1)
    product = (grey_before - grey_before.mean(axis=1, keepdims=True)) * (
        grey_after - grey_after.mean(axis=1, keepdims=True)
    )
    correlation = product.mean(axis=1) / np.maximum(contrast_before * contrast_after, 1e-3)
    structured = np.maximum(contrast_before, contrast_after) > _FLAT_LEVELS
    recoloured = np.abs(before.mean(axis=1) - after.mean(axis=1)).max(axis=1) > _SAME_COLOUR
    replaced = structured & recoloured & (correlation < _SAME_STRUCTURE)
    return float(replaced.sum() / max(float(structured.sum()), _LEAST_STRUCTURED * len(structured)))


def _changed_share(previous: NDArray[np.float32], current: NDArray[np.float32]) -> float:
    if previous.shape != current.shape:
        return 1.0
    # The median ratio is the change of brightness; what moves is a minority and does not shift it. The
    # brighter picture is brought down to the darker one: the other way would amplify noise.
    gain = float(np.median((current + 1.0) / (previous + 1.0)))
    difference = np.abs(current - previous * gain) if gain < 1.0 else np.abs(current / gain - previous)
    mask = (difference > _NOISE_LEVELS).astype(np.uint8)
    return float(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)).mean())
