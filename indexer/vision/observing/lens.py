"""Whether the lens shows something: covered, blurred, or clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from indexer.vision.observing.light import DARK
from indexer.vision.observing.pictures import Picture, Thumb

_FLAT_LEVELS = 4.0
_FLAT_SHARE = 0.06
"""A picture whose grey levels spread less than this, absolutely or of its mean, shows nothing."""
_BLURRED = 0.42
"""Edges relative to the usual ones, at the same places, under which a picture is out of focus."""
_NO_EDGE_LEFT = 0.55
"""Number of strong edges relative to the usual; a picture that only moved has them elsewhere."""
_USUAL_PERCENTILE = 75
"""Edges that a place has for a quarter of a look are its own, and not those of a thing in passing."""
_LOST = 0.2
"""Sharpness relative to the sharpest frame's under which the scene's edges are gone."""
_SAME_LEVELS = 14
"""Grey levels by which a place may differ and still show the same thing."""
_SAME_SHARE = 0.6
_OTHER_SHARE = 0.3
"""Share of the picture that shows the same thing: at least, when blurred; at most, when covered."""
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
    """Almost uniform, or without any of the scene's edges, but not dark."""
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
    usual = np.percentile([picture.edges for picture in pictures], _USUAL_PERCENTILE, axis=0)
    states = [_state(picture, sharpest, usual.astype(np.float32)) for picture in pictures]
    first = 0
    for index in range(1, len(states) + 1):
        if index < len(states) and states[index] == states[first]:
            continue
        end = pictures[min(index, len(states) - 1)].seconds
        if end - pictures[first].seconds < _MIN_SECONDS and index - first < len(states):
            states[first:index] = [LensState.CLEAR] * (index - first)
        first = index
    return states


def _state(picture: Picture, sharpest: Picture, usual: Thumb) -> LensState:
    if picture.spread < max(_FLAT_LEVELS, _FLAT_SHARE * 255 * picture.brightness):
        return LensState.BLACK if picture.brightness < DARK else LensState.COVERED
    if picture.brightness < DARK:
        return LensState.CLEAR  # too dark to tell blur from lack of light
    gain = float(np.median((sharpest.thumb + 8) / (picture.thumb + 8)))
    same = np.abs((picture.thumb + 8) * gain - 8 - sharpest.thumb) < _SAME_LEVELS
    if _is_covered(picture, sharpest, float(same.mean())):
        return LensState.COVERED
    as_bright = picture.brightness >= _AS_BRIGHT * sharpest.brightness  # edges are weaker in less light
    if as_bright and same.mean() >= _SAME_SHARE and _is_blurred(picture.edges, usual):
        return LensState.BLURRED
    return LensState.CLEAR


def _is_covered(picture: Picture, sharpest: Picture, same_share: float) -> bool:
    soft = picture.spread < _SOFT_SPREAD * 255 * picture.brightness
    return soft and picture.sharpness < _LOST * sharpest.sharpness and same_share < _OTHER_SHARE


def _is_blurred(edges: Thumb, usual: Thumb) -> bool:
    """Tell whether edges are weak where they are strong usually, and are not to be found elsewhere either."""
    strong = max(_STRONG_EDGE, float(np.median(usual)))
    places = usual > strong
    count = np.count_nonzero(places)
    if count < _FEWEST_PLACES or np.count_nonzero(edges > strong) > _NO_EDGE_LEFT * count:
        return False
    return float(np.median(edges[places] / usual[places])) < _BLURRED
