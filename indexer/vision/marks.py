"""The seconds that a model reads before what it sees: ``<12.3 seconds>``, as Qwen3-VL was trained."""

from __future__ import annotations

import math

from indexer.timeline import Span


def mark(seconds: float, span: Span | None = None) -> str:
    """Write a time as it stands in a mark, with one decimal.

    A frame at 5.97 s would read ``6.0`` and so belong to the next second. With the span given that the frames
    stand for, a time inside it gets the nearest tenth that lies inside as well.
    """
    nearest = f"{seconds:.1f}"
    if span is None or span.contains(float(nearest)) or not span.contains(seconds):
        return nearest
    tenths = (math.floor(seconds * 10) / 10, math.ceil(seconds * 10) / 10)
    return next((f"{tenth:.1f}" for tenth in tenths if span.contains(tenth)), nearest)
