"""Plain English for measurements: places, directions, speeds, sizes, numbers."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.timeline import format_seconds

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_PLACES = (
    ("the upper left", "the top", "the upper right"),
    ("the left", "the centre", "the right"),
    ("the lower left", "the bottom", "the lower right"),
)


def number(count: int) -> str:
    """Write a small number as a word."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def counted(count: int, noun: str) -> str:
    """Write "one region", "three regions"."""
    return f"{number(count)} {noun}" + ("" if count == 1 else "s")


def listed(items: Sequence[str]) -> str:
    """Join as people do: "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def capital(sentence: str) -> str:
    """Begin with a capital letter."""
    return sentence[:1].upper() + sentence[1:]


def with_article(noun: str) -> str:
    """Write "a red region", "an orange region"."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def moment(seconds: float) -> str:
    """Write a time to a tenth of a second."""
    return format_seconds(round(seconds, 1))


def percent(share: float) -> str:
    """Write a share of the picture: "0.6 %", "12 %"."""
    value = share * 100
    if value < 0.1:
        return "less than 0.1 %"
    return f"{value:.1f} %" if value < 9.95 else f"{value:.0f} %"


def place(centre: tuple[float, float]) -> str:
    """Name the ninth of the picture in which a point lies: "the upper left", "the centre"."""
    column, row = (min(max(int(value * 3), 0), 2) for value in centre)
    return _PLACES[row][column]


def direction(right: float, down: float) -> str:
    """Name a direction in the picture from its parts, in pixels: "downwards and to the left"."""
    sideways = "to the right" if right > 0 else "to the left"
    upright = "downwards" if down > 0 else "upwards"
    if abs(right) > 2.4 * abs(down):
        return sideways
    if abs(down) > 2.4 * abs(right):
        return upright
    return f"{upright} and {sideways}"


def speed(right: float, down: float, seconds: float) -> str:
    """Say how fast something moved, from its way in picture widths and heights.

    Returns "fast, about 0.9 picture heights per second", with widths where it moved mostly sideways.
    """
    sideways = abs(right) >= abs(down)
    rate = max(abs(right), abs(down)) / max(seconds, 1e-3)
    figure = f"{rate:.1f}" if rate >= 0.995 else f"{rate:.2f}"
    unit = "picture widths" if sideways else "picture heights"
    names = ((0.05, "very slowly, "), (0.15, "slowly, "), (0.4, ""), (1.5, "fast, "), (1e9, "very fast, "))
    name = next(name for limit, name in names if rate < limit)
    return f"{name}about {figure} {unit} per second"


def light_level(brightness: float) -> str:
    """Name a brightness: "dark", "dim", "of medium brightness", "bright"."""
    names = ((0.02, "black"), (0.12, "dark"), (0.28, "dim"), (0.68, "of medium brightness"), (2.0, "bright"))
    return next(name for limit, name in names if brightness < limit)
