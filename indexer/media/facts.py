"""The facts about a video file, from what its container tells and from the packet index."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.errors import MediaError
from indexer.media.formats import printable_name
from indexer.media.index import PacketIndex
from indexer.media.info import MAX_RECORDED_AT, VideoInfo
from indexer.media.pictures import Geometry


def describe(
    path: Path,
    container: InputContainer,
    stream: VideoStream,
    index: PacketIndex,
    first_frame: VideoFrame,
    claim: float | None,
) -> VideoInfo:
    """Collect the facts about a file."""
    width, height = Geometry.of(first_frame, stream.sample_aspect_ratio).displayed_size
    bare = VideoInfo(
        duration_seconds=0.0,
        claimed_seconds=0.0,
        width=width,
        height=height,
        frames_per_second=0.0,
        frame_count=0,
        codec=stream.codec_context.codec.canonical_name,
        container=container.format.name,
        size_bytes=0,
        has_audio=bool(container.streams.audio),
        recorded_at=_recorded_at(container, stream),
    )
    return indexed(bare, path, index, claim)


def indexed(info: VideoInfo, path: Path, index: PacketIndex, claim: float | None) -> VideoInfo:
    """Tell what only the index knows; the rest stays."""
    duration = index.duration_seconds
    try:
        size = path.stat().st_size
    except OSError:
        raise MediaError(f"{printable_name(path)} vanished while it was read. Index it again.") from None
    return replace(
        info,
        duration_seconds=duration,
        claimed_seconds=max(claim or 0.0, duration),
        frames_per_second=len(index.pts) / duration,
        frame_count=len(index.pts),
        size_bytes=size,
    )


def _recorded_at(container: InputContainer, stream: VideoStream) -> str:
    """Return the creation time that the file carries, "" without one; a phone's own, with its zone, first."""
    for key in ("com.apple.quicktime.creationdate", "creation_time", "DATE_RECORDED", "date"):
        for tags in (container.metadata, stream.metadata):
            for name in (key, key.upper()):
                if text := tags.get(name, "").strip():
                    return text if len(text) <= MAX_RECORDED_AT else ""
    return ""


def claimed_seconds(container: InputContainer, stream: VideoStream, index: PacketIndex) -> float | None:
    """Length of the video stream as the container tells it; None when it tells none.

    Only a claim about this very stream counts: sound or subtitles may rightly go on after the last picture.
    """
    if index.splices is not None:
        return None  # reckoned from the first and the last time, between which the clock jumps
    if stream.duration is not None:
        # Of an AVI that is cut off, ffmpeg shortens the length by what is missing, not the frames' number.
        ticks = max(stream.duration, stream.frames) if container.format.name == "avi" else stream.duration
        return float(ticks * index.time_base)
    # Matroska counts to the end from zero, wherever the first frame lies.
    first_frame_seconds = max(0.0, float(int(index.pts[0]) * index.time_base))
    tag = _clock_seconds(stream.metadata.get("DURATION", ""))
    if tag is not None:
        return tag - first_frame_seconds
    only_picture = all(other is stream for other in container.streams)
    if only_picture and container.duration is not None:
        return container.duration / 1e6 - first_frame_seconds
    return None


def _clock_seconds(text: str) -> float | None:
    """Read Matroska's ``00:00:12.480000000``; None when it is something else."""
    try:
        hours, minutes, seconds = text.split(":")
        return float(int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds))
    except (ValueError, ZeroDivisionError):
        return None
