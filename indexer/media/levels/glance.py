"""What a file says of itself, without reading it: enough to begin with, true only once it was walked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.errors import DamagedVideo
from indexer.media.facts import claimed_seconds, describe
from indexer.media.formats import printable_name
from indexer.media.index import PacketIndex, read_packets
from indexer.media.info import VideoInfo
from indexer.media.pictures import Geometry
from indexer.media.video_file import VideoFiles

_TRIED_PACKETS = 300


@dataclass(frozen=True, slots=True)
class Glance:
    """A file after a first look."""

    info: VideoInfo
    """As the container claims: length, rate and number of frames may be wrong."""
    geometry: Geometry


def glance(files: VideoFiles, path: Path) -> Glance:
    """Open a file and decode its first frame.

    Raises:
        MediaError: It is no video, or nothing at its start can be decoded.
    """
    with files.opened(path) as (container, stream):
        frame = _first_frame(path, container, stream)
        time_base = stream.time_base or Fraction(1, 1000)
        start = frame.pts or 0
        pts = np.array([start], dtype=np.int64)
        bare = PacketIndex(pts, pts, start + max(1, round(1 / _rate(stream) / time_base)), time_base)
        claim = claimed_seconds(container, stream, bare)
        if claim is None and container.duration is not None:
            claim = container.duration / 1e6
        seconds = max(claim or 0.0, bare.duration_seconds)
        info = replace(
            describe(path, container, stream, bare, frame, claim),
            duration_seconds=seconds,
            claimed_seconds=seconds,
            frames_per_second=float(_rate(stream)),
            frame_count=stream.frames or max(1, round(seconds * _rate(stream))),
        )
        return Glance(info, Geometry.of(frame, stream.sample_aspect_ratio))


def _first_frame(path: Path, container: InputContainer, stream: VideoStream) -> VideoFrame:
    for number, packet in enumerate(read_packets(container, stream)):
        try:
            frames = stream.codec_context.decode(packet)
        except av.FFmpegError as error:
            if isinstance(error, MemoryError):
                raise
            frames = []
        if frames:
            return frames[0]
        if number > _TRIED_PACKETS:
            break
    frames = stream.codec_context.decode(None)
    if frames:
        return frames[0]
    raise DamagedVideo(
        f"{printable_name(path)} is a video ({stream.codec_context.name}), but nothing at its start can be "
        "decoded. Copy it again from where it came, or convert it with ffmpeg."
    )


def _rate(stream: VideoStream) -> Fraction:
    return stream.average_rate or stream.guessed_rate or Fraction(25)
