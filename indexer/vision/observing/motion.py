"""Where the picture moves: for each frame, the regions that are only passing through.

A pixel belongs to a moving thing when it differs both from what was there before and from what is there
afterwards. That leaves out the place that a thing has just uncovered, and a thing that has come to rest.
Before and afterwards are taken at several distances in time, so that quick and slow things are seen whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.vision.observing.colour import colour_counts
from indexer.vision.observing.pictures import Picture

_LEVELS = 17
"""Grey levels by which a pixel must change; compression and sensor noise stay below after smoothing."""
_FLICKER = 4
"""How many times its usual flicker a pixel must change, where it flickers all the time."""
_MIN_SHARE = 0.0015
"""Smallest region that counts, as a share of the picture."""
SMALLEST_SURE = 0.002
"""Things larger than this share of the picture are found when they stand out from what is behind them."""
_WHOLE_SHARE = 0.7
"""Share of the picture's blocks that change at once when the camera itself moves."""
_BLOCKS = (16, 9)
_BLOCK_LEVEL = 25
"""A block changes when a tenth of its pixels do (255 is all of them)."""
_GROWTH = 3
"""How many times larger than what passes a thing at the end of a stretch may be."""
_NOW_SECONDS = 0.25
"""A region counts as moving when it changes within this time."""

