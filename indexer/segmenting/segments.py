"""Cut a walk into segments: at cuts, where movement begins and ends, else at a length limit.

There is no gap and no overlap from the video's start to its end. Each segment is given out as soon as it is
complete; where the video ends is asked when the walk has come there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from indexer.media.samples import Sample
from indexer.segmenting.lengths import Lengths
from indexer.segmenting.open_segment import KEPT_PER_SECOND, OpenSegment, WalkedSegment
from indexer.vision.model import FrameBudget

__all__ = ["WalkedSegment", "cut_into_segments", "kept_per_second"]

_INSTANT = 1e-6
"""Seconds; a rest this short is none."""


def kept_per_second(budget: FrameBudget) -> float:
    """Return how many pictures a second the walk is to hand over for a model's budget."""
    return max(budget.frames_per_second, KEPT_PER_SECOND)


def cut_into_segments(
    samples: Iterable[Sample],
    *,
    start_seconds: float,
    end_seconds: Callable[[], float],
    longest_seconds: float,
    budget: FrameBudget,
) -> Iterator[WalkedSegment]:
    """Group the samples of a walk into segments.

    Args:
        samples: In the order of time; those before ``start_seconds`` are passed over.
        start_seconds: Start of the first segment; the end of the last finished one when work goes on.
        end_seconds: Tells the video's end; asked when the samples are exhausted.
        longest_seconds: Length limit of a segment with movement.
        budget: What the model wants; somewhat more frames of a segment are kept, to choose from.
    """
    cutter = _Cutter(start_seconds, Lengths(longest_seconds), budget)
    for sample in samples:
        if sample.pts_seconds >= start_seconds:
            yield from cutter.take([sample])
    yield from cutter.finish(end_seconds())


class _Cutter:
    """Goes from one open segment to the next."""

    def __init__(self, start_seconds: float, lengths: Lengths, budget: FrameBudget) -> None:
        self._lengths = lengths
        self._budget = budget
        self._open = OpenSegment(start_seconds, lengths, budget)

    def take(self, samples: Iterable[Sample]) -> Iterator[WalkedSegment]:
        """Take samples; what a finished segment leaves over is taken again for the next one."""
        waiting = deque(samples)
        while waiting:
            border = self._open.add(waiting.popleft())
            if border is not None:
                walked, left = self._close(border)
                yield walked
                waiting.extendleft(reversed(left))

    def finish(self, end_seconds: float) -> Iterator[WalkedSegment]:
        """Close what is open at the video's end, in as many parts as it takes."""
        while end_seconds - self._open.start_seconds > _INSTANT:
            walked, left = self._close(self._open.end_before(end_seconds))
            yield walked
            yield from self.take(left)

    def _close(self, border: float) -> tuple[WalkedSegment, list[Sample]]:
        walked, left = self._open.close(border)
        self._open = OpenSegment(border, self._lengths, self._budget)
        return walked, left
