"""Cut a walk into segments: around what could not be seen, at cuts, at begin and end of movement, at a limit.

There is no gap and no overlap from the video's start to its end. Each segment is given out as soon as it is
complete; where the video ends is asked when the walk has come there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from indexer.media.samples import Sample
from indexer.segmenting.lengths import SEEN_SECONDS, Lengths
from indexer.segmenting.open_segment import KEPT_PER_SECOND, OpenSegment, WalkedSegment
from indexer.timeline import UNSEEN_SECONDS, Span, Unseen, merge_spans
from indexer.vision.model import FrameBudget

__all__ = ["WalkedSegment", "cut_into_segments", "kept_per_second"]

_INSTANT = 1e-6
"""Seconds; a rest this short is none."""


def kept_per_second(budget: FrameBudget) -> float:
    """Return how many pictures a second the walk is to hand over for a model's budget."""
    return max(budget.frames_per_second, KEPT_PER_SECOND)


def cut_into_segments(
    seen: Iterable[Sample | Unseen],
    *,
    start_seconds: float,
    end_seconds: Callable[[], float],
    longest_seconds: float,
    budget: FrameBudget,
    after_unseen: bool = False,
) -> Iterator[WalkedSegment]:
    """Group the samples of a walk into segments.

    What could not be seen is a segment without frames, so that nothing is told across it.

    Args:
        seen: Samples in the order of time, and before each what could not be seen since the one before it.
            What lies before ``start_seconds`` is passed over.
        start_seconds: Start of the first segment; the end of the last finished one when work goes on.
        end_seconds: Tells the video's end; asked when the samples are exhausted.
        longest_seconds: Length limit of a segment with movement.
        budget: What the model wants; somewhat more frames of a segment are kept, to choose from.
        after_unseen: What lies before ``start_seconds`` could not be seen.
    """
    cutter = _Cutter(start_seconds, Lengths(longest_seconds), budget, after_unseen=after_unseen)
    for each in seen:
        if isinstance(each, Unseen):
            cutter.miss(each.span)
        elif each.pts_seconds >= start_seconds:
            yield from cutter.take(each)
    yield from cutter.finish(end_seconds())


class _Cutter:
    """Goes from one open segment to the next."""

    def __init__(
        self, start_seconds: float, lengths: Lengths, budget: FrameBudget, *, after_unseen: bool
    ) -> None:
        self._lengths = lengths
        self._budget = budget
        self._missed: list[Span] = []
        self._after_unseen = self._is_first = after_unseen
        """Whether the open segment begins behind what could not be seen, and whether it has no sample yet."""
        self._open = OpenSegment(start_seconds, lengths, budget)

    def miss(self, span: Span) -> None:
        """Note what could not be seen before the next sample."""
        self._missed.append(span)

    def take(self, sample: Sample) -> Iterator[WalkedSegment]:
        """Take the next sample."""
        yield from self._pass_over(sample.pts_seconds)
        if self._is_first:  # it was compared with what is not known to have led to it
            sample, self._is_first = replace(sample, activity=None, is_cut=False), False
        yield from self._add([sample])

    def finish(self, end_seconds: float) -> Iterator[WalkedSegment]:
        """Close what is open at the video's end."""
        yield from self._pass_over(end_seconds)
        yield from self._end_at(end_seconds)

    def _pass_over(self, now: float) -> Iterator[WalkedSegment]:
        """Put a segment without frames where something could not be seen."""
        missed, self._missed = merge_spans(self._missed), []
        for span in missed:
            start, end = max(span.start_seconds, self._open.start_seconds), min(span.end_seconds, now)
            if end - start < UNSEEN_SECONDS:
                continue
            if self._after_unseen and start - self._open.start_seconds < SEEN_SECONDS:
                start = self._open.start_seconds
            yield from self._end_at(start)
            yield WalkedSegment(Span(start, end), 0.0, starts_with_cut=False, frames=())
            self._begin(end)
            self._after_unseen = self._is_first = True

    def _add(self, samples: Iterable[Sample]) -> Iterator[WalkedSegment]:
        """Have samples in a segment; what a finished one leaves over is taken again for the next one."""
        waiting = deque(samples)
        while waiting:
            border = self._open.add(waiting.popleft())
            if border is not None:
                walked, left = self._close(border)
                yield walked
                waiting.extendleft(reversed(left))

    def _end_at(self, end_seconds: float) -> Iterator[WalkedSegment]:
        """Close what is open, in as many parts as it takes."""
        while end_seconds - self._open.start_seconds > _INSTANT:
            walked, left = self._close(min(self._open.end_before(end_seconds), end_seconds))
            yield walked
            yield from self._add(sample for sample in left if sample.pts_seconds < end_seconds)

    def _close(self, border: float) -> tuple[WalkedSegment, list[Sample]]:
        walked, left = self._open.close(border)
        self._begin(border)
        return walked, left

    def _begin(self, start_seconds: float) -> None:
        self._open = OpenSegment(start_seconds, self._lengths, self._budget)
        self._after_unseen = False
