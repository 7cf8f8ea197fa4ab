"""The first level: what the sizes of packets say about a group, without decoding anything.

An encoder spends next to nothing on a frame that repeats the one before. So a group is quiet when its frames
after the key frame are small by themselves, small against the key frame, and even against the quiet level
of their neighbourhood. Where an encoder fills up to a constant bit rate, codes sensor noise, or makes every
frame a key frame, no group is quiet by this rule, and all are decoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.media.levels.groups import Group

_WINDOW_SECONDS = 0.25
"""Sizes are averaged over this, so that the pattern of P and B-frames levels out."""
_QUIET_BITS_PER_PIXEL = 0.004
"""Of an average frame; still cameras measured 0.0005 to 0.002, coded sensor noise from 0.02 on."""
_QUIET_SHARE_OF_KEY = 0.015
"""Of the key frame's size. Busy footage measured 0.05 to 1."""
_RISE = 1.5
"""A window this many times above the quiet level may hold movement. Still footage stays below 1.4."""
_RISE_BITS_PER_PIXEL = 0.0001
_RISE_BITS = 64
"""What a rise must exceed too: per pixel, and in small pictures for the whole frame."""
_HEADER_BYTES = 24
"""Of a frame that holds nothing new: they weigh in small pictures, and say nothing."""
_LONGEST_SECONDS = 12.0
"""Slow changes are found by comparing key frames; where they are further apart, the group is decoded."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """How many bits a group's frames take, in bits per pixel of an average frame within a window."""

    middle: float
    """Median of the windows."""
    loudest: float
    key: float
    """Of the key frame."""
    seconds: float
    """Length of the group."""
    margin: float
    """A rise below this is a matter of a few bytes a frame."""


def loudness(group: Group, pixels: int, seconds: float) -> Loudness:
    """Measure a group.

    Args:
        group: Complete.
        pixels: Width times height of a picture.
        seconds: Length of the group.
    """
    sizes = np.maximum(np.array(group.sizes, dtype=np.float64) - _HEADER_BYTES, 0.0) * 8 / pixels
    key = group.key_bytes * 8 / pixels
    margin = max(_RISE_BITS_PER_PIXEL, _RISE_BITS / pixels)
    if not len(sizes):
        return Loudness(0.0, 0.0, key, seconds, margin)
    frames = min(len(sizes), max(2, round(len(sizes) / max(seconds, 0.1) * _WINDOW_SECONDS)))
    sums = np.concatenate([[0.0], np.cumsum(sizes)])
    windows = (sums[frames:] - sums[:-frames]) / frames
    return Loudness(float(np.median(windows)), float(windows.max()), key, seconds, margin)


def is_quiet(this: Loudness, neighbours: Sequence[Loudness]) -> bool:
    """Tell whether nothing moves in a group, as far as packets can tell.

    Args:
        this: The group.
        neighbours: Those around it, which show what is quiet here.
    """
    level = min(other.middle for other in (this, *neighbours))
    return (
        this.seconds <= _LONGEST_SECONDS
        and this.middle <= _QUIET_BITS_PER_PIXEL
        and this.middle <= _QUIET_SHARE_OF_KEY * this.key
        and this.loudest <= _RISE * level + this.margin
    )
