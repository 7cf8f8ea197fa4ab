"""For the indexer's tests: small real videos, and a vision model that records what it is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from indexer.vision.model import FrameBudget, Look


def write_video(
    path: Path,
    *,
    seconds: float,
    seed: int = 0,
    rate: int = 10,
    scenes: int = 1,
    moving: Callable[[float], bool] = lambda second: True,
) -> Path:
    """Write a small H.264 video of ``scenes`` structured pictures, equally long.

    A block crosses them while ``moving``, which is asked with the second of each frame; else they are still.
    """
    random = np.random.default_rng(seed)
    pictures = [
        np.kron(random.integers(0, 255, (9, 16, 3)), np.ones((8, 8, 1))).astype(np.uint8)
        for _ in range(scenes)
    ]
    count = round(seconds * rate)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = 128, 72, "yuv420p"
        stream.time_base = Fraction(1, rate)
        for number in range(count):
            picture = pictures[number * scenes // count].copy()
            if moving(number / rate):
                left = number * 8 % 112
                picture[24:48, left : left + 16] = 255
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_folder(folder: Path, *names: str) -> Path:
    """Make a folder of videos of two seconds, each with a picture of its own."""
    folder.mkdir()
    for seed, name in enumerate(names, start=1):
        write_video(folder / name, seconds=2, seed=seed)
    return folder


class RecordingVision:
    """A vision model that tells its span in the caption and keeps every look it was asked for."""

    def __init__(
        self,
        name: str = "recording-1",
        on_look: Callable[[Look], None] = lambda look: None,
        looks_at_once: int = 1,
    ) -> None:
        self.name = name
        self.judges = True
        self.looks_at_once = looks_at_once
        self.caption_budget = FrameBudget(4, 1.0, 64)
        self.look_budget = FrameBudget(8, 4.0, 64)
        self.looks: list[Look] = []
        self.batches: list[int] = []
        self._on_look = on_look

    def look(self, requests):
        self.batches.append(len(requests))
        for request in requests:
            self._on_look(request)
            self.looks.append(request)
        return [
            json.dumps(
                {
                    "summary": f"A forklift passes in part {request.span.start_seconds:g}.",
                    "events": [
                        {
                            "start_seconds": request.span.start_seconds,
                            "end_seconds": request.span.end_seconds,
                            "actor": "a forklift",
                            "action": "passes",
                            "details": "",
                            "intent": "",
                            "text_on_screen": "",
                        }
                    ],
                }
            )
            for request in requests
        ]
