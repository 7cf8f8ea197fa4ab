"""One video file as the child knows it: opened on demand, its facts and its packet index remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.errors import DamagedVideo, DecoderFailed
from indexer.media.codec_log import CodecLog
from indexer.media.facts import claimed_seconds, describe, indexed
from indexer.media.formats import open_container, printable_name, video_stream
from indexer.media.index import (
    Demux,
    PacketIndex,
    StreamFacts,
    build_index,
    demux_of,
    go_on_reading,
    index_mp4,
)
from indexer.media.info import VideoInfo
from indexer.media.limits import DecoderLimits
from indexer.media.mp4_lean import open_lean
from indexer.media.mp4_packets import Mp4Packets, open_packets
from indexer.media.pictures import Geometry
from indexer.media.quick_index import quick_index
from indexer.media.reading import MOTION_JPEG, FrameReader, mostly_falls_short
from indexer.media.torn import TRANSPORT_STREAM, ends_within_packet

_REMEMBERED_FILES = 8
Tap = Callable[[Demux, StreamFacts], Demux]
"""Looks at a stream's packets while they are read; its file may be closed then."""
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
    falls_short: bool = False
    """Whether its first pictures lack their ends already, as all of some webcams do."""
    breaks_off: bool = False
    """Whether it ends in the middle of its data, whatever length its header tells."""

    @property
    def name(self) -> str:
        """File name for messages."""
        return printable_name(self.path)


@dataclass(frozen=True, slots=True)
class _FirstLook:
    """What is asked of an MP4 before it is closed and its packets are read by its tables."""

    packets: Mp4Packets
    pts: int | None
    """Of the first decoded frame."""
    facts: StreamFacts
    info: VideoInfo
    """What depends on the index is not true yet."""
    claim: float | None
    geometry: Geometry


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
            through: Given what reads the packets, returns what does it instead; they are read anew then.

        Raises:
            MediaError: As `open_container`, `video_stream` and `build_index` do, and for limits.
        """
        key = identity(path, self.stream)
        if key is None or key not in self._known or through is not None:
            self._log.fell_short(), self._log.broke_off()  # another file's
            video = self._heard_of(self._read(path, through))
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
    def reader(
        self, video: VideoFile, wanted: Collection[int], *, alone: bool = False
    ) -> Iterator[FrameReader]:
        """Open the file for decoding; ``wanted`` is every PTS that will be asked for.

        With ``alone``, one thread decodes all: it is slower, but known of which frame the codec complains.
        """
        with self.opened(video.path) as (container, stream):
            stream.thread_count = 1 if alone else stream.thread_count
            needed = None if alone else frozenset(wanted)
            reader = FrameReader(
                container, stream, video.index, needed, self._beat, self._log, video.falls_short
            )
            try:
                yield reader
            finally:
                reader.close()

    @contextmanager
    def opened(self, path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
        """Open the file at its start, with the decoder's threads and limits set."""
        most = self._limits.max_pixels
        with open_lean(path, most) or open_container(path, most) as container:
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

    def _heard_of(self, video: VideoFile) -> VideoFile:
        """Add what only the log tells of a file that was just read, or its last bytes."""
        torn, falls_short = self._log.broke_off(), self._log.fell_short()
        if video.info.container == TRANSPORT_STREAM:
            torn = ends_within_packet(video.path)
        if falls_short and video.info.codec == MOTION_JPEG:  # or is it only this one?
            with self.opened(video.path) as (container, stream):
                falls_short = mostly_falls_short(container, stream, self._log)
        return replace(video, falls_short=falls_short, breaks_off=torn)

    def _read(self, path: Path, through: Tap | None) -> VideoFile:
        if through is None:
            with self.opened(path) as (container, stream):
                found = quick_index(path, container, stream, self._beat)
                if found is not None:
                    return self._known_by(path, container, stream, *found)
        elif (video := self._read_closed(path, through)) is not None:
            return video
        with self.opened(path) as (container, stream):
            demux = demux_of(container, stream)
            if through is not None:
                demux = through(demux, StreamFacts.of(stream))
            found = build_index(printable_name(path), demux, stream, self._beat)
            return self._known_by(path, container, stream, *found)

    def _read_closed(self, path: Path, through: Tap) -> VideoFile | None:
        """Read a plain MP4 by its tables while ffmpeg, which keeps all of them, has it closed; else None."""
        first = self._first_look(path)
        if first is None:
            return None
        with closing(first.packets):
            read = go_on_reading(through(first.packets.demux, first.facts))
            index = index_mp4(printable_name(path), read, first.pts, first.facts, self._beat)
        info = indexed(first.info, path, index, first.claim)
        self._check_times(path, info)
        return VideoFile(path, index, first.geometry, info, self.stream)

    def _first_look(self, path: Path) -> _FirstLook | None:
        with self.opened(path) as (container, stream):
            opened = open_packets(path, container, stream, lambda: self.opened(path), self._beat)
            if opened is None:
                return None
            packets, frame = opened
            try:
                facts = StreamFacts.of(stream)
                start = np.array([frame.pts or 0], np.int64)
                bare = PacketIndex(start, start, int(start[0]) + 1, facts.time_base)
                claim = claimed_seconds(container, stream, bare)
                info = describe(path, container, stream, bare, frame, claim)
                geometry = Geometry.of(frame, stream.sample_aspect_ratio)
                return _FirstLook(packets, frame.pts, facts.apart(), info, claim, geometry)
            except BaseException:
                packets.close()
                raise

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


def identity(path: Path, stream: int | None = None) -> _Identity | None:
    """Return what tells a file from what lay there before, or lies there later; None when it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return str(path), status.st_size, status.st_mtime_ns, stream
