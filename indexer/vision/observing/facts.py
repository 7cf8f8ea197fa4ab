"""What was measured, as timed events with a weight: light, lens, cuts, the camera, and what moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.timeline import Event, Span
from indexer.vision.observing import words
from indexer.vision.observing.lens import LensState, LensStretch
from indexer.vision.observing.light import DARK, LightChange
from indexer.vision.observing.motion import Sighting, global_shift
from indexer.vision.observing.scene import Scene, Stretch
from indexer.vision.observing.tracks import Track, goes_somewhere
from indexer.vision.observing.visits import Visit, differing, find_visit

_SCENE_WEIGHT = 10.0
"""Weight of what concerns the whole picture; what moves weighs less than 2."""
_SHORTEST_SECONDS = 0.02
ROUNDED_SECONDS = 0.01
"""Events' times are rounded to this."""
_EDGE = 0.012
"""Distance from the picture's edge at which a region touches it."""
_CROSSING_SECONDS = 1.0
"""Time within which a region that comes in over an edge is seen to grow and to leave the edge."""
_BURST_SECONDS = 0.5
_BURST_RATE = 0.3
"""A burst is at least so fast, in picture sizes per second."""
_BRIGHT = 0.35
"""Brightness from which people call a picture bright that was dark before."""
_FLICKERS = 4
"""So many sudden changes of light in one look are told as one flicker."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One event and how much it matters."""

    event: Event
    weight: float
    moves: bool = False
    """Whether something moved, rather than the light, the lens or the view changed."""


def find_facts(scene: Scene) -> list[Fact]:
    """Say everything that happened, in the order of time."""
    facts = [*_light_facts(scene), *_lens_facts(scene), *_cut_facts(scene), *_fade_facts(scene)]
    for stretch in scene.stretches:
        facts += _camera_facts(scene, stretch)
        facts += [_track_fact(scene, stretch, track) for track in stretch.tracks]
    return sorted(facts, key=lambda fact: (fact.event.span, -fact.weight))


def _fact(
    scene: Scene,
    start: float,
    end: float,
    sentence: tuple[str, str, str],
    weight: float,
    *,
    moves: bool = False,
) -> Fact:
    """Make a fact whose span lies inside the look's and is never empty."""
    first, last = scene.span.start_seconds, scene.span.end_seconds
    start = min(max(round(start, 2), first), last - _SHORTEST_SECONDS)
    end = min(max(round(end, 2), start + _SHORTEST_SECONDS), last)
    actor, action, details = sentence
    return Fact(Event(Span(max(start, first), end), actor, action, details), weight, moves)


def _light_facts(scene: Scene) -> list[Fact]:
    if len(scene.lights) >= _FLICKERS:
        start, end = scene.begins(scene.lights[0].index), scene.begins(scene.lights[-1].index)
        details = f"{len(scene.lights)} sudden changes between dark and bright, as of a flickering lamp"
        return [_fact(scene, start, end, ("the light", "flickered", details), _SCENE_WEIGHT)]
    return [_light_fact(scene, number, change) for number, change in enumerate(scene.lights)]


def _light_fact(scene: Scene, number: int, change: LightChange) -> Fact:
    """Say one sudden change of light; darkness lasts until the light returns."""
    levels = f"brightness from {words.percent(change.before)} to {words.percent(change.after)}"
    start = scene.begins(change.index)
    later = scene.lights[number + 1 :]
    if not change.drops:
        bright = "bright" if change.after > _BRIGHT else "brighter"
        action = f"rose suddenly: the picture got {bright}, as when the lights go on or are switched back on"
        return _fact(scene, start, start + 0.2, ("the light", action, levels), _SCENE_WEIGHT)
    end = scene.begins(later[0].index) if later else scene.span.end_seconds
    after = "and returned" if later and not later[0].drops else "and did not return within these frames"
    dark = "the picture went dark" if change.after < DARK else "the picture got darker"
    action = f"dropped suddenly: {dark}, as when the lights go out"
    details = f"{levels}, {after} at {words.moment(end)}" if later else f"{levels}, {after}"
    return _fact(scene, start, end, ("the light", action, details), _SCENE_WEIGHT)


_LENS_WORDS = {
    LensState.BLACK: ("was black", "nothing can be seen, as when the lens is covered or all light is gone"),
    LensState.COVERED: (
        "showed nothing of the scene, as when the lens was covered",
        "without the edges that the other frames show",
    ),
    LensState.BLURRED: ("was blurred", "out of focus: the scene is there without its fine edges"),
}


