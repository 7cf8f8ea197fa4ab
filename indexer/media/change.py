"""How much a picture of a walk differs from those before it: activity, and whether the scene was cut.

Both measures first take a global change of brightness out, so that lights going out or a camera adjusting
its exposure count neither as movement everywhere nor as a cut. Whatever is remembered is forgotten after
`MEMORY_SECONDS`, so a walk that begins that much earlier measures the same as one from the video's start.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.timeline import Frame

SMALL_SIDE = 192
"""Longer side in pixels at which pictures are compared."""
MEMORY_SECONDS = 8.0
"""How far back a picture may lie that another one is compared with across a dark stretch."""
ACTIVITY_PER_SECOND = 8
"""Activity compares the first picture of each eighth of a second of the one clock with that of the one
before: from one frame to the next, slow movement hides in the noise."""
_NOISE_LEVELS = 14
"""Grey levels by which a pixel must change; sensor noise and compression stay below after smoothing."""
_SPECK = np.ones((2, 2), np.uint8)

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
    """Compares each picture of a walk with those before it; keeps small pictures, never full frames."""

    def __init__(self) -> None:
        self._previous: NDArray[np.float32] | None = None
        self._tick = -1
        self._recent: deque[tuple[float, BlockPicture]] = deque(maxlen=_RECENT_SAMPLES + 1)

    def measure(self, frame: Frame) -> Change:
        """Compare ``frame``, of any size, with those before it; the first has nothing to be compared with."""
        return self.measure_small(frame.pts_seconds, BlockPicture(small_picture(frame)))

    def measure_small(self, seconds: float, picture: BlockPicture) -> Change:
        """Compare a picture that is small already."""
        is_cut = self._is_cut(seconds, picture)
        return Change(activity=self._activity(seconds, picture.small, is_cut), is_cut=is_cut)

    def _activity(self, seconds: float, small: NDArray[np.uint8], is_cut: bool) -> float | None:
        tick = math.floor(seconds * ACTIVITY_PER_SECOND + 1e-6)
        if tick == self._tick and not is_cut:
            return None
        self._tick = tick
        before, self._previous = self._previous, comparable(small)
        if before is None or is_cut:
            return None  # the difference to the scene before is no movement in this one
        return changed_share(before, self._previous)

    def _is_cut(self, seconds: float, picture: BlockPicture) -> bool:
        if picture.is_flat:
            return False  # black or covered: compare across it, with the last picture that showed something
        while self._recent and seconds - self._recent[0][0] > MEMORY_SECONDS:
            self._recent.popleft()
        known = [before for _, before in self._recent]
        self._recent.append((seconds, picture))
        if not known or not may_be_cut(known[-1], picture):
            return False
        share = replaced_share(known[-1], picture)
        if share <= _CUT_SHARE:
            return False
        before = [replaced_share(*pair) for pair in pairwise(known)]
        return share > _LOUD * (sum(before) / len(before) if before else 0.0)


class BlockPicture:
    """A small picture cut into blocks; what is costly to know about it is computed when it is asked for."""

    def __init__(self, small: NDArray[np.uint8]) -> None:
        self.small = small
        columns, rows = _GRID
        size = (columns * _BLOCK[0], rows * _BLOCK[1])
        scaled = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
        self._smooth: NDArray[np.uint8] = np.asarray(cv2.GaussianBlur(scaled, (3, 3), 0), np.uint8)
        self.colours = cv2.resize(self._smooth, _GRID, interpolation=cv2.INTER_AREA).astype(np.float32)

    @cached_property
    def is_flat(self) -> bool:
        """Whether no block shows any structure."""
        return float(self.contrast.max()) < _FLAT_LEVELS

    @cached_property
    def means(self) -> NDArray[np.float32]:
        """Mean colour of each block, shape (blocks, 3)."""
        mean = cv2.resize(self._smooth.astype(np.float32), _GRID, interpolation=cv2.INTER_AREA)
        return np.asarray(mean.reshape(-1, 3), np.float32)

    @cached_property
    def structure(self) -> NDArray[np.float32]:
        """How the grey of each block's pixels differs from the block's mean, shape (blocks, pixels)."""
        columns, rows = _GRID
        width, height = _BLOCK
        grey = cv2.transform(self._smooth.astype(np.float32), np.full((1, 3), 1 / 3, np.float32))
        grid = grey.reshape(rows, height, columns, width).transpose(0, 2, 1, 3).reshape(rows * columns, -1)
        return np.asarray(grid - grid.mean(axis=1, keepdims=True))

    @cached_property
    def contrast(self) -> NDArray[np.float32]:
        """Standard deviation of the grey of each block, shape (blocks,)."""
        squares = np.einsum("bp,bp->b", self.structure, self.structure)
        return np.asarray(np.sqrt(squares / self.structure.shape[1]))


def small_picture(frame: Frame) -> NDArray[np.uint8]:
    """Return a frame's picture scaled down to `SMALL_SIDE`, without painting the large one for it."""
    return shrink(frame.pixels) if frame.unpainted is None else frame.unpainted.rgb(SMALL_SIDE)


