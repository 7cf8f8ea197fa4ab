"""The segment that a walk is in, and where it ends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from indexer.media.samples import Sample
from indexer.segmenting.frame_store import FrameStore
from indexer.segmenting.lengths import Lengths
from indexer.segmenting.movement import MovementMeter
from indexer.timeline import Frame, Span, merge_spans
from indexer.vision.model import FrameBudget

KEPT_PER_SECOND = 8.0
_LEAST_KEPT = 96
"""More frames are kept than most models are shown, so that those few can be well chosen at the end."""
_STILL_PER_SECOND = 0.5
_STILL_KEPT = 32
"""Enough to measure slow light across a still segment, few enough for ten minutes to cost little."""
_FLASH_SECONDS = 0.5
"""A cut this soon after a border starts no new segment, so that flashing lights do not shred a video."""


@dataclass(frozen=True, slots=True)
class WalkedSegment:
    """A segment as it leaves the walk: its span, how much moved, and frames to look at."""

    span: Span
    activity: float
    """Mean share of the picture that changes within an eighth of a second, 0 to 1."""
    starts_with_cut: bool
    frames: tuple[Frame, ...]
    """In the order of time; empty where nothing could be seen. Sparse where ``still``."""
    still: bool = False
    """Nothing moves in it."""
    moving: tuple[Span, ...] = ()
    """When something was going on, in the order of time."""


class OpenSegment:
    """Takes samples until it knows its border.

    Everything depends on the samples from its start on and on nothing before, so a run that was killed and
    goes on from a border finds the same segments. Samples near the end are kept until it is sure whether
    they belong to this segment or to the next.
    """

    def __init__(self, start_seconds: float, lengths: Lengths, budget: FrameBudget) -> None:
        self.start_seconds = start_seconds
        self._lengths = lengths
        self._meter = MovementMeter(start_seconds)
        self._unsettled: deque[Sample] = deque()
        self._still_store = FrameStore(_STILL_PER_SECOND, _STILL_KEPT)
        self._store = FrameStore(
            max(budget.frames_per_second, KEPT_PER_SECOND), max(2 * budget.max_frames, _LEAST_KEPT)
        )
        self._last_frame: Frame | None = None
        self._starts_with_cut = False
        self._activity = 0.0
        self._measured = 0
        self._moving: list[Span] = []
        self._is_still = True
        self._border: float | None = None
        """Decided, but not yet known to have enough behind it."""

    def add(self, sample: Sample) -> float | None:
        """Take the next sample; return this segment's end once it is known.

        `close` it there then, and begin the next one with the samples that are left over.
        """
        before = self._unsettled[-1].pts_seconds if self._unsettled else self.start_seconds
        self._unsettled.append(sample)
        if sample.is_cut and sample.pts_seconds <= self.start_seconds:
            self._starts_with_cut = True
        elif sample.is_cut and sample.pts_seconds >= self.start_seconds + _FLASH_SECONDS:
            return self.end_before(sample.pts_seconds)
        self._decide(sample)
        border = self._border
        if border is not None and sample.pts_seconds >= border + self._lengths.tail:
            return border
        self._settle(before - self._lengths.unsettled)
        return None

    def end_before(self, end_seconds: float) -> float:
        """Return the segment's end when what is seen of a scene ends; a part may be left for another one."""
        lengths, length = self._lengths, end_seconds - self.start_seconds
        if self._is_still and self._border is not None and self._moving:  # movement right before the end
            return max(min(self._border, end_seconds - lengths.tail), self.start_seconds + lengths.tail)
        if not self._is_still and length > lengths.longest + 1e-9:
            return end_seconds - lengths.least
        return end_seconds

    def close(self, end_seconds: float) -> tuple[WalkedSegment, list[Sample]]:
        """Return the segment that ends there, and the samples that belong to the next."""
        self._settle(end_seconds)
        span = Span(self.start_seconds, end_seconds)
        moving = (part for each in merge_spans(self._moving) if (part := each.intersect(span)))
        walked = WalkedSegment(
            span=span,
            activity=self._activity / self._measured if self._measured else 0.0,
            starts_with_cut=self._starts_with_cut,
            frames=tuple(frame for frame in self._frames() if frame.pts_seconds < end_seconds),
            still=self._is_still,
            moving=() if self._is_still else tuple(moving),
        )
        return walked, list(self._unsettled)

    def _frames(self) -> tuple[Frame, ...]:
        if not self._is_still:
            return self._store.frames()
        kept, last = self._still_store.frames(), self._last_frame
        return kept if last is None or last is kept[-1] else (*kept, last)  # what lies between is measured

    def _decide(self, sample: Sample) -> None:
        """Look for the border: of a still segment where movement begins, of another where it ends."""
        if self._border is not None and (not self._is_still or self._moving):
            return
        since = self._meter.measure(sample)
        if since is not None:
            self._note_movement(since, sample.pts_seconds)
        if not self._is_still:
            self._look_for_rest(sample.pts_seconds)
        elif self._moving:
            self._end_still(since or 0.0)
        elif self._border is None and sample.frame is not None and self._is_long_still(sample.pts_seconds):
            self._border = sample.pts_seconds  # not sooner: each still segment shall have a frame

    def _is_long_still(self, now: float) -> bool:
        return now >= self.start_seconds + self._lengths.longest_still

    def _note_movement(self, since: float, until: float) -> None:
        since = max(self.start_seconds, since)
        if self._moving and since <= self._moving[-1].end_seconds:
            since = min(since, self._moving.pop().start_seconds)
        if until > since:
            self._moving.append(Span(since, until))

    def _end_still(self, since: float) -> None:
        """End the still segment a little before the movement; a short quiet is part of what follows it."""
        border = max(since, self.start_seconds) - self._lengths.lead
        quiet = border - self.start_seconds
        has_frame = len(self._still_store) or any(
            sample.frame is not None and sample.pts_seconds < border for sample in self._unsettled
        )
        if quiet >= self._lengths.least and (has_frame or quiet >= self._lengths.longest):
            self._border = border if self._border is None else min(border, self._border)
        else:
            self._is_still, self._border = False, None

    def _look_for_rest(self, now: float) -> None:
        """End the segment where movement rests, if that is not too soon or too late, else at the limit."""
        limit = self.start_seconds + self._lengths.longest
        rest = max(
            self._moving[-1].end_seconds + self._lengths.lead, self.start_seconds + self._lengths.least
        )
        if rest <= limit and now >= rest + self._lengths.lead:
            self._border = rest
        elif now >= limit + self._lengths.tail:
            self._border = limit

    def _settle(self, until_seconds: float) -> None:
        """Take over the samples that surely belong to this segment."""
        while self._unsettled and self._unsettled[0].pts_seconds < until_seconds:
            sample = self._unsettled.popleft()
            if sample.activity is not None:
                self._activity += sample.activity
                self._measured += 1
            if sample.frame is not None:
                self._last_frame = sample.frame
                (self._still_store if self._is_still else self._store).add(sample.frame)
