"""Sightings of one moving thing, joined over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as default

import cv2
import numpy as np

from indexer.vision.observing.colour import name_colour
from indexer.vision.observing.motion import Box, Field, Mask, Motion, Sighting

_LOST_SECONDS = 0.8
"""A track without a sighting for this long has ended."""
_SEEN_SECONDS = 0.28
"""A track with a sighting within this time is in sight."""
_PAUSE_SECONDS = 2.0
"""A region that starts again where another stopped within this time is the same one."""
_REACH = 0.12
"""How far a thing of unknown speed may jump between two samples, in picture widths."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A part of a track's way."""

    start_seconds: float
    end_seconds: float
    right: float
    """Way to the right, in picture widths."""
    down: float
    """Way downwards, in picture heights."""

    @property
    def rate(self) -> float:
        """Picture sizes per second."""
        return float(np.hypot(self.right, self.down)) / (self.end_seconds - self.start_seconds)


@dataclass(slots=True)
class Track:
    """One region that moves, from its first to its last sighting."""

    sightings: list[Sighting] = default(default_factory=list)
    came_from: Sighting | None = None
    """Where it rested until it moved, when that is seen."""
    came_to: Sighting | None = None
    """Where it rested afterwards, when that is seen."""
    drift: Burst | None = None
    """Its way, when it moves less than its own size and its sightings show only its edges."""

    @property
    def first(self) -> Sighting:
        """Where it was first seen moving."""
        return self.sightings[0]

    @property
    def last(self) -> Sighting:
        """Where it was last seen moving."""
        return self.sightings[-1]

    @property
    def start_place(self) -> tuple[float, float]:
        """Centre at the start, steadied over a few sightings when there are many."""
        if self.drift:
            return self._beside_middle(-0.5)
        return (
            self.came_from.centre if self.came_from else self._place(self.whole_sightings[: self._steady()])
        )

    @property
    def end_place(self) -> tuple[float, float]:
        """Centre at the end, steadied over a few sightings when there are many."""
        if self.drift:
            return self._beside_middle(0.5)
        return self.came_to.centre if self.came_to else self._place(self.whole_sightings[-self._steady() :])

    @property
    def whole_sightings(self) -> list[Sighting]:
        """The sightings that show a fair part of it, and not just a moving limb or an edge that comes in."""
        return [sighting for sighting in self.sightings if sighting.area >= 0.35 * self.area]

    @property
    def seconds(self) -> float:
        """Time between the start place and the end place."""
        if self.drift:
            return self.drift.end_seconds - self.drift.start_seconds
        return (self.came_to or self.last).seconds - (self.came_from or self.first).seconds

    @property
    def shift(self) -> tuple[float, float]:
        """How far it came in all, in picture widths and heights."""
        (x0, y0), (x1, y1) = self.start_place, self.end_place
        return x1 - x0, y1 - y0

    @property
    def travel(self) -> float:
        """Length of the way between start and end, in picture sizes."""
        return float(np.hypot(*self.shift))

    @property
    def roaming(self) -> float:
        """Largest distance between any two places it was at, in picture sizes."""
        centres = np.array([sighting.centre for sighting in self.sightings])
        return float(np.hypot(*(centres.max(axis=0) - centres.min(axis=0))))

    def fastest(self, seconds: float) -> Burst | None:
        """Return the quickest way over about so many seconds; None for a shorter track."""
        whole = self.whole_sightings
        bursts = []
        for at, start in enumerate(whole):
            end = next((each for each in whole[at:] if each.seconds - start.seconds >= seconds - 1e-6), None)
            if end is not None and end.seconds - start.seconds < 2 * seconds:
                right, down = end.centre[0] - start.centre[0], end.centre[1] - start.centre[1]
                bursts.append(Burst(start.seconds, end.seconds, right, down))
        return max(bursts, key=lambda burst: burst.rate, default=None)

    @property
    def area(self) -> float:
        """Share of the picture that it covers, the middle one of its sightings' upper half."""
        return float(np.percentile([sighting.area for sighting in self.sightings], 75))

    @property
    def colour(self) -> str:
        """Name of its colour, over the sightings that show most of it."""
        largest = sorted(self.sightings, key=lambda sighting: sighting.area)[len(self.sightings) // 2 :]
        return name_colour(np.sum([sighting.colours for sighting in largest], axis=0))

    @property
    def weight(self) -> float:
        """How much it matters beside others: large and far-moving things first."""
        return float(np.sqrt(self.area)) * (0.15 + min(max(self.travel, 0.5 * self.roaming), 1.0))

    @property
    def swept(self) -> Box:
        """The box around all places that it was at."""
        boxes = np.array([sighting.box for sighting in self.sightings])
        left, top = (float(value) for value in boxes[:, :2].min(axis=0))
        right, bottom = (float(value) for value in boxes[:, 2:].max(axis=0))
        return left, top, right, bottom

    def _beside_middle(self, share: float) -> tuple[float, float]:
        left, top, right, bottom = self.swept
        x, y = (self.drift.right, self.drift.down) if self.drift else (0.0, 0.0)
        return (left + right) / 2 + share * x, (top + bottom) / 2 + share * y

    def _steady(self) -> int:
        return 1 if len(self.whole_sightings) < 8 else 3

    @staticmethod
    def _place(sightings: Sequence[Sighting]) -> tuple[float, float]:
        x, y = np.mean([sighting.centre for sighting in sightings], axis=0)
        return float(x), float(y)

    def predicted(self, seconds: float) -> Box:
        """Return where its box should be at a time, going on as it went last."""
        left, top, right, bottom = self.last.box
        if len(self.sightings) < 2:
            return self.last.box
        earlier = self.sightings[-2]
        ratio = (seconds - self.last.seconds) / max(self.last.seconds - earlier.seconds, 1e-3)
        ratio = min(ratio, 2.0)
        x = (self.last.centre[0] - earlier.centre[0]) * ratio
        y = (self.last.centre[1] - earlier.centre[1]) * ratio
        return left + x, top + y, right + x, bottom + y


def follow(frames: Sequence[Sequence[Sighting]]) -> list[Track]:
    """Join the regions of consecutive frames into tracks, most important first."""
    going: list[Track] = []
    ended: list[Track] = []
    for regions in frames:
        if not regions:
            continue
        now = regions[0].seconds
        ended += [track for track in going if now - track.last.seconds > _LOST_SECONDS]
        going = [track for track in going if now - track.last.seconds <= _LOST_SECONDS]
        going += _extend(going, list(regions), now)
    tracks = _join_pauses(sorted(ended + going, key=lambda track: track.first.seconds))
    kept: list[Track] = []
    for track in sorted(tracks, key=lambda track: -track.weight):
        if _matters(track) and not any(_is_part_of(track, heavier) for heavier in kept):
            kept.append(track)
    return kept


def find_rests(motion: Motion, track: Track) -> None:
    """Look where a track's thing rested before and after its way, and note it in the track.

    A quick thing is at rest, and so no longer moving, one sample after it was seen far from there.
    """
    if motion.field is None:
        return
    before, after = track.first.index - 1, track.last.index + 1
    if before < 0 or after >= len(motion.sightings):
        return
    start = motion.field.resting(before, track.first.index, after)
    end = motion.field.resting(after, track.last.index, before)
    track.came_from = _rest(motion.field, start, before, track.first, track.area)
    track.came_to = _rest(motion.field, end, after, track.last, track.area)


def _rest(field: Field, mask: Mask, index: int, near: Sighting, area: float) -> Sighting | None:
    """Return the resting place that a mask shows: near a sighting, of its size and of its colours."""
    height, width = mask.shape
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for label in range(1, count):
        left, top, wide, high, pixels = (int(value) for value in stats[label])
        box = (left / width, top / height, (left + wide) / width, (top + high) / height)
        share = pixels / mask.size
        if not 0.5 * area <= share <= 1.6 * area or gap_between(box, near.box) > 2 * _REACH:
            continue
        colours = field.colours(index, labels == label)
        if float(np.minimum(colours / colours.sum(), near.colours / near.colours.sum()).sum()) > 0.5:
            centre = (float(centres[label][0]) / width, float(centres[label][1]) / height)
            return Sighting(index, field.seconds[index], centre, box, share, colours)
    return None


def _extend(tracks: Sequence[Track], regions: list[Sighting], now: float) -> list[Track]:
    """Give each track its regions of this frame; what is left over starts new tracks."""
    pairs = sorted(
        (gap_between(track.predicted(now), region.box), -region.area, number, at)
        for number, track in enumerate(tracks)
        for at, region in enumerate(regions)
    )
    taken: dict[int, list[Sighting]] = {}
    used: set[int] = set()
    for gap, _, number, at in pairs:
        if at in used or gap > (_allowed(tracks[number], now) if number not in taken else 0.02):
            continue
        taken.setdefault(number, []).append(regions[at])
        used.add(at)
    for number, parts in taken.items():
        tracks[number].sightings.append(union(parts))
    return [Track([region]) for at, region in enumerate(regions) if at not in used]


def _allowed(track: Track, now: float) -> float:
    """Return how far from its predicted box a track may be found again.

    A thing on its way is seen in every frame. One that was out of sight must come back where it was, or
    two movements in different places would make a third that never was.
    """
    left, top, right, bottom = track.last.box
    reach = _REACH if now - track.last.seconds <= _SEEN_SECONDS else _REACH / 3
    return reach + 0.25 * min(right - left, bottom - top)


def gap_between(first: Box, second: Box) -> float:
    """Return the empty distance between two boxes, 0 when they touch."""
    x = max(first[0] - second[2], second[0] - first[2], 0.0)
    y = max(first[1] - second[3], second[1] - first[3], 0.0)
    return float(np.hypot(x, y))


def union(parts: Sequence[Sighting]) -> Sighting:
    """Make one sighting of a thing that was seen in parts."""
    if len(parts) == 1:
        return parts[0]
    areas = np.array([part.area for part in parts])
    centre = (np.array([part.centre for part in parts]) * areas[:, None]).sum(axis=0) / areas.sum()
    boxes = np.array([part.box for part in parts])
    left, top = (float(value) for value in boxes[:, :2].min(axis=0))
    right, bottom = (float(value) for value in boxes[:, 2:].max(axis=0))
    return Sighting(
        index=parts[0].index,
        seconds=parts[0].seconds,
        centre=(float(centre[0]), float(centre[1])),
        box=(left, top, right, bottom),
        area=float(areas.sum()),
        colours=np.sum([part.colours for part in parts], axis=0),
    )


def _join_pauses(tracks: Sequence[Track]) -> list[Track]:
    """Join tracks that go on where an earlier one stopped a moment ago."""
    joined: list[Track] = []
    for track in tracks:
        earlier = [
            other
            for other in joined
            if 0 < track.first.seconds - other.last.seconds <= _PAUSE_SECONDS
            and gap_between(other.last.box, track.first.box) < 0.05
        ]
        if earlier:
            max(earlier, key=lambda other: other.last.seconds).sightings.extend(track.sightings)
        else:
            joined.append(Track(list(track.sightings)))
    return joined


def goes_somewhere(track: Track) -> bool:
    """Tell a way from a movement in place: farther than a small part of the picture and of itself."""
    left, top, right, bottom = track.last.box
    size = min(right - left, bottom - top)
    far = len(track.sightings) > 2 and track.travel > max(0.06, 0.3 * size)
    return far or track.drift is not None


def _matters(track: Track) -> bool:
    """Tell a movement from a flicker: seen at least twice, or once but large."""
    return len(track.sightings) >= 2 or track.area >= 0.01


def _is_part_of(track: Track, heavier: Track) -> bool:
    """Tell whether a short track is a limb or a shadow of a heavier one: it always lies beside it."""
    if len(track.sightings) > 5:
        return False
    near = {sighting.seconds: sighting.box for sighting in heavier.sightings}
    return all(
        any(
            abs(seconds - sighting.seconds) <= _LOST_SECONDS / 2 and gap_between(box, sighting.box) < 0.08
            for seconds, box in near.items()
        )
        for sighting in track.sightings
    )
