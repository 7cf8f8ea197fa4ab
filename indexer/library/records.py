"""What the library knows of a video, and what a search finds in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from indexer.timeline import Segment, Span, Unseen


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
    duration_seconds: float = 0.0
    width: int = 0
    height: int = 0
    codec: str = ""
    size_bytes: int = 0
    segment_count: int = 0
    unseen: tuple[Unseen, ...] = ()
    indexed_at: datetime | None = None
    progress: float = 0.0
    """Share of the video that is indexed so far, 0 to 1."""

    @property
    def answerable(self) -> bool:
        """Whether questions about it can be answered."""
        return self.status in (VideoStatus.READY, VideoStatus.PARTIAL)

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
