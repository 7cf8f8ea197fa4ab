"""Films for the bench of answers: what happens in each, second by second, known before it is drawn.

A still room, in which now and then one thing happens. Frames come as from a camera that sends more while
something moves: at a varying rate, seldom in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from indexer.timeline import Span

COLOURS = {
    "red": (205, 35, 40),
    "green": (40, 165, 60),
    "blue": (45, 75, 215),
    "yellow": (235, 215, 45),
    "purple": (140, 45, 170),
    "orange": (245, 145, 30),
    "white": (250, 250, 250),
    "black": (12, 12, 12),
}
"""What things are painted in, RGB."""
LENGTHS = (
    *(30, 31, 33, 36, 38, 40, 42, 45, 47, 50, 52, 55, 58, 60, 62, 65, 70, 75, 80, 85, 90, 95, 100, 105, 110),
    *(115, 120, 130, 140, 150, 160, 170, 180, 190, 200, 210, 225, 240, 260, 280, 300, 330, 360, 400, 450),
    *(600, 900, 1200, 1800, 3600, 5400, 7200),
)
"""Seconds that the films last: 52 of them, 30 s to 2 h."""
_CONTAINERS = ("mp4", "mkv", "mov", "ts")
_QUIET_LEAST = 3.0
"""Seconds between two events, at least."""
_LONG = 600
"""Films longer than this send few frames while nothing happens."""


class Happening(StrEnum):
    """What can happen in a film."""

    RIGHT = "crosses to the right"
    LEFT = "crosses to the left"
    FALL = "falls"
    RISE = "rises"
    DARK = "the lights go out"
    VISIT = "appears, stays and is gone"


_SECONDS = {
    Happening.RIGHT: (2.0, 5.0),
    Happening.LEFT: (2.0, 5.0),
    Happening.FALL: (0.8, 1.6),
    Happening.RISE: (1.0, 2.5),
    Happening.DARK: (2.0, 5.0),
    Happening.VISIT: (2.0, 5.0),
}
"""How long each lasts, least and most."""
ONCE = (Happening.FALL, Happening.RISE)
"""What happens to a thing that stays in view, and so once in a film at most."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a film."""

    what: Happening
    span: Span
    colour: str = ""
    """Of the thing that moves; "" for the light."""

    @property
    def bounds(self) -> tuple[float, float]:
        """Return when it begins and when it is over, in seconds."""
        return self.span.start_seconds, self.span.end_seconds

    def overlap(self, span: Span) -> float:
        """Return how many seconds of it lie in a span."""
        shared = self.span.intersect(span)
        return shared.duration_seconds if shared else 0.0


@dataclass(frozen=True, slots=True)
class Film:
    """One film: its events, and when each frame is shown, on the one clock that begins at 0."""

    name: str
    seed: int
    duration_seconds: float
    events: tuple[Happened, ...]
    offset_seconds: float
    """What the container's clock says at the first frame."""

    def frame_times(self) -> list[float]:
        """Return when each frame is shown, in seconds to the millisecond, the first at 0."""
        chance = np.random.default_rng(self.seed)
        often, seldom = (40, 130), (300, 700) if self.duration_seconds > _LONG else (90, 260)
        last = round(1000 * self.duration_seconds)
        marks = sorted({round(1000 * at) for event in self.events for at in event.bounds})
        times, now = [0], 0
        while now < last:
            busy = any(event.span.contains(now / 1000) for event in self.events)
            step = int(chance.integers(*(often if busy else seldom)))
            coming = next((mark for mark in marks if mark > now), last)
            now = min(now + step, coming)
            times.append(now)
        return [each / 1000 for each in times if each < last]


def plan_films(count: int = len(LENGTHS), *, seed: int = 7) -> list[Film]:
    """Plan films of rising length; of fewer than all, spread over the lengths."""
    chosen = np.unique(np.linspace(0, len(LENGTHS) - 1, count).round().astype(int))
    return [plan_film(int(number), LENGTHS[number], seed=seed + 1000 * int(number)) for number in chosen]


def plan_film(number: int, seconds: float, *, seed: int) -> Film:
    """Plan one film: events in a random order, of random colours, with quiet between them."""
    chance = np.random.default_rng(seed)
    count = int(np.clip(seconds // 14, 3, 5))
    events = _place(_choose(count, chance), seconds, chance)
    suffix = _CONTAINERS[number % len(_CONTAINERS)]
    offset = (0.0, 7.5, 1.4, 3661.25)[(number // len(_CONTAINERS)) % 4]
    return Film(f"gate_{number:02d}.{suffix}", seed, seconds, events, offset)


def _choose(count: int, chance: np.random.Generator) -> list[tuple[Happening, str]]:
    """Choose what happens and to what; two colours of eight are left out of each film."""
    colours = list(chance.permutation(list(COLOURS))[:-2])
    chosen: list[tuple[Happening, str]] = []
    while len(chosen) < count:
        what = list(Happening)[int(chance.integers(len(Happening)))]
        if what in ONCE and any(other in ONCE for other, _ in chosen):
            continue
        chosen.append((what, "" if what is Happening.DARK else str(colours[int(chance.integers(6))])))
    return chosen


def _place(
    chosen: Sequence[tuple[Happening, str]], seconds: float, chance: np.random.Generator
) -> tuple[Happened, ...]:
    """Give each event its time: to the tenth of a second, with quiet before, between and after."""
    lasting = [round(float(chance.uniform(*_SECONDS[what])), 1) for what, _ in chosen]
    free = seconds - sum(lasting) - _QUIET_LEAST * (len(chosen) + 1)
    if free < 0:
        return _place(chosen[:-1], seconds, chance)
    shares = np.sort(chance.uniform(0, free, len(chosen)))
    placed, used = [], _QUIET_LEAST
    for (what, colour), share, lasts in zip(chosen, shares, lasting, strict=True):
        start = round(used + float(share), 1)
        placed.append(Happened(what, Span(start, round(start + lasts, 1)), colour))
        used += lasts + _QUIET_LEAST
    return tuple(placed)
