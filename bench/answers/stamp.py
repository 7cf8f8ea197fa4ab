"""A clock in the picture that a program can read back, and that no eye and no observer takes for movement.

Two rows of cells of 8×8 pixels, each a little darker or a little lighter than grey: 24 bits of milliseconds
and 8 bits to check them. The two greys lie nearer to each other than what
counts as movement (14 grey levels).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CELL = 8
_VALUE_BITS, _CHECK_BITS = 24, 8
_BITS = _VALUE_BITS + _CHECK_BITS
_DARK, _LIGHT = 122, 134
_ROWS = 2
WIDTH, HEIGHT = _BITS // _ROWS * CELL, _ROWS * CELL
"""Pixels of a stamp: small, so that it is no large part of a dark picture's light."""


class NoStamp(ValueError):
    """The picture shows no clock that can be read."""


def put_stamp(luma: NDArray[Any], seconds: float) -> None:
    """Draw a time into the upper left corner of a picture's luma, in place."""
    value = round(1000 * seconds)
    word = value << _CHECK_BITS | _check(value)
    bits = np.array([(word >> shift) & 1 for shift in reversed(range(_BITS))]).reshape(_ROWS, -1)
    cells = np.where(bits, _LIGHT, _DARK).astype(luma.dtype)
    luma[:HEIGHT, :WIDTH] = np.kron(cells, np.ones((CELL, CELL), luma.dtype))


def read_stamp(pixels: NDArray[np.uint8]) -> float:
    """Read the time back from a picture of the size in which it was drawn, in seconds.

    Args:
        pixels: RGB, shape (height, width, 3).

    Raises:
        NoStamp: The cells hold no time: another picture, or one that is damaged.
    """
    grey = pixels[:HEIGHT, :WIDTH].mean(axis=2).reshape(_ROWS, CELL, _BITS // _ROWS, CELL)
    cells = grey[:, 2:-2, :, 2:-2].mean(axis=(1, 3)).ravel()
    # What decoders make of grey differs by a level or two, so the middle is taken from the cells themselves.
    word = 0
    for cell in cells:
        word = word << 1 | int(cell > (float(cells.min()) + float(cells.max())) / 2)
    value, check = word >> _CHECK_BITS, word & (1 << _CHECK_BITS) - 1
    if check != _check(value) or float(np.ptp(cells)) > 4 * (_LIGHT - _DARK):
        raise NoStamp("the picture holds no time")
    return value / 1000


def _check(value: int) -> int:
    """Return a check that is never 0 nor all ones: a plain row is no time, and both greys always show."""
    return 1 + (value * 7 + (value >> 8) * 5 + (value >> 16) * 3 + 9) % 253
