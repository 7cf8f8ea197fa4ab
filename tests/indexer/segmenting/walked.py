"""For the tests of segmenting: walks as a decoder gives them, made up or read from a real clip."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np

from indexer.media.samples import Sample
from indexer.segmenting.segments import WalkedSegment, cut_into_segments
from indexer.timeline import Frame, Unseen
from indexer.vision.model import FrameBudget

GREY = np.full((18, 32, 3), 90, np.uint8)
BUDGET = FrameBudget(16, 2.0, 448)


def between(*spans: tuple[float, float]) -> Callable[[float], float]:
    """Return an activity that is lively inside the spans and 0 elsewhere."""
    return lambda t: 0.02 if any(start <= t < end for start, end in spans) else 0.0


def walk(
    end: float,
    activity: Callable[[float], float | None] = lambda t: 0.0,
    *,
    rate: int = 8,
    cuts: Iterable[float] = (),
    hole: tuple[float, float] = (0.0, 0.0),
    picture: Callable[[float], np.ndarray] = lambda t: GREY,
) -> list[Sample]:
    """Make the samples of a walk that decodes all but a hole."""
    times = [number / rate for number in range(int(end * rate) + 1) if number / rate < end]
    at_cut = {min(times, key=lambda t: abs(t - cut)) for cut in cuts}
    return [
        Sample(t, None if t in at_cut or t == 0 else activity(t), t in at_cut, Frame(t, picture(t)))
        for t in times
        if not hole[0] <= t < hole[1]
    ]


def segments_of(
    samples: Iterable[Sample | Unseen],
    end: float,
    *,
    start: float = 0.0,
    longest: float = 10.0,
    budget: FrameBudget = BUDGET,
    after_unseen: bool = False,
) -> list[WalkedSegment]:
    """Cut samples into segments, the end being known only when they are exhausted."""
    return list(
        cut_into_segments(
            samples,
            start_seconds=start,
            end_seconds=lambda: end,
            longest_seconds=longest,
            budget=budget,
            after_unseen=after_unseen,
        )
    )


def spans(segments: Iterable[WalkedSegment]) -> list[tuple[float, float, bool]]:
    """Return start, end, and whether it is still, of each segment."""
    return [(s.span.start_seconds, s.span.end_seconds, s.still) for s in segments]


def assert_seamless(segments: list[WalkedSegment], start: float, end: float) -> None:
    """Check that the segments cover the video without gap or overlap, each with its own frames."""
    assert segments[0].span.start_seconds == start
    assert segments[-1].span.end_seconds == end
    for left, right in pairwise(segments):
        assert left.span.end_seconds == right.span.start_seconds
    for segment in segments:
        assert all(segment.span.contains(frame.pts_seconds) for frame in segment.frames)


def facts(segments: Iterable[WalkedSegment]) -> list[tuple[object, ...]]:
    """Return all that has to be the same when work goes on after a kill."""
    return [
        (s.span, s.activity, s.still, s.starts_with_cut, s.moving, [f.pts_seconds for f in s.frames])
        for s in segments
    ]
