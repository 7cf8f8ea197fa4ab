"""What a video file is, as read from its container and packets."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.timeline import Span


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The facts about one video file that everything else relies on."""

    duration_seconds: float
    """End of the last displayed frame on the one clock (not the container's claim)."""
    claimed_seconds: float
    """Duration that the container claims; longer than ``duration_seconds`` when the end is missing."""
    width: int
    """Displayed width in pixels, after rotation and pixel aspect."""
    height: int
    """Displayed height in pixels."""
    frames_per_second: float
    """Average rate; for people only, never used as a clock."""
    frame_count: int
    """Displayed frames in the stream, counted from packets."""
    codec: str
    """Name of the video codec, as ffmpeg calls it."""
    container: str
    """Name of the container format, as ffmpeg calls it."""
    size_bytes: int
    has_audio: bool

    @property
    def span(self) -> Span:
        """The whole video."""
        return Span(0.0, self.duration_seconds)
