"""Drawn scenes for the observer: a textured grey room in which coloured things move as told."""

from collections.abc import Callable, Sequence
from functools import cache

import cv2
import numpy as np
import pytest

from indexer.timeline import Frame, Span
from indexer.vision.model import Look, Reply
from indexer.vision.observer import Observer
from indexer.vision.observing.ocr import Line, Ocr
from indexer.vision.observing.screen_text import ScreenReader

WIDTH, HEIGHT = 480, 270
RED, BLUE, GREEN = (205, 35, 30), (30, 70, 200), (30, 150, 60)
Pixels = np.ndarray
Thing = Callable[[float], tuple[float, float] | None]


class BlindOcr(Ocr):
    """Finds no text, and counts how often it was asked, so that tests of movement stay fast."""

    def __init__(self) -> None:
        super().__init__()
        self.found = 0

    def find(self, pixels: Pixels) -> list[Line]:
        self.found += 1
        return []


@cache
def sensor_noise(height: int, width: int, deviation: float) -> Pixels:
    """Noise for any number of pictures, drawn once: each takes a part of it at another place."""
    drawn = np.random.default_rng(1).normal(0, deviation, (height + 64, width + 64, 3))
    return np.rint(drawn).astype(np.int16)


class Stage:
    """Draws looks: a still room with noise, in which things are where their functions of time say."""

    red, blue, green = RED, BLUE, GREEN
    size = (WIDTH, HEIGHT)

    def __init__(self) -> None:
        random = np.random.default_rng(7)
        coarse = random.integers(105, 165, (HEIGHT // 10, WIDTH // 10, 1), dtype=np.uint8).repeat(3, axis=2)
        self.room = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        cv2.rectangle(self.room, (300, 40), (420, 200), (90, 92, 95), 3)
        cv2.line(self.room, (0, 210), (WIDTH, 210), (70, 70, 70), 2)
        for y in range(50, 200, 12):
            cv2.line(self.room, (306, y), (414, y), (180, 182, 184), 1)
        self.chance = np.random.default_rng(1)

    def picture(self, room: Pixels | None = None, *, noise: float = 2.0, light: float = 1.0) -> Pixels:
        """The room (or another picture) under a light, with sensor noise."""
        lit = cv2.convertScaleAbs(self.room if room is None else room, alpha=light)
        height, width = lit.shape[:2]
        y, x = self.chance.integers(64, size=2)
        grain = sensor_noise(height, width, noise)[y : y + height, x : x + width]
        return cv2.add(lit, grain, dtype=cv2.CV_8U)

    def with_things(self, seconds: float, things: Sequence[tuple]) -> Pixels:
        """The room with things in it: (where(seconds) or None, half width, half height, colour)."""
        room = self.room.copy()
        for where, half_width, half_height, colour in things:
            centre = where(seconds)
            if centre is not None:
                x, y = (round(value) for value in centre)
                corners = (x - half_width, y - half_height), (x + half_width, y + half_height)
                cv2.rectangle(room, *corners, colour, -1, cv2.LINE_AA)
        return room

    def frames(
        self, draw: Callable[[float], Pixels], *, start: float = 0.0, seconds: float = 6.0, rate: float = 8.0
    ) -> tuple[Frame, ...]:
        """Frames of ``draw``, which is given the time since the start."""
        times = [index / rate for index in range(round(seconds * rate))]
        return tuple(Frame(start + time, draw(time)) for time in times)

    def film(
        self, *things: tuple, start: float = 0.0, seconds: float = 6.0, rate: float = 8.0
    ) -> tuple[Frame, ...]:
        """Frames in which things move in the noisy room."""
        draw = lambda time: self.picture(self.with_things(time, things))  # noqa: E731
        return self.frames(draw, start=start, seconds=seconds, rate=rate)

    def look(
        self, frames: Sequence[Frame], reply: Reply = Reply.CAPTION, *, seconds: float | None = None
    ) -> Look:
        """A look at the frames, over the span that they stand for."""
        start = frames[0].pts_seconds
        gap = frames[1].pts_seconds - start if len(frames) > 1 else 0.1
        end = start + seconds if seconds else frames[-1].pts_seconds + gap
        return Look(tuple(frames), Span(start, end), "What happens?", reply)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def blind_ocr() -> BlindOcr:
    return BlindOcr()


@pytest.fixture
def observer(blind_ocr: BlindOcr) -> Observer:
    """An observer that measures everything but text."""
    return Observer(ScreenReader(blind_ocr))


@pytest.fixture(scope="session")
def reading_observer() -> Observer:
    """An observer with the real text reader; its models load once for all tests."""
    return Observer()
