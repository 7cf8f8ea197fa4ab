"""What the library knows of a video, and what a search finds in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from indexer.clock.start import RecordingStart
from indexer.timeline import Event, Segment, Span, Unseen

MAX_ATTEMPTS = 3
"""Attempts in a row at which a content may crash its decoder, hang or hit a limit; then it is set aside."""


class VideoStatus(StrEnum):
    """Where a video stands on its way into the library."""

    QUEUED = "queued"
    INDEXING = "indexing"
    READY = "ready"
    PARTIAL = "partial"
    """Indexed, but some spans could not be seen."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class VideoRecord:
    """One video of the library."""

    video_id: str
    """Derived from the file's content, so a renamed or copied file is the same video."""
    name: str
    """File name."""
    path: Path
    status: VideoStatus
    reason: str = ""
    """Why it failed or is partial."""
    failure: str = ""
    """Why the latest attempt to index it failed, "" when it did not; an index made before stays usable."""
    set_aside: bool = False
    """Whether it failed so often in a row that it is not tried again before it changes."""
    duration_seconds: float = 0.0
    width: int = 0
    height: int = 0
    codec: str = ""
    size_bytes: int = 0
    segment_count: int = 0
    still_seconds: float = 0.0
    """How much of it is in still segments, of which only a few frames were looked at."""
    unseen: tuple[Unseen, ...] = ()
    indexed_at: datetime | None = None
    progress: float = 0.0
    """Share of the video that is indexed so far, 0 to 1."""
    stream: int | None = None
    """Number of the video stream that a person chose; None for the one that players choose."""
    camera: str = ""
    """The camera that made it, "" when unknown."""
    start: RecordingStart | None = None
    """Its wall clock; None when nobody knows when it was recorded."""
    start_remark: str = ""
    """Why its start is not known, where there is more to say than that nothing tells it."""
    replaced_by: str = ""
    """Id of the other content that was seen at its path later, "" when none was; its index is kept."""

    @property
    def answerable(self) -> bool:
        """Whether questions about it can be answered."""
        return self.status in (VideoStatus.READY, VideoStatus.PARTIAL)

    @property
    def is_under_way(self) -> bool:
        """Whether it waits to be indexed, or a part of it is."""
        return self.status in (VideoStatus.QUEUED, VideoStatus.INDEXING)

    @property
    def span(self) -> Span:
        """The whole video."""
        return Span(0.0, self.duration_seconds)


@dataclass(frozen=True, slots=True)
class Hit:
    """One segment that a search found."""

    video: VideoRecord
    segment: Segment
    score: float
    """Higher is better; comparable within one search only."""
    event: Event | None = None
    """The event that was found by its own text; None where the segment as a whole was."""
