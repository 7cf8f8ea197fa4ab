"""What a video file is, as read from its container and packets."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.timeline import Span

_TOLERATED_SECONDS = 1.0
"""Containers round their duration and count audio that outlasts the picture."""

MAX_RECORDED_AT = 40
"""Characters of a creation time; what is longer is none."""


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
    recorded_at: str = ""
    """Creation time that the container carries, in ISO form as written there, "" without one; not checked."""

    @property
    def missing_end(self) -> Span | None:
        """The stretch that the container promises and the file does not hold; None when it is whole."""
        if self.claimed_seconds <= self.duration_seconds + _TOLERATED_SECONDS:
            return None
        return Span(self.duration_seconds, self.claimed_seconds)

    @property
    def promised_seconds(self) -> float:
        """End of the video with what is missing of it."""
        return self.missing_end.end_seconds if self.missing_end else self.duration_seconds

    @property
    def span(self) -> Span:
        """The whole video."""
        return Span(0.0, self.duration_seconds)
