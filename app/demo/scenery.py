"""The loading dock's pictures: its still background, the box and the cart, painted large and scaled down.

Coordinates are those of a 768x432 picture, whatever the size that is drawn. Colours are RGB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

DESIGN_WIDTH, DESIGN_HEIGHT = 768, 432
SUPERSAMPLING = 2

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]

_STEEL: Colour = (96, 104, 112)
_INK: Colour = (24, 24, 26)
_YELLOW: Colour = (226, 186, 48)
_CARDBOARDS: Sequence[Colour] = ((168, 132, 92), (150, 116, 78), (180, 146, 106))
_FLOOR_Y = 276


@dataclass(frozen=True, slots=True)
class Sprite:
    """A thing that moves: its picture and how opaque each pixel is."""

    pixels: Pixels
    """RGB, shape (height, width, 3), at the supersampled scale."""
    alpha: NDArray[np.float32]
    """Opacity from 0 to 1, shape (height, width)."""
    scale: float
    """Sprite pixels for one unit of the 768x432 design."""


class Canvas:
    """A supersampled picture that is painted in design coordinates."""

    def __init__(self, width: float, height: float, scale: float, fill: Colour = (0, 0, 0)) -> None:
        self.scale = scale
        self.pixels: Pixels = np.full((round(height * scale), round(width * scale), 3), fill, np.uint8)

    def _points(self, points: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
        return np.round(np.array(points) * self.scale).astype(np.int32)

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon."""
        cv2.fillPoly(self.pixels, [self._points(points)], colour, cv2.LINE_AA)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill an upright rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], colour: Colour, width: float = 1
    ) -> None:
        """Draw a straight line, ``width`` design units thick."""
        first, last = self._points([start, end])
        thickness = max(1, round(width * self.scale))
        cv2.line(self.pixels, first.tolist(), last.tolist(), colour, thickness, cv2.LINE_AA)

    def disc(self, centre: tuple[float, float], radius: float, colour: Colour) -> None:
        """Fill a circle."""
        (point,) = self._points([centre])
        cv2.circle(self.pixels, point.tolist(), round(radius * self.scale), colour, -1, cv2.LINE_AA)

    def text(self, text: str, left: float, baseline: float, size: float, colour: Colour) -> None:
        """Write bold text with OpenCV's own font, so that it looks the same on every machine."""
        (origin,) = self._points([(left, baseline)])
        font = cv2.FontFace("sans")
        cv2.putText(self.pixels, text, origin.tolist(), colour, font, round(size * self.scale), 700)

    def shade(self, top: float, bottom: float, left: float, right: float, depth: float) -> None:
        """Darken a soft-edged ellipse, as the shadow under a thing; ``depth`` 0 to 1."""
        mask: NDArray[np.float32] = np.zeros(self.pixels.shape[:2], np.float32)
        (low, high) = self._points([(left, top), (right, bottom)])
        centre, axes = ((low + high) // 2).tolist(), np.maximum((high - low) // 2, 1).tolist()
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
        soft = cv2.GaussianBlur(mask, (0, 0), 4 * self.scale)
        self.pixels = (self.pixels * (1 - depth * soft[..., None])).astype(np.uint8)


def paint_background(width: int, height: int) -> Pixels:
    """Paint everything that never moves, at the size of the video."""
    canvas = Canvas(DESIGN_WIDTH, DESIGN_HEIGHT, SUPERSAMPLING, (176, 173, 166))
    _paint_walls(canvas)
    _paint_floor(canvas)
    _paint_door(canvas)
    _paint_shelf(canvas)
    _paint_sign(canvas)
    canvas.pixels = _lamp_light(canvas.pixels)
    return cv2.resize(canvas.pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _paint_walls(canvas: Canvas) -> None:
    for row, y in enumerate(range(0, _FLOOR_Y, 23)):
        canvas.line((0, y), (DESIGN_WIDTH, y), (162, 159, 152))
        for x in range(-30 + 30 * (row % 2), DESIGN_WIDTH, 60):
            canvas.line((x, y), (x, y + 23), (166, 163, 156))
    canvas.box(0, _FLOOR_Y - 34, DESIGN_WIDTH, _FLOOR_Y, (134, 136, 138))
    canvas.line((0, _FLOOR_Y - 34), (DESIGN_WIDTH, _FLOOR_Y - 34), (112, 114, 118), 2)


def _paint_floor(canvas: Canvas) -> None:
    for step in range(40):
        y = _FLOOR_Y + step * 4
        level = 116 + step
        canvas.box(0, y, DESIGN_WIDTH, y + 5, (level, level - 1, level - 5))
    for x in range(-600, DESIGN_WIDTH + 600, 130):
        near = 384 + (x - 384) * 1.7
        canvas.line((x, _FLOOR_Y), (near, DESIGN_HEIGHT), (108, 107, 104))
    for y in (300, 338, 396):
        canvas.line((0, y), (DESIGN_WIDTH, y), (110, 109, 106))
    canvas.polygon([(0, 414), (768, 414), (768, 421), (0, 421)], (196, 168, 62))


def _paint_door(canvas: Canvas) -> None:
    left, right, top = 440, 668, 62
    canvas.box(left - 14, top - 14, right + 14, _FLOOR_Y, (74, 78, 84))
    canvas.box(left, top, right, _FLOOR_Y, (190, 193, 196))
    for panel in range(6):
        y = top + panel * 36
        canvas.box(left, y, right, y + 30, (200 - 4 * panel, 203 - 4 * panel, 207 - 4 * panel))
        canvas.line((left, y + 32), (right, y + 32), (132, 136, 142), 2.5)
        canvas.line((left, y + 35), (right, y + 35), (222, 224, 226), 1)
    for x in (472, 528, 584):
        canvas.box(x, top + 42, x + 44, top + 61, _STEEL)
        canvas.box(x + 3, top + 45, x + 41, top + 58, (146, 164, 176))
    for x in (left - 14, right):
        for y in range(166, _FLOOR_Y, 22):
            canvas.box(x, y, x + 14, y + 11, _YELLOW)
            canvas.box(x, y + 11, x + 14, y + 22, _INK)
    canvas.box(left, _FLOOR_Y - 6, right, _FLOOR_Y, _INK)


def _paint_shelf(canvas: Canvas) -> None:
    canvas.shade(280, 300, 20, 190, 0.35)
    for left, top, right, bottom, shade in (
        (34, 84, 88, 130, 0),
        (92, 98, 134, 130, 1),
        (40, 166, 84, 206, 2),
        (90, 154, 152, 206, 1),
        (38, 240, 104, 286, 1),
        (112, 250, 160, 286, 0),
    ):
        canvas.box(left, top, right, bottom, _CARDBOARDS[shade])
        centre = (left + right) / 2
        canvas.box(centre - 3, top, centre + 3, bottom, (204, 184, 148))
        canvas.line((left, top), (right, top), (206, 178, 138), 1.5)
    for y in (130, 206, 286):
        canvas.box(22, y, 184, y + 8, (66, 72, 82))
        canvas.line((22, y), (184, y), (128, 134, 142), 1.5)
    for x in (22, 176):
        canvas.box(x, 54, x + 8, 298, (82, 88, 98))
        canvas.line((x + 1, 54), (x + 1, 298), (136, 142, 150), 1)


def _paint_sign(canvas: Canvas) -> None:
    canvas.box(256, 76, 402, 152, _INK)
    canvas.box(259, 79, 399, 149, _YELLOW)
    canvas.text("DOCK 4", 271, 113, 30, _INK)
    canvas.text("KEEP CLEAR", 274, 139, 18, _INK)


def _lamp_light(pixels: Pixels) -> Pixels:
    """Light the scene from a lamp above its middle: brighter there, darker in the corners."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot((x / width - 0.52) * 1.1, (y / height - 0.3) * 0.9)
    light = 1.12 - 0.62 * distance**1.4
    lit: Pixels = np.clip(pixels * light[..., None], 0, 255).astype(np.uint8)
    return lit


def paint_red_box() -> Sprite:
    """Paint the box that falls: 44x40 design units with tape and a label."""
    canvas = Canvas(44, 40, SUPERSAMPLING * 2, (196, 34, 30))
    canvas.polygon([(0, 0), (44, 0), (44, 9), (0, 9)], (222, 66, 56))
    canvas.box(0, 33, 44, 40, (160, 24, 24))
    canvas.box(19, 0, 25, 40, (232, 124, 96))
    canvas.box(29, 18, 39, 28, (238, 226, 214))
    for y in (21, 25):
        canvas.line((31, y), (37, y), (130, 60, 56))
    return Sprite(canvas.pixels, np.ones(canvas.pixels.shape[:2], np.float32), canvas.scale)


def paint_blue_cart() -> Sprite:
    """Paint the cart that crosses: 150x88 design units with a handle, a load and four wheels."""
    key: Colour = (255, 0, 255)
    canvas = Canvas(150, 88, SUPERSAMPLING * 2, key)
    canvas.line((12, 60), (6, 6), (40, 62, 112), 4)
    canvas.line((2, 6), (14, 6), (40, 62, 112), 5)
    canvas.box(14, 26, 144, 66, (34, 84, 190))
    canvas.box(14, 26, 144, 33, (70, 124, 224))
    canvas.box(14, 58, 144, 66, (24, 60, 146))
    for x in (40, 66, 92, 118):
        canvas.line((x, 34), (x, 58), (26, 66, 158), 2)
    for x in (32, 126):
        canvas.disc((x, 74), 12, (28, 28, 32))
        canvas.disc((x, 74), 5, (150, 154, 160))
    alpha = (np.abs(canvas.pixels.astype(int) - key).sum(axis=2) > 60).astype(np.float32)
    return Sprite(canvas.pixels, cv2.GaussianBlur(alpha, (3, 3), 0).astype(np.float32), canvas.scale)


def paint_shadow() -> Sprite:
    """Paint the soft shadow that lies on the floor under a thing: 60x14 design units."""
    canvas = Canvas(60, 14, SUPERSAMPLING)
    y, x = np.mgrid[-1 : 1 : canvas.pixels.shape[0] * 1j, -1 : 1 : canvas.pixels.shape[1] * 1j]
    alpha = 0.5 * np.clip(1 - np.hypot(x, y), 0, 1)
    return Sprite(canvas.pixels, alpha.astype(np.float32), canvas.scale)