def _lens_facts(scene: Scene) -> list[Fact]:
    facts = []
    for part in scene.lens:
        if part.state in _LENS_WORDS and not (part.state is not LensState.BLURRED and _moves_in(scene, part)):
            action, details = _LENS_WORDS[part.state]
            sentence = ("the camera's view", action, details)
            facts.append(
                _fact(scene, scene.begins(part.first), scene.ends(part.last), sentence, _SCENE_WEIGHT)
            )
    return facts


def _moves_in(scene: Scene, part: LensStretch) -> bool:
    """Tell whether something goes somewhere, so that it is seen, and nothing can be before the lens."""
    inside = (each for each in scene.stretches if part.first <= each.first and each.last <= part.last)
    return any(goes_somewhere(track) for stretch in inside for track in stretch.tracks)


def _cut_facts(scene: Scene) -> list[Fact]:
    sentence = ("the view", "changed at once, as at a cut", "")
    return [
        _fact(scene, scene.begins(index), scene.begins(index) + 0.1, sentence, _SCENE_WEIGHT)
        for index in scene.cuts
    ]


def _fade_facts(scene: Scene) -> list[Fact]:
    sentence = ("the view", "changed gradually to another", "as at a cross-fade")
    return [
        _fact(scene, scene.begins(fade.first), scene.begins(fade.last), sentence, _SCENE_WEIGHT)
        for fade in scene.fades
    ]


def _camera_facts(scene: Scene, stretch: Stretch) -> list[Fact]:
    """Say when so much moved at once that the camera must have moved, or something close to it."""
    moving = [at for at, whole in enumerate(stretch.motion.whole) if whole]
    runs: list[list[int]] = []
    for at in moving:
        if runs and (
            stretch.pictures[at].seconds - stretch.pictures[runs[-1][-1]].seconds
            <= max(1.0, scene.gap_seconds)
        ):
            runs[-1].append(at)
        else:
            runs.append([at])
    facts = []
    for run in runs:
        shifts = [global_shift(stretch.pictures[at - 1], stretch.pictures[at]) for at in run]
        right, down = (float(value) for value in np.sum(shifts, axis=0))
        way = f" {words.direction(right, down)}" if max(abs(right), abs(down)) > 0.05 else ""
        sentence = (
            "the whole picture",
            f"moved{way}",
            "as when the camera moves or something is close to it",
        )
        start, end = scene.begins(stretch.first + run[0] - 1), scene.reaches(stretch.first + run[-1])
        facts.append(_fact(scene, start, end, sentence, _SCENE_WEIGHT / 2))
    return facts


def _track_fact(scene: Scene, stretch: Stretch, track: Track) -> Fact:
    """Say what one region did."""
    visit = find_visit(stretch.pictures, track)
    if visit is not None:
        return _visit_fact(scene, stretch, track, visit)
    before = stretch.first + max(0, track.first.index - 1)
    after = min(stretch.last, stretch.first + track.last.index + 1)
    actor = words.with_article(f"{track.colour} region".strip())
    action = _action(stretch, track, (before > 0, after < len(scene.pictures) - 1))
    right, down = track.shift
    seconds = max(track.seconds, scene.gap_seconds)
    details = [f"about {words.percent(track.area)} of the picture"]
    if goes_somewhere(track):
        details = [words.speed(right, down, seconds), *_burst(stretch, track), *details]
    start, end = scene.begins(before), scene.reaches(after)
    return _fact(scene, start, end, (actor, action, ", ".join(details)), track.weight, moves=True)


def _visit_fact(scene: Scene, stretch: Stretch, track: Track, visit: Visit) -> Fact:
    """Say that a region came up or vanished where it was."""
    start = scene.begins(stretch.first + visit.first)
    end = (
        scene.ends(stretch.first + visit.first)
        if visit.last is None
        else scene.ends(stretch.first + visit.last)
    )
    where = words.place(track.first.centre)
    action = f"was gone at {where}"
    if visit.came:
        after = "stayed there" if visit.last is None else f"was gone at {words.moment(end)}"
        action = f"appeared at {where} and {after}"
    actor = words.with_article(f"{visit.colour} region".strip())
    details = f"about {words.percent(track.area)} of the picture, without moving"
    return _fact(scene, start, end, (actor, action, details), track.weight, moves=True)


