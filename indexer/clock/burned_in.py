"""Read the clock that a camera draws into its pictures: found in one frame, then read in a few more.

Finding text costs nearly a second a frame, reading a known place a twentieth of that. So one or two frames
are searched, and only where a clock was found is its place read in others, spread over the recording.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.clock.stamps import Stamp, read_stamp, shows_date
from indexer.timeline import Frame
from indexer.vision.observing.ocr import Line

MAX_SIDE = 1280
"""Longest side of the frames that are read, in pixels."""
_SMALLEST = 120
"""Shorter side under which no clock in a picture can be read."""
_READ = 11
"""Frames in which the clock's place is read."""
_SURE = 0.5
_GOLDEN = 0.618
_FEWEST = 3

Pixels = NDArray[np.uint8]
FramesAt = Callable[[Sequence[float]], list[Frame]]
"""Decodes the frames displayed at given seconds."""


class TextReader(Protocol):
    """Reads text in pictures, as `indexer.vision.observing.ocr.Ocr` does."""

    def find(self, pixels: Pixels) -> list[Line]:
        """Find and read all text of a picture."""
        ...

    def read(self, pieces: Sequence[Pixels]) -> list[tuple[str, float]]:
        """Read pieces that hold one line each, with the confidence of each."""
        ...


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the clock in the picture showed in one frame."""

    seconds: float
    """The frame's time in the video."""
    stamp: Stamp


def read_burned_in(frames_at: FramesAt, duration_seconds: float, reader: TextReader) -> list[Sighting]:
    """Return what the clock in the picture shows over a recording, in the order of time.

    Returns:
        Nothing where there is no clock, or it cannot be read in three frames at least.

    Raises:
        MediaError: The frames cannot be decoded.
        VisionError: The text reader's models cannot be loaded.
    """
    for place in (0.5, 0.9):
        (frame,) = frames_at([duration_seconds * place])
        if min(frame.pixels.shape[:2]) < _SMALLEST:
            return []
        boxes = _clock_boxes(reader.find(frame.pixels))
        if boxes:
            break
    else:
        return []
    frames = _once(frames_at(_spread(duration_seconds)))
    texts = reader.read([_cut(frame.pixels, box) for frame in frames for box in boxes])
    sightings = []
    for number, frame in enumerate(frames):
        read = texts[number * len(boxes) : (number + 1) * len(boxes)]
        stamp = read_stamp(" ".join(text for text, confidence in read if confidence >= _SURE))
        if stamp is not None:
            sightings.append(Sighting(frame.pts_seconds, stamp))
    return sightings if len(sightings) >= _FEWEST else []


def _clock_boxes(lines: Sequence[Line]) -> list[tuple[int, int, int, int]]:
    """Return where the clock stands: one box, or two where its date stands apart; none without a clock."""
    sure = [line for line in lines if line.confidence >= _SURE]
    whole = [line for line in sure if (stamp := read_stamp(line.text)) and stamp.dates]
    if whole:
        return [whole[0].box]
    dates = [line for line in sure if shows_date(line.text)]
    for date in dates:
        for line in sorted(sure, key=lambda line: _distance(line, date)):
            if line.box != date.box and read_stamp(f"{date.text} {line.text}"):
                return [date.box, line.box]
    return [line.box for line in sure if read_stamp(line.text)][:1]


def _distance(one: Line, other: Line) -> float:
    return abs(one.box[0] - other.box[0]) + abs(one.box[1] - other.box[1])


def _spread(duration_seconds: float) -> list[float]:
    """Return times over the whole recording, at other parts of a second each, so that ticks average out."""
    step = duration_seconds / _READ
    jitter = min(1.0, step / 2)
    return [step * (n + 0.5) + jitter * ((n * _GOLDEN) % 1 - 0.5) for n in range(_READ)]


def _once(frames: Sequence[Frame]) -> list[Frame]:
    """Return each frame once: where frames are rare, several seconds show the same one."""
    return [frame for _, frame in sorted({frame.pts_seconds: frame for frame in frames}.items())]


def _cut(pixels: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    """Return a box with a margin: digits differ in width, and the reader likes some ground around them."""
    left, top, right, bottom = box
    margin = max(2, (bottom - top) // 6)
    return pixels[max(0, top - margin) : bottom + margin, max(0, left - 2 * margin) : right + 2 * margin]