def shrink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale a picture down to `SMALL_SIDE`; one that is small already is returned as it is."""
    height, width, _ = pixels.shape
    longer = max(height, width)
    if longer <= SMALL_SIDE:
        return pixels
    size = (max(2, round(width * SMALL_SIDE / longer)), max(2, round(height * SMALL_SIDE / longer)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def comparable(small: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the smoothed grey picture that `changed_share` compares."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.GaussianBlur(grey, (3, 3), 0), np.float32)


def changed_share(previous: NDArray[np.float32], current: NDArray[np.float32]) -> float:
    """Return the share of the picture that changed beyond noise, 0 to 1."""
    if previous.shape != current.shape:
        return 1.0
    # The median ratio is the change of brightness; what moves is a minority and does not shift it. The
    # brighter picture is brought down to the darker one: the other way would amplify noise.
    ratios = ((current[::2, ::2] + 1.0) / (previous[::2, ::2] + 1.0)).ravel()
    gain = float(np.partition(ratios, ratios.size // 2)[ratios.size // 2])
    darker = (previous * gain, current) if gain < 1.0 else (previous, current / gain)
    _, changed = cv2.threshold(cv2.absdiff(*darker), _NOISE_LEVELS, 1, cv2.THRESH_BINARY)
    return cv2.countNonZero(cv2.morphologyEx(changed, cv2.MORPH_OPEN, _SPECK)) / current.size


def may_be_cut(before: BlockPicture, after: BlockPicture) -> bool:
    """Tell, at little cost, whether enough blocks changed their colour for a cut."""
    recoloured = _recoloured(before.colours, after.colours, _SAME_COLOUR - 1.5)  # rounding
    return int(np.count_nonzero(recoloured)) > _CUT_SHARE * _LEAST_STRUCTURED * recoloured.size


def replaced_share(before: BlockPicture, after: BlockPicture) -> float:
    """Return the share of blocks that show another structure in another colour, 0 to 1."""
    product = np.einsum("bp,bp->b", before.structure, after.structure) / before.structure.shape[1]
    correlation = product / np.maximum(before.contrast * after.contrast, 1e-3)
    structured = np.maximum(before.contrast, after.contrast) > _FLAT_LEVELS
    recoloured = _recoloured(before.means, after.means, _SAME_COLOUR)
    replaced = structured & recoloured & (correlation < _SAME_STRUCTURE)
    return float(replaced.sum() / max(float(structured.sum()), _LEAST_STRUCTURED * len(structured)))


def _recoloured(before: NDArray[np.float32], after: NDArray[np.float32], levels: float) -> NDArray[np.bool_]:
    """Tell of each block whether one of its colours, the last axis, changed by more than this."""
    changed = np.abs(before - after) > levels
    return np.asarray(changed[..., 0] | changed[..., 1] | changed[..., 2])
