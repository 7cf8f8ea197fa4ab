"""How bright the picture is, when that changes suddenly, and how to take a change of exposure out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.vision.observing.pictures import Picture, Thumb, likeness

DARK = 0.12
"""Brightness under which people call a picture dark."""
_SUDDEN_RATIO = 1.6
"""The light falls or rises by this factor."""
_SUDDEN_SECONDS = 0.35
"""A change that takes longer is a drift or a camera adjusting itself."""
_SAME_DIRECTION = 0.75
"""Share of the picture that must change with it; what moves is local, light is not."""
_FITTED_LEVELS = 5
"""Grey levels by which a levelled picture may differ where nothing moved."""
_UNLIT_LEVELS = 24
"""Grey levels that nearly all of a picture stays under when no light is left."""
_OFFSET = 6.0
"""Grey levels added before taking ratios, so that black does not divide by zero."""


@dataclass(frozen=True, slots=True)
class LightChange:
    """The light changed suddenly between two frames."""

    index: int
    """The first frame after the change."""
    before: float
    """Brightness before, 0 to 1."""
    after: float
    """Brightness after, 0 to 1."""

    @property
    def drops(self) -> bool:
        """Whether it got darker."""
        return self.after < self.before


def sudden_changes(pictures: Sequence[Picture]) -> list[LightChange]:
    """Find the frames at which the light drops or rises at once, in order."""
    steps = [0.0] + [_step(before.thumb, after.thumb) for before, after in pairwise(pictures)]
    changes: list[LightChange] = []
    index = 1
    while index < len(pictures):
        last = _last_of_ramp(pictures, steps, index)
        if abs(sum(steps[index : last + 1])) > np.log(_SUDDEN_RATIO):
            before, after = pictures[index - 1], pictures[last]
            steepest = max(range(index, last + 1), key=lambda at: abs(steps[at]))
            if _may_be_same_scene(before, after):
                changes.append(LightChange(steepest, before.brightness, after.brightness))
        index = last + 1
    return changes


def _last_of_ramp(pictures: Sequence[Picture], steps: Sequence[float], first: int) -> int:
    """Return the last of the frames that go on changing the light in the direction of the first step."""
    last = first
    while (
        last + 1 < len(pictures)
        and abs(steps[last + 1]) > 0.05
        and steps[last + 1] * steps[first] > 0
        and pictures[last + 1].seconds - pictures[first - 1].seconds <= _SUDDEN_SECONDS
    ):
        last += 1
    return last


def _may_be_same_scene(before: Picture, after: Picture) -> bool:
    """Tell a change of light from a cut; what is almost black may be the same scene, unlit."""
    unlit = min(float(np.percentile(picture.thumb, 95)) for picture in (before, after)) < _UNLIT_LEVELS
    return unlit or likeness(before.thumb, after.thumb) > 0.5


def _step(before: Thumb, after: Thumb) -> float:
    """Return the logarithm of the change of light, 0 where most of the picture does not follow it."""
    ratios = np.log((after + _OFFSET) / (before + _OFFSET))
    middle = float(np.median(ratios))
    follows = float((ratios * np.sign(middle) > 0.4 * abs(middle)).mean())
    return middle if follows > _SAME_DIRECTION else 0.0


def level_exposure(pictures: Sequence[Picture]) -> list[Picture]:
    """Bring all pictures to the brightness and contrast of the middle one.

    A camera that adjusts itself to a bright thing darkens everything else, which is no movement.
    """
    reference = pictures[len(pictures) // 2].thumb
    return [_levelled(picture, *_trusted_exposure(picture.thumb, reference)) for picture in pictures]


def _trusted_exposure(thumb: Thumb, reference: Thumb) -> tuple[float, float]:
    """Return gain and offset, or none where they explain no more than an unchanged exposure does.

    When the camera turns, the two pictures show different things, and a fit would only flatten them.
    """
    gain, offset = _exposure(thumb, reference)
    explained = float((np.abs(reference - (gain * thumb + offset)) < _FITTED_LEVELS).mean())
    unchanged = float((np.abs(reference - thumb) < _FITTED_LEVELS).mean())
    return (gain, offset) if explained > max(0.5, unchanged) else (1.0, 0.0)


def _exposure(thumb: Thumb, reference: Thumb) -> tuple[float, float]:
    """Fit ``reference = gain * thumb + offset`` on the part of the picture that did not move."""
    x, y = thumb.ravel(), reference.ravel()
    gain, offset = float(np.median((y + _OFFSET) / (x + _OFFSET))), 0.0
    for _ in range(4):
        residual = np.abs(y - (gain * x + offset))
        keep = residual <= max(float(np.median(residual)) * 2.5, 2.0)
        spread = float(x[keep].std())
        if spread < 6:  # too flat to tell gain from offset
            return gain, float(np.median(y - gain * x))
        gain, offset = (float(value) for value in np.polyfit(x[keep], y[keep], 1))
        gain = min(max(gain, 0.4), 2.5)
    return gain, offset


def _levelled(picture: Picture, gain: float, offset: float) -> Picture:
    if abs(gain - 1) < 0.01 and abs(offset) < 1:
        return picture
    colour: NDArray[np.uint8] = cv2.addWeighted(picture.colour, gain, picture.colour, 0, offset).astype(
        np.uint8
    )
    return replace(picture, colour=colour)
