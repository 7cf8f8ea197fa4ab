"""Things that come up or vanish where they are, as a notice on a screen does, without moving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.vision.observing.colour import colour_counts, name_colour
from indexer.vision.observing.motion import Box
from indexer.vision.observing.pictures import Picture
from indexer.vision.observing.tracks import Track, goes_somewhere

_SAME_SHARE = 0.1
"""Share of a place that may differ while nothing moves there."""
_CHANGED_SHARE = 0.5
"""Share of it that differs from one frame to the next when a thing comes up."""
_LEVELS = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """A thing came up or vanished. Indices are those of the stretch's frames."""

    came: bool
    """Whether it came up; False when it vanished."""
    first: int
    """The first frame with it, or the first without it."""
    last: int | None
    """The last frame of what began with ``first``; None when that lasts."""
    colour: str


def find_visit(pictures: Sequence[Picture], track: Track) -> Visit | None:
    """Tell what came up or vanished where a track stays in place; None where something moved."""
    first, last = track.first.index, track.last.index
    box = track.first.box
    if first == 0 or goes_somewhere(track) or differing(pictures, box, first, last) > _SAME_SHARE:
        return None
    if differing(pictures, box, first - 1, first) < _CHANGED_SHARE:
        return None
    leaves = last + 1 < len(pictures) and differing(pictures, box, last, last + 1) > _CHANGED_SHARE
    came = _outline(pictures[first], box) >= _outline(pictures[first - 1], box)
    shown = _cropped(pictures[first if came else first - 1], box)
    colour = name_colour(colour_counts(np.ascontiguousarray(shown.reshape(-1, 3))))
    return Visit(came, first, last if leaves else None, colour)


def differing(pictures: Sequence[Picture], box: Box, before: int, after: int) -> float:
    """Return the share of a place that looks otherwise in one frame than in another."""
    first, second = (_cropped(pictures[at], box).astype(int) for at in (before, after))
    return float((np.abs(first - second).max(axis=2) > _LEVELS).mean()) if first.size else 0.0


def _cropped(picture: Picture, box: Box) -> NDArray[np.uint8]:
    height, width = picture.colour.shape[:2]
    left, top, right, bottom = (min(max(side, 0.0), 1.0) for side in box)
    rows = slice(int(top * height), max(int(bottom * height), int(top * height) + 1))
    columns = slice(int(left * width), max(int(right * width), int(left * width) + 1))
    return picture.colour[rows, columns]


def _outline(picture: Picture, box: Box) -> float:
    """Return how much a place's rim differs from what is just outside: a thing has an outline, a gap none."""
    height, width = picture.colour.shape[:2]
    left, right = (round(side * width) for side in (box[0], box[2]))
    top, bottom = (round(side * height) for side in (box[1], box[3]))
    grey = picture.colour.astype(int)
    steps = [
        np.abs(grey[max(row - 2, 0), left:right] - grey[min(row + 2, height - 1), left:right])
        for row in (top, bottom)
    ]
    steps += [
        np.abs(grey[top:bottom, max(column - 2, 0)] - grey[top:bottom, min(column + 2, width - 1)])
        for column in (left, right)
    ]
    return float(np.concatenate(steps).mean()) if top < bottom and left < right else 0.0
