"""What a walk over a video gives: samples, each with what changed before it, and fewer pictures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexer.timeline import Frame, Unseen, subtract_spans


class WalkMode(StrEnum):
    """How much of a video a walk decodes."""

    LEVELS = "levels"
    """Packets tell where something may be going on, key frames confirm it, only those spans are decoded."""
    FULL = "full"
    """Every frame."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One decoded moment of a walk. Where a walk by levels decoded nothing, the samples lie far apart."""

    pts_seconds: float
    """Its presentation time on the one clock."""
    activity: float | None
    """Share of the picture that changed beyond noise within the last eighth of a second, 0 to 1. After a
    stretch that was not decoded: since the sample before. None where it was not measured."""
    is_cut: bool
    """Whether another scene begins here."""
    frame: Frame | None
    """The picture, for the vision model; None at most samples."""


class Damage:
    """Spans without pictures, each told once: a file's end can be damaged and missing at the same time."""

    def __init__(self) -> None:
        self.told: list[Unseen] = []
        """As they came, which is the order of time but for what only a file's end tells."""
        self._until = 0.0

    def add(self, seen: Unseen) -> None:
        """Note what is new of a span."""
        known = [each.span for each in self.told] if seen.span.start_seconds < self._until else []
        self.told += [Unseen(span, seen.reason) for span in subtract_spans(seen.span, known)]
        self._until = max(self._until, seen.span.end_seconds)


@dataclass(frozen=True, slots=True)
class WalkPlan:
    """What a walk is for."""

    kept_per_second: float
    """Most pictures a second that are handed over, evenly spread; all samples are measured."""
    max_side: int
    """Longer side of those pictures, in pixels; they are scaled down while decoding, never up."""
    start_seconds: float = 0.0
    """Where an earlier run stopped; what follows is the same as in a walk from the video's start."""
    mode: WalkMode = WalkMode.LEVELS

    def __post_init__(self) -> None:
        if self.kept_per_second <= 0 or self.max_side < 16 or self.start_seconds < 0:
            raise ValueError(f"a walk needs a rate above 0, 16 pixels and a start at 0 or later, got {self}")