Mask = NDArray[np.uint8]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One moving region in one frame. Places are shares of the picture's width and height."""

    index: int
    """Frame of the stretch."""
    seconds: float
    centre: tuple[float, float]
    box: Box
    """Left, top, right, bottom."""
    area: float
    """Share of the picture that it covers."""
    colours: NDArray[np.int64]
    """Pixels of each colour, in the order of `colour.NAMES`."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """What moves in a stretch of consecutive frames of one scene."""

    sightings: list[list[Sighting]]
    """The moving regions of each frame."""
    changed: list[float]
    """For each frame, share of the picture that differs from the frame before; 0 for the first."""
    whole: list[bool]
    """For each frame, whether it differs from the one before nearly everywhere, as when the camera moves."""
    field: Field | None = None
    """The pictures that it was measured on, for looking closer."""


def measure_motion(pictures: Sequence[Picture], ignore: Sequence[Box] = ()) -> Motion:
    """Find the moving regions of a stretch.

    Args:
        pictures: Frames of one scene under one light, exposure levelled.
        ignore: Boxes of text that changes by itself; regions inside them are no movement.
    """
    count = len(pictures)
    if count < 2:
        return unmeasured(count)
    field = Field(pictures)
    changes = [field.differs(at - 1, at) for at in range(1, count)]
    whole = [False, *(_is_whole(change) for change in changes)]
    sightings: list[list[Sighting]] = [[] for _ in pictures]
    for index in range(1, count - 1):
        if not (whole[index] or whole[index + 1]):
            sightings[index] = _regions(field, index, field.passing(index), pictures[index], ignore)
    if not any(sightings):
        sightings = _slow_sightings(field, pictures, ignore)
    return Motion(sightings, [0.0, *(_share(change) for change in changes)], whole, field)


def unmeasured(count: int) -> Motion:
    """Return the motion of frames in which none can be measured."""
    return Motion([[] for _ in range(count)], [0.0] * count, [False] * count)


def _is_whole(change: Mask) -> bool:
    """Tell whether a picture changed nearly everywhere, were it only at its edges and textures."""
    blocks = cv2.resize(change, _BLOCKS, interpolation=cv2.INTER_AREA)
    return float((blocks > _BLOCK_LEVEL).mean()) >= _WHOLE_SHARE


def global_shift(before: Picture, after: Picture) -> tuple[float, float]:
    """Return how far the whole picture shifted, in picture widths and heights; (0, 0) if it did not."""
    # Even sides: phaseCorrelate is half a pixel off on odd ones.
    height, width = (side // 2 * 2 for side in before.colour.shape[:2])
    first, second = (
        cv2.cvtColor(each.colour[:height, :width], cv2.COLOR_RGB2GRAY).astype(np.float32)
        for each in (before, after)
    )
    (x, y), response = cv2.phaseCorrelate(first, second, cv2.createHanningWindow((width, height), cv2.CV_32F))
    return (float(x) / width, float(y) / height) if response > 0.1 else (0.0, 0.0)


class Field:
    """The stretch's pictures as smoothed colour planes, and comparisons between them."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self.height, self.width = pictures[0].colour.shape[:2]
        self.seconds = [picture.seconds for picture in pictures]
        self.planes = [_planes(picture.colour) for picture in pictures]
        gaps = np.diff(self.seconds)
        self.now = max(1, round(_NOW_SECONDS / max(float(np.median(gaps)), 1e-3)))
        self._limits = self._limit_of_each_pixel()
        self._usual = self._usual_picture()
        self._shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        self._bridge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))

    def _limit_of_each_pixel(self) -> Mask:
        """Return the change that counts at each pixel: more where it flickers all the time."""
        last = len(self.planes) - 1
        pairs = np.unique(np.linspace(1, last, min(last, 24)).round().astype(int))
        if len(pairs) < 4:
            return np.full((self.height, self.width), _LEVELS, np.uint8)
        differences = np.stack([self._difference(at - 1, at) for at in pairs])
        quarter = np.partition(differences, len(pairs) // 4, axis=0)[len(pairs) // 4]
        limits: Mask = np.clip(_LEVELS + _FLICKER * quarter.astype(int), 0, 80).astype(np.uint8)
        return limits

    def _usual_picture(self) -> Mask:
        """Return what each pixel shows most of the time."""
        samples = np.unique(np.linspace(0, len(self.planes) - 1, 21).round().astype(int))
        stack = np.stack([self.planes[at] for at in samples])
        usual: Mask = np.partition(stack, len(samples) // 2, axis=0)[len(samples) // 2].copy()
        return usual

    def _difference(self, first: int, second: int) -> Mask:
        """Return the largest difference of the three colours at each pixel of two frames."""
        return self._largest(cv2.absdiff(self.planes[first], self.planes[second]).astype(np.uint8))

    def _largest(self, difference: Mask) -> Mask:
        red, green, blue = (difference[part * self.height : (part + 1) * self.height] for part in range(3))
        return cv2.max(cv2.max(red, green), blue).astype(np.uint8)

    def differs(self, first: int, second: int) -> Mask:
        """Return where two frames differ beyond noise, as 0 or 255."""
        mask = cv2.compare(self._difference(first, second), self._limits, cv2.CMP_GT)
        return cv2.morphologyEx(mask, cv2.MORPH_OPEN, self._shape).astype(np.uint8)

    def passing(self, index: int) -> Mask:
        """Return where a frame differs both from before and from afterwards, at any distance in time.

        Far away in time, something else may have been there before and come back afterwards. What shows
        between the two is the usual picture, and no moving thing.
        """
        last = len(self.planes) - 1
        mask = np.zeros((self.height, self.width), np.uint8)
        unusual = cv2.compare(
            self._largest(cv2.absdiff(self.planes[index], self._usual).astype(np.uint8)),
            self._limits,
            cv2.CMP_GT,
        )
        lag = 1
        while lag <= max(1, last // 2):
            before = self._difference(index, max(0, index - lag))
            after = self._difference(index, min(last, index + lag))
            both = cv2.compare(cv2.min(before, after), self._limits, cv2.CMP_GT)
            if lag > 1:
                both = cv2.bitwise_and(both, unusual)
            mask = cv2.bitwise_or(mask, both).astype(np.uint8)
            lag *= 2
        return _grown(self.clean(mask), cv2.bitwise_and(self._at_the_ends(index), unusual).astype(np.uint8))

    def _at_the_ends(self, index: int) -> Mask:
        """Return what has come just before the last frame, or is there at the first and goes.

        Its other side in time lies outside the stretch, so one side has to do.
        """
        last, near = len(self.planes) - 1, 2 * self.now
        mask = np.zeros((self.height, self.width), np.uint8)
        if last <= 4 * near or near <= index <= last - near:
            return mask
        other = index - 2 * near if index > near else index + 2 * near
        return cv2.compare(self._difference(index, other), self._limits, cv2.CMP_GT).astype(np.uint8)

    def moving_now(self, index: int) -> Mask:
        """Return where a frame differs from those a quarter of a second away."""
        before, after = max(0, index - self.now), min(len(self.planes) - 1, index + self.now)
        return cv2.bitwise_or(self.differs(before, index), self.differs(index, after)).astype(np.uint8)

    def resting(self, index: int, neighbour: int, other: int) -> Mask:
        """Return what is in a frame but not in its neighbour, nor in a frame at the other end of a way."""
        return cv2.bitwise_and(self.differs(index, neighbour), self.differs(index, other)).astype(np.uint8)

    def colours(self, index: int, inside: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the colours of some pixels of a frame."""
        parts = self.planes[index].reshape(3, self.height, self.width)
        return colour_counts(np.ascontiguousarray(parts[:, inside].T))

    def clean(self, mask: Mask) -> Mask:
        """Drop specks and bridge small gaps."""
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, self._shape).astype(np.uint8)
        return cv2.morphologyEx(mask, cv2.MORPH_CLOSE, self._bridge).astype(np.uint8)


def _grown(seeds: Mask, more: Mask) -> Mask:
    """Add to some regions what is connected with them, unless they are only a small part of it.

    The arm of one who stands in the picture moves, and the rest of him does not.
    """
    if not (seeds.any() and more.any()):
        return seeds
    count, labels = cv2.connectedComponents(cv2.bitwise_or(seeds, more))
    whole = np.bincount(labels.ravel(), minlength=count)
    moving = np.bincount(labels[seeds > 0], minlength=count)
    grows = (moving > 0) & (whole <= _GROWTH * moving)
    grows[0] = False
    return np.where(grows[labels], 255, seeds).astype(np.uint8)


def _planes(colour: NDArray[np.uint8]) -> Mask:
    """Return the smoothed colours below each other, shape (3 * height, width), for quick comparing."""
    smooth = cv2.GaussianBlur(colour, (3, 3), 0)
    return np.concatenate(cv2.split(smooth)).astype(np.uint8)


def _regions(
    field: Field, index: int, passing: Mask, picture: Picture, ignore: Sequence[Box]
) -> list[Sighting]:
    """Divide what passes through into connected regions, and keep those that move now."""
    mask = field.clean(passing)
    if not mask.any():
        return []
    moving = field.moving_now(index)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    smallest = _MIN_SHARE * mask.size
    found = []
    for label in range(1, count):
        area = int(stats[label, cv2.CC_STAT_AREA])
        inside = labels == label
        if area < smallest or np.count_nonzero(moving[inside]) < max(0.08 * area, 4):
            continue
        left, top, width, height = (int(value) for value in stats[label, :4])
        box = (
            left / field.width,
            top / field.height,
            (left + width) / field.width,
            (top + height) / field.height,
        )
        if any(_lies_in(box, text) for text in ignore):
            continue
        centre = ((centres[label][0] + 0.5) / field.width, (centres[label][1] + 0.5) / field.height)
        core = inside & (passing > 0)
        colours = colour_counts(picture.colour[core])
        found.append(Sighting(index, picture.seconds, centre, box, area / mask.size, colours))
    return found


def _slow_sightings(field: Field, pictures: Sequence[Picture], ignore: Sequence[Box]) -> list[list[Sighting]]:
    """Find what moves less than its own size and never passes: compare with the stretch's first frame."""
    sightings: list[list[Sighting]] = [[]]
    for index in range(1, len(pictures)):
        mask = field.differs(0, index)
        sightings.append([] if _is_whole(mask) else _regions(field, index, mask, pictures[index], ignore))
    return sightings


def _lies_in(box: Box, text: Box) -> bool:
    margin = 0.015
    return (
        box[0] >= text[0] - margin
        and box[1] >= text[1] - margin
        and box[2] <= text[2] + margin
        and box[3] <= text[3] + margin
    )


def _share(mask: Mask) -> float:
    return float(np.count_nonzero(mask)) / mask.size
