"""Which frames of a segment a vision model is shown."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.timeline import Frame, Span
from indexer.vision.model import FrameBudget


def choose_frames(frames: Sequence[Frame], span: Span, budget: FrameBudget) -> tuple[Frame, ...]:
    """Thin the frames of a segment evenly to the model's budget; the first one is always shown.

    Args:
        frames: What the walk kept of the segment, in the order of time.
        span: The segment.
        budget: How many frames the model wants, and how dense.
    """
    if not frames:
        return ()
    wanted = max(
        1, min(budget.max_frames, round(span.duration_seconds * budget.frames_per_second), len(frames))
    )
    return tuple(frames[number * len(frames) // wanted] for number in range(wanted))
