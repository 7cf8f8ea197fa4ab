"""Which frames of a segment a vision model is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.segmenting.motion import Speeds, speeds, suddenness
from indexer.segmenting.open_segment import WalkedSegment
from indexer.timeline import Frame, Span
from indexer.vision.model import FrameBudget

_QUIET_GAP_SECONDS = 4.0
"""Between two frames where nothing moves."""
_END_SECONDS = 1.0
_PEAK_SHARE = 0.5
"""Most of the frames that may go to a sudden movement; the others tell what was before and after it."""


def spread_frames(frames: Sequence[Frame], span: Span, budget: FrameBudget) -> tuple[Frame, ...]:
    """Thin the frames of a segment evenly to the model's budget, for models that measure.

    Args:
        frames: What the walk kept of the segment, in the order of time; the first one is always shown.
        span: The segment.
        budget: How many frames the model wants, and how dense.
    """
    if not frames:
        return ()
    wanted = max(
        1, min(budget.max_frames, round(span.duration_seconds * budget.frames_per_second), len(frames))
    )
    return tuple(frames[number * len(frames) // wanted] for number in range(wanted))


def telling_frames(segment: WalkedSegment, budget: FrameBudget) -> tuple[Frame, ...]:
    """Choose the frames that tell what happens in a segment, for models that judge and pay for each frame.

    A still segment is told by its first frame. Else movement gets the frames that the model wants a second,
    a sudden movement all that were kept around its peak, and quiet one every few seconds; what is more than
    the budget is thinned, with at most half of it for the sudden movement. The first frame is always shown,
    and the last where the end would stay unseen: whether someone who fell gets up.
    """
    frames, limit = segment.frames, budget.max_frames
    if segment.still or len(frames) < 2:
        return frames[:1]
    moving = _moving(segment)
    wanted = _wanted(frames, segment.span, moving, budget)
    sudden = np.maximum(suddenness(speeds(frames), moving), wanted)
    chosen = _draw(_within_limit(wanted, sudden, limit), limit)
    if frames[-1].pts_seconds - frames[chosen[-1]].pts_seconds > _END_SECONDS and limit > 1:
        chosen = [*_draw(_within_limit(wanted, sudden, limit - 1), limit - 1), len(frames) - 1]
    return tuple(frames[at] for at in chosen)


def _moving(segment: WalkedSegment) -> NDArray[np.bool_]:
    """Tell of each frame whether something is going on there."""
    if not segment.moving:
        return np.zeros(len(segment.frames), bool)
    starts = np.array([span.start_seconds for span in segment.moving])
    ends = np.array([span.end_seconds for span in segment.moving])
    seconds = np.array([frame.pts_seconds for frame in segment.frames])
    place = np.searchsorted(starts, seconds, side="right") - 1
    return np.asarray((place >= 0) & (seconds <= ends[place] + 1e-6))


def _wanted(frames: Sequence[Frame], span: Span, moving: NDArray[np.bool_], budget: FrameBudget) -> Speeds:
    """Return the share of each frame that is wanted, 0 to 1: how long it stands by the rate wanted there."""
    seconds = [frame.pts_seconds for frame in frames]
    stands = np.diff([*seconds, max(span.end_seconds, seconds[-1])])
    rates = np.where(moving, budget.frames_per_second, 1 / _QUIET_GAP_SECONDS)
    return np.asarray(np.clip(stands * rates, 0.0, 1.0))


def _within_limit(wanted: Speeds, sudden: Speeds, limit: int) -> Speeds:
    """Lower the shares until they add up to the limit, those of sudden movement and the others apart."""
    peak = sudden > wanted
    if sudden.sum() <= limit or not peak.any():
        return sudden
    for_peak = min(float(sudden[peak].sum()), limit * _PEAK_SHARE)
    for_others = min(float(sudden[~peak].sum()), limit - for_peak)
    shares = np.array(sudden)
    shares[peak] *= for_peak / sudden[peak].sum()
    shares[~peak] *= for_others / max(float(sudden[~peak].sum()), 1e-9)
    return shares


def _draw(shares: Speeds, limit: int) -> list[int]:
    """Choose frames so that each stretch gets as many as its shares add up to, evenly; the first always."""
    total = float(shares.sum())
    count = max(1, min(limit, round(total)))
    reached = np.concatenate([[0.0], np.cumsum(shares)[:-1]])
    chosen = np.searchsorted(reached, np.arange(count) * total / count - 1e-9, side="left")
    return sorted({min(int(at), len(shares) - 1) for at in chosen})
