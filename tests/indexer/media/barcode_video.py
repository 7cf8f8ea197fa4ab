"""Videos whose frames carry their own number, in blocks that survive compression, scaling and rotation.

The number that is read back from the pixels is the only witness that a frame is the right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 160, 96
_ROWS, _COLUMNS = 4, 4
_NUMBER_BITS = 12
_CHECK_BITS = 4


def draw_number(number: int) -> NDArray[np.uint8]:
    """Picture of a number below 4096, shape (96, 160, 3)."""
    word = number << _CHECK_BITS | _check(number)
    bits = [(word >> shift) & 1 for shift in reversed(range(_NUMBER_BITS + _CHECK_BITS))]
    blocks = np.array(bits, dtype=np.uint8).reshape(_ROWS, _COLUMNS) * 200 + 28
    grey = np.kron(blocks, np.ones((HEIGHT // _ROWS, WIDTH // _COLUMNS), dtype=np.uint8))
    return np.repeat(grey[:, :, None], 3, axis=2)


def read_number(pixels: NDArray[np.uint8]) -> int:
    """Read the number back; fails when the picture is no such number, or is not upright."""
    height, width, _ = pixels.shape
    word = 0
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            y, x = int((row + 0.5) * height / _ROWS), int((column + 0.5) * width / _COLUMNS)
            word = word << 1 | int(pixels[y, x].mean() > 128)
    number, check = word >> _CHECK_BITS, word & (1 << _CHECK_BITS) - 1
    assert check == _check(number), "the picture holds no number"
    return number


def write_barcodes(
    path: Path,
    times: Sequence[Fraction],
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    rotation: int = 0,
    pixel_aspect: Fraction | None = None,
    ticks: Fraction = Fraction(1, 90000),
) -> None:
    """Write frame number i at ``times[i]`` seconds.

    Args:
        path: The suffix chooses the container.
        times: Rising presentation times, multiples of 1/1000 s.
        codec: Encoder.
        options: Of the encoder.
        container_options: Of the muxer.
        rotation: Degrees by which a player turns the stored pictures counter-clockwise to set them upright.
        pixel_aspect: Of the stored pixels.
        ticks: Time base of the encoder.
    """
    stored = [np.rot90(draw_number(number), -rotation // 90) for number in range(len(times))]
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=25, options=options or {"g": "12"})
        stream.height, stream.width = stored[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = ticks
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if rotation:
            stream.set_display_rotation(rotation)
        for picture, time in zip(stored, times, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = int(time / ticks), ticks
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def steady(count: int, rate: int = 25, start: Fraction = Fraction(0)) -> list[Fraction]:
    """Times of a constant frame rate."""
    return [start + Fraction(number, rate) for number in range(count)]


def irregular(count: int, seed: int = 5) -> list[Fraction]:
    """Times of a variable frame rate: steps of 10 to 300 ms."""
    steps = np.random.default_rng(seed).integers(1, 31, size=count - 1)
    return [Fraction(0), *(Fraction(int(total), 100) for total in np.cumsum(steps))]


def displayed_number(times: Sequence[Fraction], seconds: float) -> int:
    """The truth: which frame is on the screen at a second of the one clock."""
    first = times[0]
    return max(
        number for number, time in enumerate(times) if time - first <= Fraction(seconds) + Fraction(1, 10**6)
    )


def _check(number: int) -> int:
    return (number * 7 + (number >> 4) * 5 + 9) % (1 << _CHECK_BITS)
