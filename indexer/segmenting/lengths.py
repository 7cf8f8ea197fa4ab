"""How long segments may be, and how much quiet belongs to an event."""

from __future__ import annotations

from dataclasses import dataclass

_LEAST_SECONDS = 5.0
_LEAD_SECONDS = 0.75
_TAIL_SECONDS = 2.0
_STILL_SECONDS = 600.0
_LOOK_BACK_SECONDS = 4.0

SEEN_SECONDS = 0.5
"""Less than this between two stretches that were not seen is left to them: damage must not shred a video."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths that segments are cut by, all in seconds."""

    longest: float
    """Of a segment with movement."""

    @property
    def least(self) -> float:
        """Of a segment, unless a cut or the video's end makes it shorter.

        So flickering movement does not shred a video, and a pause becomes a still segment only when it is
        long enough to be worth a caption of its own.
        """
        return min(_LEAST_SECONDS, self.longest / 2)

    @property
    def lead(self) -> float:
        """Quiet that is kept before and after movement, as a background to see it against."""
        return min(_LEAD_SECONDS, self.longest / 8)

    @property
    def tail(self) -> float:
        """How much has to follow a border: a shorter rest stays with the segment, or takes some of it."""
        return min(_TAIL_SECONDS, self.longest / 5)

    @property
    def longest_still(self) -> float:
        """Of a still segment.

        Ten minutes: an hour of a quiet camera costs six captions; a find in one says where to look, a model
        that sees its first frame sees it no older than that, and a killed run loses no more than that.
        """
        return max(_STILL_SECONDS, self.longest)

    @property
    def unsettled(self) -> float:
        """How far back a border may still be set."""
        return self.least + self.tail + _LOOK_BACK_SECONDS