def _burst(stretch: Stretch, track: Track) -> list[str]:
    """Say when a region was much faster than on the whole: a quick fall at the end of a slow walk."""
    fastest = track.fastest(_BURST_SECONDS)
    usual = track.travel / max(track.seconds, _BURST_SECONDS)
    if fastest is None or fastest.rate < max(_BURST_RATE, 2.5 * usual):
        return []
    height, width = stretch.pictures[0].colour.shape[:2]
    way = words.direction(fastest.right * width, fastest.down * height)
    rate = words.speed(fastest.right, fastest.down, fastest.end_seconds - fastest.start_seconds)
    middle = words.moment((fastest.start_seconds + fastest.end_seconds) / 2)
    return [f"quickest at {middle}, when it moved {way} {rate}"]


def _action(stretch: Stretch, track: Track, watched: tuple[bool, bool]) -> str:
    """Say how a region moved; ``watched`` tells whether the look goes on before and after it."""
    start, end = words.place(track.start_place), words.place(track.end_place)
    if not goes_somewhere(track):
        wide = track.roaming > 0.15
        return f"moved back and forth around {start}" if wide else f"moved in place at {start}"
    height, width = stretch.pictures[0].colour.shape[:2]
    right, down = track.shift
    way = words.direction(right * width, down * height)
    action = f"moved {way} " + (f"at {start}" if start == end else f"from {start} to {end}")
    came = _crossed_edge(stretch, track, at_start=True) if watched[0] else ""
    went = _crossed_edge(stretch, track, at_start=False) if watched[1] else ""
    if came:
        action = f"came into the picture at {came} and {action}"
    if went:
        return f"{action} and left the picture at {went}"
    after = len(stretch.pictures) - 1
    if (
        watched[1]
        and differing(
            stretch.pictures, (track.came_to or track.last).box, max(0, track.first.index - 1), after
        )
        > 0.35
    ):
        return f"{action} and stayed there"
    return action + _growth(track)


def _crossed_edge(stretch: Stretch, track: Track, *, at_start: bool) -> str:
    """Name the edge over which a region came or went, or "" for none.

    It touches the edge, grows while it leaves it (or shrinks while it reaches it), and what it covers there
    was not there before it came and is not there after it went.
    """
    at_edge = track.first if at_start else track.last
    near = [each for each in track.sightings if abs(each.seconds - at_edge.seconds) <= _CROSSING_SECONDS]
    if at_edge.area > 0.6 * max(each.area for each in near):
        return ""
    inner = near[-1] if at_start else near[0]
    x, y = inner.centre[0] - at_edge.centre[0], inner.centre[1] - at_edge.centre[1]
    left, top, right, bottom = at_edge.box
    edges = (
        ("the left edge", left, x),
        ("the top", top, y),
        ("the right edge", 1 - right, -x),
        ("the bottom", 1 - bottom, -y),
    )
    name, room, inwards = max(edges, key=lambda edge: edge[2] - 10 * edge[1])
    wide, high = right - left, bottom - top
    around = (left - wide, top - high, right + wide, bottom + high)
    last = len(stretch.pictures) - 1
    before = max(0, track.first.index - 1)
    after = last if at_start else min(last, track.last.index + 1)
    empty = differing(stretch.pictures, around, before, after) < 0.25
    return name if room < _EDGE and inwards > 0.04 and empty else ""


def _growth(track: Track) -> str:
    """Say that a region became larger or smaller in both directions, whole in the picture all the time."""
    few = max(1, len(track.sightings) // 4)
    start, end = track.sightings[:few], track.sightings[-few:]
    if len(track.sightings) < 6 or any(_touches_edge(each) for each in track.sightings):
        return ""
    ratios = _mean_size(end) / _mean_size(start)
    if ratios.min() > 1.5:
        return ", growing larger as things do that come closer"
    return ", growing smaller as things do that go away" if ratios.max() < 0.67 else ""


def _mean_size(sightings: Sequence[Sighting]) -> NDArray[np.float64]:
    """Return mean width and height of a region's boxes."""
    boxes = np.array([sighting.box for sighting in sightings])
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).mean(axis=0), dtype=np.float64)


def _touches_edge(sighting: Sighting) -> bool:
    left, top, right, bottom = sighting.box
    return min(left, top, 1 - right, 1 - bottom) < _EDGE
