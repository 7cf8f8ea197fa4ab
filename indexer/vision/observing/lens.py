"""Whether the lens shows something: covered, blurred, or clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.vision.observing.light import DARK
from indexer.vision.observing.pictures import Picture, Thumb

_FLAT_LEVELS = 4.0
"""A dark picture whose grey levels spread less than this shows nothing."""
_BLURRED = 0.42
"""Edges relative to the usual ones, at the same places, under which a picture is out of focus."""
_FEWER_OUTLINES = 0.7
"""Outlines relative to the sharpest frame's, at most; compression alone only weakens what is finer."""
_NO_EDGE_LEFT = 0.55
"""Number of strong edges relative to the usual; a picture that only moved has them elsewhere."""
_LOST = 0.2
"""Sharpness relative to the sharpest frame's under which the scene's edges are gone."""
_SAME_LEVELS = 14
"""Grey levels by which a place may differ and still show the same thing."""
_SAME_SHARE = 0.6
_OTHER_SHARE = 0.3
"""Share of the picture that shows the same thing: at least, when blurred; at most, when covered."""
_FLAT_SHARE = 0.06
"""The same for a picture that is not dark, as a part of its mean."""
_FLAT_SAME_SHARE = 0.5
"""As `_OTHER_SHARE`, for a picture without any structure: a wall is left when someone leaves it."""
_BLACK_EXTENT = 10.0
"""Grey levels between the darkest and the brightest hundredth; more is something that shows in the dark."""
_TWIN_SECONDS = 0.6
"""A scene looks the same after this time; a thing in passing does not."""
_SOFT_SPREAD = 0.6
"""Grey levels' spread relative to their mean that something close to the lens stays under."""
_FEWEST_PLACES = 12
_STRONG_EDGE = 3.5
"""Weaker edges, such as the grain of asphalt, come and go with the video's compression."""
_AS_BRIGHT = 0.7
"""Share of the sharpest frame's brightness that a frame needs for its edges to be compared."""
_MIN_SECONDS = 0.3


class LensState(StrEnum):
    """What the lens lets through."""

    CLEAR = "clear"
    BLACK = "black"
    """Almost uniform and dark."""
    COVERED = "covered"
    """Without any of the edges that other frames show of the scene, but not dark."""
    BLURRED = "blurred"
    """The scene, without its fine edges."""


@dataclass(frozen=True, slots=True)
class LensStretch:
    """Consecutive frames in which the lens is in one state."""

    first: int
    last: int
    state: LensState


def lens_stretches(pictures: Sequence[Picture]) -> list[LensStretch]:
    """Divide a look by the state of the lens; states shorter than 0.3 s count as clear."""
    states = _states(pictures)
    stretches: list[LensStretch] = []
    for index, state in enumerate(states):
        if stretches and stretches[-1].state == state:
            stretches[-1] = LensStretch(stretches[-1].first, index, state)
        else:
            stretches.append(LensStretch(index, index, state))
    return stretches


def _states(pictures: Sequence[Picture]) -> list[LensState]:
    sharpest = max(pictures, key=lambda picture: picture.sharpness)
    scene, usual = _scene_picture(pictures)
    states = [_state(picture, scene, sharpest, usual) for picture in pictures]
    first = 0
    for index in range(1, len(states) + 1):
        if index < len(states) and states[index] == states[first]:
            continue
        end = pictures[min(index, len(states) - 1)].seconds
        if end - pictures[first].seconds < _MIN_SECONDS and index - first < len(states):
            states[first:index] = [LensState.CLEAR] * (index - first)
        first = index
    return states


def _scene_picture(pictures: Sequence[Picture]) -> tuple[Picture | None, Thumb]:
    """Return the sharpest frame that looks the same some time later or earlier, and the edges that last.

    A car that fills the picture is sharper than the empty road, and the road is neither covered nor blurred
    without it. Returns None and no edges where nothing lasts.
    """
    for picture in sorted(pictures, key=lambda each: -each.sharpness):
        twins = [
            other.edges
            for other in pictures
            if abs(other.seconds - picture.seconds) >= _TWIN_SECONDS
            and other.sharpness > picture.sharpness / 2
            and _same_share(other, picture) > _SAME_SHARE
        ]
        if twins:
            return picture, np.minimum(picture.edges, np.median(twins, axis=0)).astype(np.float32)
    return None, np.zeros_like(pictures[0].edges)


def _same_share(picture: Picture, reference: Picture) -> float:
    """Return the share of a picture that shows what another shows, whatever the exposure."""
    return float(_same_places(picture, reference).mean())


def _same_places(picture: Picture, reference: Picture) -> NDArray[np.bool_]:
    gain = float(np.median((reference.thumb + 8) / (picture.thumb + 8)))
    return np.asarray(np.abs((picture.thumb + 8) * gain - 8 - reference.thumb) < _SAME_LEVELS)


def _state(picture: Picture, scene: Picture | None, sharpest: Picture, usual: Thumb) -> LensState:
    if picture.brightness < DARK:  # too dark to tell blur from lack of light
        flat = picture.spread < _FLAT_LEVELS and picture.extent < _BLACK_EXTENT
        return LensState.BLACK if flat else LensState.CLEAR
    if scene is not None and _is_covered(picture, scene):
        return LensState.COVERED
    as_bright = picture.brightness >= _AS_BRIGHT * sharpest.brightness  # edges are weaker in less light
    alike = as_bright and _same_share(picture, sharpest) >= _SAME_SHARE
    softer = picture.outlines < _FEWER_OUTLINES * sharpest.outlines
    if scene is None or not (alike and softer):
        return LensState.CLEAR
    # Where a thing comes to stand later the picture differs, and its edges, which reach a place further, were
    # never there to be lost.
    same = cv2.erode(_same_places(picture, scene).astype(np.uint8), np.ones((3, 3), np.uint8))
    there = np.where(same, usual, 0).astype(np.float32)
    return LensState.BLURRED if _is_blurred(picture.edges, there) else LensState.CLEAR


def _is_covered(picture: Picture, scene: Picture) -> bool:
    """Tell whether a picture has lost what the scene shows, and shows no edges instead."""
    if picture.sharpness >= _LOST * scene.sharpness:
        return False
    if picture.spread < _FLAT_SHARE * 255 * picture.brightness:  # any exposure makes it like the scene's mean
        same = np.abs(picture.thumb - scene.thumb) < _SAME_LEVELS
        return float(same.mean()) < _FLAT_SAME_SHARE
    soft = picture.spread < _SOFT_SPREAD * 255 * picture.brightness
    return soft and _same_share(picture, scene) < _OTHER_SHARE


def _is_blurred(edges: Thumb, usual: Thumb) -> bool:
    """Tell whether edges are weak where they are strong usually, and are not to be found elsewhere either."""
    strong = max(_STRONG_EDGE, float(np.median(usual)))
    places = usual > strong
    count = np.count_nonzero(places)
    if count < _FEWEST_PLACES or np.count_nonzero(edges > strong) > _NO_EDGE_LEFT * count:
        return False
    return float(np.median(edges[places] / usual[places])) < _BLURRED
