"""One video file as the child knows it: opened on demand, its facts and its packet index remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.errors import DamagedVideo, DecoderFailed, MediaError
from indexer.media.codec_log import CodecLog
from indexer.media.formats import open_container, printable_name, video_stream
from indexer.media.index import PacketIndex, build_index
from indexer.media.info import MAX_RECORDED_AT, VideoInfo
from indexer.media.limits import DecoderLimits
from indexer.media.pictures import Geometry
from indexer.media.quick_index import quick_index
from indexer.media.reading import FrameReader

_REMEMBERED_FILES = 8
Tap = Callable[[InputContainer, VideoStream], InputContainer]
"""Looks at a file's packets while they are read."""
_Identity = tuple[str, int, int, int | None]


@dataclass(frozen=True, slots=True)
class VideoFile:
    """A video whose packets were read once."""

    path: Path
    index: PacketIndex
    geometry: Geometry
    info: VideoInfo
    stream: int | None
    """Number of the stream that a person chose; None for the one that players choose."""

    @property
    def name(self) -> str:
        """File name for messages."""
        return printable_name(self.path)


class VideoFiles:
    """The files that were read lately; a file that changed is read anew."""

    def __init__(self, limits: DecoderLimits, beat: Callable[[], None], log: CodecLog) -> None:
        self._limits = limits
        self._beat = beat
        self._log = log
        self._known: OrderedDict[_Identity, VideoFile] = OrderedDict()
        self.stream: int | None = None
        """Number of the stream that the request at hand is about; None for the one that players choose."""

    def get(self, path: Path, through: Tap | None = None) -> VideoFile:
        """Return what is known of the file, reading its packets if need be.

        Args:
            path: Absolute path.
            through: Given the open file, returns what its packets are read from; it is read anew then.

        Raises:
            MediaError: As `open_container`, `video_stream` and `build_index` do, and for limits.
        """
        key = _identity(path, self.stream)
        if key is None or key not in self._known or through is not None:
            video = self._read(path, through)
            if key is None:
                return video
            self._known[key] = video
        self._known.move_to_end(key)
        while len(self._known) > _REMEMBERED_FILES:
            self._known.popitem(last=False)
        info = self._known[key].info
        self._limits.allow_video(info.duration_seconds, info.size_bytes)
        return self._known[key]

    @contextmanager
    def reader(self, video: VideoFile, wanted: Collection[int]) -> Iterator[FrameReader]:
        """Open the file for decoding; ``wanted`` is every PTS that will be asked for."""
        with self.opened(video.path) as (container, stream):
            reader = FrameReader(
                container, stream, video.index, frozenset(wanted), self._beat, self._log.patched_up
            )
            try:
                yield reader
            finally:
                reader.close()

    @contextmanager
    def opened(self, path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
        """Open the file at its start, with the decoder's threads and limits set."""
        with open_container(path, self._limits.max_pixels) as container:
            self._check_streams(path, container)
            stream = video_stream(path, container, self.stream)
            self._check_picture_size(path, stream)
            stream.codec_context.options = {"max_pixels": str(self._limits.max_pixels)}
            stream.thread_count = self._limits.threads
            for other in container.streams:
                if other is not stream:
                    other.discard = av.stream.Discard.all
            yield container, stream

    @contextmanager
    def opened_whole(self, path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
        """Open the file at its start with all its streams, for reading those beside the pictures."""
        with open_container(path, self._limits.max_pixels) as container:
            self._check_streams(path, container)
            yield container, video_stream(path, container, self.stream)

    def _read(self, path: Path, through: Tap | None) -> VideoFile:
        if through is None:
            with self.opened(path) as (container, stream):
                found = quick_index(path, container, stream, self._beat)
                if found is not None:
                    return self._known_by(path, container, stream, *found)
        with self.opened(path) as (container, stream):
            source = through(container, stream) if through else container
            found = build_index(printable_name(path), source, stream, self._beat)
            return self._known_by(path, container, stream, *found)

    def _known_by(
        self,
        path: Path,
        container: InputContainer,
        stream: VideoStream,
        index: PacketIndex,
        first_frame: VideoFrame,
    ) -> VideoFile:
        claim = claimed_seconds(container, stream, index)
        info = describe(path, container, stream, index, first_frame, claim)
        self._check_times(path, info)
        geometry = Geometry.of(first_frame, stream.sample_aspect_ratio)
        return VideoFile(path, index, geometry, info, self.stream)

    def _check_streams(self, path: Path, container: InputContainer) -> None:
        if len(container.streams) > self._limits.max_streams:
            raise DecoderFailed(
                f"{printable_name(path)} has {len(container.streams)} streams, more than the decoder accepts "
                f"({self._limits.max_streams}). Copy its video stream alone into a new file with ffmpeg."
            )

    def _check_picture_size(self, path: Path, stream: VideoStream) -> None:
        width, height = stream.width, stream.height
        limits = self._limits
        if max(width, height) > limits.max_side or width * height > limits.max_pixels:
            raise DecoderFailed(
                f"{printable_name(path)}: pictures of {width}x{height} are larger than the decoder accepts "
                f"({limits.max_side} a side, {limits.max_pixels} pixels). Scale the video down with ffmpeg."
            )

    def _check_times(self, path: Path, info: VideoInfo) -> None:
        limits = self._limits
        if info.duration_seconds > limits.max_duration_seconds:
            raise DamagedVideo(
                f"{printable_name(path)}: its timestamps claim {info.duration_seconds / 86400:.0f} days, so "
                "they are broken or it is too long. Remux it, or cut it into shorter files, with ffmpeg."
            )
        if info.frame_count > 100 and info.frames_per_second > limits.max_frames_per_second:
            raise DamagedVideo(
                f"{printable_name(path)}: {info.frames_per_second:.0f} frames per second are more than the "
                f"decoder accepts ({limits.max_frames_per_second:.0f}). Its timestamps are broken: remux it."
            )


def size_of(path: Path) -> int:
    """Return a file's size in bytes, 0 when it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _identity(path: Path, stream: int | None) -> _Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return str(path), status.st_size, status.st_mtime_ns, stream


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
    duration = index.duration_seconds
    try:
        size = path.stat().st_size
    except OSError:
        raise MediaError(f"{printable_name(path)} vanished while it was read. Index it again.") from None
    return VideoInfo(
        duration_seconds=duration,
        claimed_seconds=max(claim or 0.0, duration),
        width=width,
        height=height,
        frames_per_second=len(index.pts) / duration,
        frame_count=len(index.pts),
        codec=stream.codec_context.codec.canonical_name,
        container=container.format.name,
        size_bytes=size,
        has_audio=bool(container.streams.audio),
        recorded_at=_recorded_at(container, stream),
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
        return float(stream.duration * index.time_base)
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
