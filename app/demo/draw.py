"""Draw the demo clip: a loading dock, a box that falls, a cart that crosses, lights that go out.

The times come from ``truth.json``. Drawing is deterministic: the same version draws the same pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from math import cos, pi, radians, sin
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np

from app.demo.scenery import (
    DESIGN_HEIGHT,
    DESIGN_WIDTH,
    Pixels,
    Sprite,
    paint_background,
    paint_blue_cart,
    paint_red_box,
    paint_shadow,
)
from app.demo.truth import Truth, load_truth
from indexer.timeline import Span

_DARK = 0.15  # light that is left when the lamps are out
_BOX_START, _BOX_END = (160.0, 109.0), (214.0, 306.0)  # centres, in design coordinates
_CART_Y = 362.0
_NOISE_FIELDS = 7


def draw_demo(path: Path, *, width: int = 768, height: int = 432, frames_per_second: int = 25) -> Path:
    """Draw the clip and write it as H.264 in MP4.

    Args:
        path: Where the file goes; it appears there only when it is complete.
        width: Picture width in pixels, even.
        height: Picture height in pixels, even. With both a multiple of 16 the file's bytes are the same
            each time; otherwise the encoder fills its blocks with what lies in memory.
        frames_per_second: Frames drawn for each second.

    Returns:
        The path of the written file.

    Raises:
        ValueError: The size is odd, which H.264 with halved colour planes cannot hold.
    """
    if width % 2 or height % 2 or min(width, height) < 64:
        raise ValueError(f"the demo clip needs an even width and height of at least 64, got {width}x{height}")
    truth = load_truth()
    unfinished = path.with_name(f".{path.name}.unfinished")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with av.open(str(unfinished), "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=frames_per_second)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.time_base = Fraction(1, frames_per_second)
            stream.options = {
                "preset": "veryfast",
                "crf": "20",
                "g": str(frames_per_second * 2),
                "threads": "2",
            }
            for pixels in _draw_frames(truth, width, height, frames_per_second):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            container.mux(stream.encode())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _draw_frames(truth: Truth, width: int, height: int, frames_per_second: int) -> Iterator[Pixels]:
    """Yield the frames in order, RGB."""
    background = paint_background(width, height)
    box, cart, shadow = paint_red_box(), paint_blue_cart(), paint_shadow()
    dark = truth.event("lights").span
    noise = _sensor_noise(width, height)
    font = cv2.FontFace("sans")
    for index in range(round(truth.duration_seconds * frames_per_second)):
        seconds = index / frames_per_second
        pixels = background.copy()
        _put_box(pixels, box, shadow, _since(truth.event("red box").span, seconds))
        _put_cart(pixels, cart, shadow, truth.event("blue cart").span, seconds)
        if dark.contains(seconds):
            pixels = (pixels * _DARK).astype(np.uint8)
        brighter, darker = noise[index % _NOISE_FIELDS]
        pixels = cast(Pixels, cv2.subtract(cv2.add(pixels, brighter), darker))
        shown = truth.clock_starts_at + timedelta(seconds=int(seconds))
        yield _burn_in_clock(pixels, f"{shown:%Y-%m-%d %H:%M:%S}", font)


def _since(span: Span, seconds: float) -> float:
    """Share of the span that has passed, 0 before it and 1 after it."""
    return min(max((seconds - span.start_seconds) / span.duration_seconds, 0.0), 1.0)


def _put_box(pixels: Pixels, box: Sprite, shadow: Sprite, progress: float) -> None:
    """Put the box on its shelf, in its fall or on the floor: it slips off, drops, and bounces once."""
    slip, land = 0.15, 0.75
    drop = min(max((progress - slip) / (land - slip), 0.0), 1.0)
    bounce = max(progress - land, 0.0) / (1 - land)
    x = _BOX_START[0] + (_BOX_END[0] - _BOX_START[0]) * min(progress / land, 1.0) ** 0.7
    y = _BOX_START[1] + (_BOX_END[1] - _BOX_START[1]) * drop**2 - 9 * sin(pi * bounce)
    _paste(pixels, shadow, (x, _BOX_END[1] + 20), strength=drop**3)
    _paste(pixels, box, (x, y), turn_degrees=90 * drop)


def _put_cart(pixels: Pixels, cart: Sprite, shadow: Sprite, span: Span, seconds: float) -> None:
    """Put the cart where it is at that second: outside on the left, crossing, or gone on the right."""
    if span.contains(seconds):
        half = cart.pixels.shape[1] / cart.scale / 2
        x = -half + (DESIGN_WIDTH + 2 * half) * _since(span, seconds)
        for wheel in (-43, 0, 51):
            _paste(pixels, shadow, (x + wheel, _CART_Y + 43))
        _paste(pixels, cart, (x, _CART_Y))


def _paste(
    pixels: Pixels,
    sprite: Sprite,
    centre: tuple[float, float],
    turn_degrees: float = 0.0,
    strength: float = 1.0,
) -> None:
    """Blend a sprite into the picture, centred on a point of the design, to a fraction of a pixel."""
    height, width = pixels.shape[:2]
    stretch = np.array([width / DESIGN_WIDTH, height / DESIGN_HEIGHT])
    cosine, sine = cos(radians(turn_degrees)), sin(radians(turn_degrees))
    turn = np.array([[cosine, -sine], [sine, cosine]]) * stretch[:, None] / sprite.scale
    size = np.array(sprite.pixels.shape[1::-1])
    place = np.array(centre) * stretch - turn @ (size / 2 - 0.5)

    reach = np.abs(turn) @ size / 2 + 2  # the part of the picture that the turned sprite can touch
    low = np.maximum(np.floor(np.array(centre) * stretch - reach), 0).astype(int)
    high = np.minimum(np.ceil(np.array(centre) * stretch + reach), (width, height)).astype(int)
    if (high <= low).any():
        return
    matrix, target = np.column_stack([turn, place - low]), (high - low).tolist()
    moved = cv2.warpAffine(sprite.pixels, matrix, target, borderMode=cv2.BORDER_REPLICATE)
    opacity = strength * cv2.warpAffine(sprite.alpha, matrix, target)[..., None]
    part = pixels[low[1] : high[1], low[0] : high[0]]
    part[:] = np.round(part * (1 - opacity) + moved * opacity).astype(np.uint8)


def _sensor_noise(width: int, height: int) -> list[tuple[Pixels, Pixels]]:
    """Make a few fields of faint noise, each as what is added and what is taken away."""
    random = np.random.default_rng(4)
    fields = []
    for _ in range(_NOISE_FIELDS):
        noise = np.repeat(np.round(random.normal(0, 1.3, (height, width, 1))), 3, axis=2)
        fields.append((np.clip(noise, 0, 9).astype(np.uint8), np.clip(-noise, 0, 9).astype(np.uint8)))
    return fields


def _burn_in_clock(pixels: Pixels, text: str, font: cv2.FontFace) -> Pixels:
    """Write the clock into the picture as a camera does: white on a dark bar, whatever the light."""
    scale = pixels.shape[1] / DESIGN_WIDTH
    left, top, right, bottom = (round(value * scale) for value in (10, 10, 242, 38))
    pixels[top:bottom, left:right] //= 4
    origin = (round(19 * scale), round(31 * scale))
    cv2.putText(pixels, text, origin, (244, 244, 244), font, round(20 * scale), 500)
    return pixels
