"""Slow ways: a thing that moves less than its own size in a look shows only its front and its back.

Its corners are followed from the first frame to the last instead, and its edges are joined to one region.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.vision.observing.motion import Box
from indexer.vision.observing.pictures import Grey, Picture
from indexer.vision.observing.tracks import Burst, Track, gap_between, goes_somewhere, union

_FEWEST_SIGHTINGS = 5
_FEWEST_CORNERS = 3
_MARGIN = 4
"""Pixels around a region in which corners are looked for."""
_MOVED = 1.5
"""Pixels; corners that move less belong to what is behind the thing."""
_WAY = 3.0
"""Pixels of a way, at least."""
_AGREEING = 0.25
"""Part of the way by which the corners of one thing may differ from each other."""
_STATIONS = (0.25, 0.5, 0.75, 1.0)
"""Parts of the time at which the corners are looked up: there and back again is no way."""
_UNEVEN = 0.2
"""Part of the way by which a thing may be ahead of an even speed, or behind it."""
_RETURNED = 0.7
"""Pixels by which a corner may miss its place when it is followed back."""

_FRONT_TO_BACK = 0.1
"""Picture sizes between the front and the back of one thing, at most."""

Points = NDArray[np.float32]


def join_drifting(pictures: Sequence[Picture], tracks: Sequence[Track]) -> list[Track]:
    """Find the slow ways among tracks that stay in place, and join the tracks that share one."""
    joined: list[Track] = []
    for track in tracks:
        if len(track.sightings) >= _FEWEST_SIGHTINGS and not goes_somewhere(track):
            track.drift = _drift(pictures, track)
        other = next((each for each in joined if _go_together(each, track)), None)
        if other is None:
            joined.append(track)
        else:
            _join(pictures, other, track)
    whole = [track for track in joined if track.drift]
    return [
        track for track in joined if not any(_is_edge(track, each) for each in whole if each is not track)
    ]


def _is_edge(track: Track, drifting: Track) -> bool:
    """Tell whether a track that stays in place is an edge of a thing on a slow way."""
    inside = drifting.first.index <= track.first.index and track.last.index <= drifting.last.index
    near = gap_between(track.swept, drifting.swept) <= 0.02
    return inside and near and not goes_somewhere(track) and track.area < drifting.area


def _drift(pictures: Sequence[Picture], track: Track) -> Burst | None:
    """Return the way of a region's corners over its time, None when they do not move as one."""
    first, last = track.first.index, track.last.index
    places = [first + round((last - first) * share) for share in _STATIONS]
    start, *later = [_grey(pictures[at]) for at in (first, *places)]
    corners = _corners(start, track.swept)
    if corners is None:
        return None
    ways, found = zip(*(_followed(start, grey, corners) for grey in later), strict=True)
    moved = np.all(found, axis=0) & (np.hypot(*ways[-1].T) > _MOVED)
    if np.count_nonzero(moved) < _FEWEST_CORNERS:
        return None
    usual = [np.median(way[moved], axis=0) for way in ways]
    length = float(np.hypot(*usual[-1]))
    apart = float(np.median(np.hypot(*(ways[-1][moved] - usual[-1]).T)))
    steady = all(
        float(np.hypot(*(way - share * usual[-1]))) < _UNEVEN * length
        for way, share in zip(usual, _STATIONS, strict=True)
    )
    if length < _WAY or apart > _AGREEING * length or not steady:
        return None
    height, width = start.shape
    right, down = float(usual[-1][0]) / width, float(usual[-1][1]) / height
    return Burst(pictures[first].seconds, pictures[last].seconds, right, down)


def _grey(picture: Picture) -> Grey:
    return cv2.cvtColor(picture.colour, cv2.COLOR_RGB2GRAY).astype(np.uint8)


def _corners(grey: Grey, box: Box) -> Points | None:
    height, width = grey.shape
    left, right = (round(side * width) for side in (box[0], box[2]))
    top, bottom = (round(side * height) for side in (box[1], box[3]))
    mask = np.zeros_like(grey)
    mask[max(top - _MARGIN, 0) : bottom + _MARGIN, max(left - _MARGIN, 0) : right + _MARGIN] = 255
    corners = cv2.goodFeaturesToTrack(grey, 40, 0.05, 3, mask=mask)
    return None if corners is None else np.asarray(corners, np.float32)


def _followed(before: NDArray[np.uint8], after: Grey, corners: Points) -> tuple[Points, NDArray[np.bool_]]:
    """Return how far each corner moved, in pixels, and whether it was found again."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, corners.copy())
    back, found_back, _ = cv2.calcOpticalFlowPyrLK(after, before, there, corners.copy())
    missed = np.hypot(*(back - corners).reshape(-1, 2).T)
    sure = (found.ravel() > 0) & (found_back.ravel() > 0) & (missed < _RETURNED)
    return np.asarray((there - corners).reshape(-1, 2), np.float32), sure


def _go_together(first: Track, second: Track) -> bool:
    """Tell whether two tracks are edges of one thing: side by side, and going the same way as fast."""
    if first.drift is None or second.drift is None or gap_between(first.swept, second.swept) > _FRONT_TO_BACK:
        return False
    apart = np.hypot(*(_velocity(first.drift) - _velocity(second.drift)))
    return bool(apart < 0.5 * max(first.drift.rate, second.drift.rate))


def _velocity(drift: Burst) -> NDArray[np.float64]:
    return np.array([drift.right, drift.down]) / (drift.end_seconds - drift.start_seconds)


def _join(pictures: Sequence[Picture], track: Track, other: Track) -> None:
    """Take another track's sightings over."""
    ordered = sorted([*track.sightings, *other.sightings], key=lambda sighting: sighting.index)
    track.sightings = [union(list(same)) for _, same in groupby(ordered, key=lambda sighting: sighting.index)]
    track.drift = _drift(pictures, track) or track.drift
