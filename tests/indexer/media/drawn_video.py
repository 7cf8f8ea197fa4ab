"""Drawn footage for the tests of the walk: a textured scene, things that move in it, and cuts."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

WIDTH, HEIGHT, RATE = 384, 216, 25
Picture = NDArray[np.uint8]


def scene(seed: int) -> Picture:
    """A still with structure everywhere, shape (216, 384, 3)."""
    random = np.random.default_rng(seed)
    coarse = random.integers(30, 220, (9, 16, 3), dtype=np.uint8)
    picture = np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
    for _ in range(30):
        left, top = int(random.integers(0, WIDTH - 40)), int(random.integers(0, HEIGHT - 30))
        size = random.integers(8, 50, 2)
        picture[top : top + size[1], left : left + size[0]] = random.integers(0, 255, 3)
    return picture


def with_block(picture: Picture, left: float, side: int = 36) -> Picture:
    """Lay a red block over a scene, its left edge at a share of the width."""
    drawn = picture.copy()
    x = int(left * WIDTH)
    drawn[90 : 90 + side, max(0, x) : max(0, x + side)] = (230, 20, 30)
    return drawn


def passing(start_seconds: float, end_seconds: float, seconds: float, seed: int = 1) -> Iterable[Picture]:
    """A still scene that a block crosses between two seconds."""
    background = scene(seed)
    for number in range(int(seconds * RATE)):
        time = number / RATE
        if start_seconds <= time < end_seconds:
            part = (time - start_seconds) / (end_seconds - start_seconds)
            yield with_block(background, -0.1 + 1.1 * part)
        else:
            yield background


def write_drawn(
    path: Path,
    pictures: Iterable[Picture],
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    noise: float = 0.0,
) -> None:
    """Encode pictures at `RATE`; the suffix chooses the container."""
    random = np.random.default_rng(7)
    with av.open(str(path), "w") as container:
        chosen = options or {"g": "50", "preset": "veryfast"}
        stream = cast(VideoStream, container.add_stream(codec, rate=RATE, options=chosen))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number, picture in enumerate(pictures):
            if noise:
                noisy = picture + random.normal(0, noise, picture.shape)
                picture = np.clip(noisy, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
