"""A small real video, for tests that index."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_video(path: Path, *, seconds: float, seed: int = 0, rate: int = 10) -> Path:
    """Write a small H.264 video in which a block crosses a still picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 255, (9, 16, 3))
    picture = np.kron(noise, np.ones((8, 8, 1))).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = 128, 72, "yuv420p"
        stream.time_base = Fraction(1, rate)
        for number in range(round(seconds * rate)):
            shown = picture.copy()
            left = number * 8 % 112
            shown[24:48, left : left + 16] = 255
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
