"""Fewer frames of a look, spread evenly: what every model does with more than it can take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.timeline import Frame


def thin(frames: Sequence[Frame], count: int) -> tuple[Frame, ...]:
    """Return ``count`` frames spread evenly, the first and the last among them."""
    if count >= len(frames):
        return tuple(frames)
    return tuple(frames[index] for index in np.linspace(0, len(frames) - 1, count).round().astype(int))
