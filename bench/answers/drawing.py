"""Draw the bench's films: a still room in which one thing at a time happens, and the stamp of the time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from bench.answers.films import COLOURS, ONCE, Film, Happened, Happening
from bench.answers.stamp import put_stamp

WIDTH, HEIGHT = 384, 224
_SIDE = 22
"""Pixels that a thing is wide and high: 0.6 % of the picture."""
_LANE = 92
"""Top of what crosses."""
_HIGH, _LOW, _COLUMN = 30, 180, 300
"""Top of a thing before and after it falls, and its left."""
_VISITED = (70, 160)
_LIGHT_LEFT = 0.12
_TICKS = Fraction(1, 1000)
_KEY_EVERY = 60
"""Frames from key frame to key frame, at most."""

Picture = NDArray[Any]


def write_film(film: Film, folder: Path) -> Path:
    """Draw and encode a film; returns its path."""
    path = folder / film.name
    room = _paint_room(film.seed)
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "crf": "16", "g": str(_KEY_EVERY), "threads": "2"}
        stream = cast(VideoStream, container.add_stream("libx264", rate=25, options=options))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = _TICKS
        quiet: dict[tuple[int, ...], Picture] = {}
        for seconds in film.frame_times():
            picture = _picture(film, room, seconds, quiet).copy()
            put_stamp(picture, seconds)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = round(1000 * (seconds + film.offset_seconds)), _TICKS
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _picture(film: Film, room: Picture, seconds: float, quiet: dict[tuple[int, ...], Picture]) -> Picture:
    """Return a film's picture at a time as YUV 4:2:0; pictures in which nothing moves are drawn once."""
    now = next((event for event in film.events if event.span.contains(seconds)), None)
    if now is not None and now.what not in (Happening.DARK, Happening.VISIT):
        return _draw(film, room, seconds)
    state = tuple(int(seconds >= at) for event in film.events for at in event.bounds)
    if state not in quiet:
        quiet[state] = _draw(film, room, seconds)
    return quiet[state]


def _draw(film: Film, room: Picture, seconds: float) -> Picture:
    picture = room.copy()
    for event in film.events:
        place = _place_of(event, seconds)
        if place is not None:
            left, top = place
            picture[top : top + _SIDE, max(0, left) : max(0, left + _SIDE)] = COLOURS[event.colour]
    if any(event.what is Happening.DARK and event.span.contains(seconds) for event in film.events):
        picture = (picture * _LIGHT_LEFT).astype(np.uint8)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420), np.uint8)


def _place_of(event: Happened, seconds: float) -> tuple[int, int] | None:
    """Return left and top of an event's thing at a time; None while it is not in view."""
    start, end = event.bounds
    passed = min(max((seconds - start) / (end - start), 0.0), 1.0)
    if event.what in ONCE:
        high, low = (_HIGH, _LOW) if event.what is Happening.FALL else (_LOW, _HIGH)
        return _COLUMN, round(high + (low - high) * passed)
    if not event.span.contains(seconds) or event.what is Happening.DARK:
        return None
    if event.what is Happening.VISIT:
        return _VISITED
    across = round(-_SIDE + (WIDTH + _SIDE) * passed)
    return (across if event.what is Happening.RIGHT else WIDTH - _SIDE - across), _LANE


def _paint_room(seed: int) -> Picture:
    """Paint a grey room: walls that are not even, with shelves and doors; without any colour of its own."""
    chance = np.random.default_rng(seed)
    room = np.full((HEIGHT, WIDTH), 128.0, np.float32)
    for cells, strength in ((5, 16), (20, 8)):
        grain = chance.normal(0, strength, (cells * HEIGHT // WIDTH + 1, cells)).astype(np.float32)
        room += cv2.resize(grain, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    for _ in range(7):
        left, top = int(chance.integers(0, WIDTH - 40)), int(chance.integers(14, HEIGHT - 30))
        wide, high = (int(each) for each in chance.integers(20, 60, 2))
        cv2.rectangle(room, (left, top), (left + wide, top + high), float(chance.integers(90, 165)), -1)
    grey = np.clip(room, 85, 170).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)
