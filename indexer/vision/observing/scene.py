"""Everything that is measured in one look: stretches of steady view, what moves in them, what can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.media.change import ChangeMeter
from indexer.timeline import Frame, Span
from indexer.vision.observing.drifts import join_drifting
from indexer.vision.observing.fades import Fade, find_fades
from indexer.vision.observing.lens import LensStretch, lens_stretches
from indexer.vision.observing.light import LightChange, level_exposure, sudden_changes
from indexer.vision.observing.motion import Motion, measure_motion, unmeasured
from indexer.vision.observing.pictures import Picture, likeness, make_pictures
from indexer.vision.observing.screen_text import ScreenReader, ScreenText
from indexer.vision.observing.tracks import Track, find_rests, follow

_LOUD = 3.0
"""A cut changes the view so many times more than the steps beside it; a quick camera changes it in all."""
_READ_SCENES = 4
"""Scenes of one look that are searched for text; further ones are too short to matter."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive frames without a cut, a fade or a sudden change of light between them."""

    first: int
    """Index of its first frame in the look."""
    last: int
    pictures: list[Picture]
    """Its frames, exposure levelled."""
    motion: Motion
    tracks: list[Track]
    """What moved, most important first."""


@dataclass(frozen=True, slots=True)
class SceneText:
    """The text that was in view between two cuts."""

    first: int
    last: int
    texts: list[ScreenText]


@dataclass(frozen=True, slots=True)
class Scene:
    """What was measured in a look."""

    span: Span
    pictures: list[Picture]
    cuts: list[int]
    """Index of the first frame after each cut."""
    fades: list[Fade]
    lights: list[LightChange]
    lens: list[LensStretch]
    stretches: list[Stretch]
    texts: list[SceneText]

    @property
    def gap_seconds(self) -> float:
        """Usual time between two frames; 0 for a single frame."""
        seconds = [picture.seconds for picture in self.pictures]
        return float(np.median(np.diff(seconds))) if len(seconds) > 1 else 0.0

    def begins(self, index: int) -> float:
        """Return the second from which a frame stands for the video."""
        seconds = self.pictures[index].seconds
        return (
            self.span.start_seconds if index == 0 else min(max(seconds, self.span.start_seconds), self._end)
        )

    def ends(self, index: int) -> float:
        """Return the second until which what shows in a frame is known to last."""
        last = len(self.pictures) - 1
        if index >= last:
            return self._end
        return min(max(self.pictures[index + 1].seconds, self.span.start_seconds), self._end)

    def reaches(self, index: int) -> float:
        """Return the second of a frame at which a movement ends; the last frame stands to the span's end."""
        return self.ends(index) if index >= len(self.pictures) - 1 else self.begins(index)

    @property
    def _end(self) -> float:
        return self.span.end_seconds


def measure(frames: Sequence[Frame], span: Span, reader: ScreenReader) -> Scene:
    """Measure one look's frames, one or more, in the order of time."""
    pictures = make_pictures(frames)
    fades = find_fades(pictures)
    lights = [light for light in sudden_changes(pictures) if not _inside(light.index, fades)]
    lens = lens_stretches(pictures)
    cuts = [cut for cut in _cuts(frames, pictures, lights, lens) if not _inside(cut, fades)]
    texts = _read(frames, pictures, cuts, reader)
    borders = sorted(
        {
            *cuts,
            *(light.index for light in lights),
            *(part.first for part in lens if part.first),
            *(border for fade in fades for border in (fade.first, fade.last + 1)),
        }
        - {0, len(pictures)}
    )
    stretches = [
        _stretch(pictures, first, last, fades, texts) for first, last in _ranges(borders, len(pictures))
    ]
    return Scene(span, pictures, cuts, fades, lights, lens, stretches, texts)


def _inside(index: int, fades: Sequence[Fade]) -> bool:
    return any(fade.first <= index <= fade.last + 1 for fade in fades)


def _cuts(
    frames: Sequence[Frame],
    pictures: Sequence[Picture],
    lights: Sequence[LightChange],
    lens: Sequence[LensStretch],
) -> list[int]:
    """Find the cuts, leaving out what a change of light or a covered lens explains."""
    meter = ChangeMeter()
    found = [index for index, frame in enumerate(frames) if meter.measure(frame).is_cut]
    explained = {light.index + near for light in lights for near in (-1, 0, 1)}
    explained |= {part.first + near for part in lens[1:] for near in (-1, 0, 1)}
    return [index for index in found if index and index not in explained and _stands_out(pictures, index)]


def _stands_out(pictures: Sequence[Picture], index: int) -> bool:
    """Tell a cut from a quick camera, which changes the frames of a look as much when they are far apart."""
    steps = {
        at: 1 - likeness(pictures[at - 1].thumb, pictures[at].thumb)
        for at in range(max(1, index - 2), min(len(pictures), index + 3))
    }
    step = steps.pop(index)
    return step > _LOUD * max(steps.values(), default=0.0)


def _ranges(borders: Sequence[int], count: int) -> list[tuple[int, int]]:
    """Return first and last index of the parts between borders."""
    starts = [0, *borders]
    ends = [*(border - 1 for border in borders), count - 1]
    return list(zip(starts, ends, strict=True))


def _read(
    frames: Sequence[Frame], pictures: Sequence[Picture], cuts: Sequence[int], reader: ScreenReader
) -> list[SceneText]:
    scenes = sorted(_ranges(cuts, len(frames)), key=lambda scene: scene[0] - scene[1])[:_READ_SCENES]
    return [
        SceneText(first, last, reader.read(frames[first : last + 1], pictures[first : last + 1]))
        for first, last in sorted(scenes)
    ]


def _stretch(
    pictures: Sequence[Picture],
    first: int,
    last: int,
    fades: Sequence[Fade],
    texts: Sequence[SceneText],
) -> Stretch:
    part = level_exposure(pictures[first : last + 1])
    if any(fade.first <= first and last <= fade.last for fade in fades):  # both views at once, neither moves
        return Stretch(first, last, part, unmeasured(len(part)), [])
    running = [
        text.box for scene in texts if scene.first <= first <= scene.last for text in scene.texts if text.runs
    ]
    motion = measure_motion(part, running)
    tracks = follow(motion.sightings)
    for track in tracks:
        find_rests(motion, track)
    return Stretch(first, last, part, motion, join_drifting(part, tracks))
