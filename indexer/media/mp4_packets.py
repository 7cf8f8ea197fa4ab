"""The packets of a plain MP4, read by its tables a window at a time, so that memory does not grow with it.

ffmpeg keeps an index of the whole file while it is open, 37 bytes a frame or more: 40 MB for ten hours, and
for a moment 100 MB. The packets are those that it gives. The tables are believed only where it gives the
same at both ends of the file; from the first packet that is in doubt, it reads the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import cast

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.media.index import StreamFacts
from indexer.media.mp4_boxes import Unusual
from indexer.media.mp4_ends import COMPARED, Seen, first_frame_as_told, last_as_told
from indexer.media.mp4_keys import KeyCheck, key_check
from indexer.media.mp4_tables import Samples, SampleTables
from indexer.media.packets import MP4

_READ_BYTES = 128 << 10
_MOST_BYTES = 1 << 30
"""In one packet."""
Reopen = Callable[[], AbstractContextManager[tuple[InputContainer, VideoStream]]]


class Mp4Packets:
    """Reads the packets of one track, once, from the first to the last."""

    def __init__(self, tables: SampleTables, stream: StreamFacts, check: KeyCheck, reopen: Reopen) -> None:
        """Take over tables that are open.

        Args:
            tables: Closed with this.
            stream: What the packets belong to.
            check: Tells of a packet's bytes whether the mark of a key frame fits them.
            reopen: Opens the file with ffmpeg, for when a packet is in doubt.
        """
        self.tables = tables
        self._time_base = stream.time_base
        self._check = check
        self._reopen = reopen
        self._open = ExitStack()
        self._open.callback(tables.close)
        self._given = self._passed = 0
        self._instead: tuple[InputContainer, VideoStream] | None = None
        self._held, self._held_from = memoryview(b""), 0
        self.last_duration: int | None = None
        """Of the last packet, where ffmpeg reckons it otherwise than the tables."""

    def close(self) -> None:
        """Close the file."""
        self._open.close()

    @property
    def has_fallen_back(self) -> bool:
        """Whether a packet was in doubt, and ffmpeg reads on from there."""
        return self._instead is not None

    def demux(self) -> Iterator[Packet[VideoStream]]:
        """Read the packets; called again after an error, go on behind that place."""
        if self._instead is None:
            try:
                yield from self._told()
                return
            except (Unusual, OSError):
                self._instead = self._open.enter_context(self._reopen())
        container, stream = self._instead
        for packet in container.demux(stream):
            if packet.size and self._passed < self._given:
                self._passed += 1
                continue
            yield packet

    def at(self, place: int) -> Packet[VideoStream] | None:
        """Read one of the packets near the ends of the file; None where it is in doubt or lies elsewhere."""
        for samples in self.tables.ends:
            if 0 <= place - samples.first < len(samples.pts):
                one = slice(place - samples.first, place - samples.first + 1)
                try:
                    return next(self._packets(samples, one))
                except (Unusual, OSError):
                    return None
        return None

    def _told(self) -> Iterator[Packet[VideoStream]]:
        for samples in self.tables.windows():
            for packet in self._packets(samples, slice(None)):
                if self._given == self.tables.count - 1 and self.last_duration is not None:
                    packet.duration = self.last_duration
                self._given += 1
                yield packet

    def _packets(self, samples: Samples, some: slice) -> Iterator[Packet[VideoStream]]:
        columns = (samples.positions, samples.sizes, samples.pts, samples.dts, samples.durations)
        time_base, keyframes = self._time_base, samples.keyframes[some].tolist()
        rows = zip(*(column[some].tolist() for column in columns), keyframes, strict=True)
        for position, size, pts, dts, duration, is_keyframe in rows:
            content = self._read(position, size)
            if not self._check(content, is_keyframe):
                raise Unusual
            # With room behind it, for decoders look a little further than they should.
            packet = cast("Packet[VideoStream]", Packet(size))
            packet.update(content)  # type: ignore[arg-type]  # takes all that is like bytes
            packet.pts, packet.dts, packet.duration = pts, dts, duration
            packet.time_base, packet.is_keyframe = time_base, is_keyframe
            yield packet

    def _read(self, position: int, size: int) -> memoryview:
        """Return bytes of the file; what lies behind them is mostly the next packet, and read with them."""
        start = position - self._held_from
        if not 0 <= start <= len(self._held) - size:
            if size > _MOST_BYTES:
                raise Unusual
            self._held = memoryview(os.pread(self.tables.file, max(size, _READ_BYTES), position))
            self._held_from, start = position, 0
            if len(self._held) < size:
                raise Unusual  # the file was cut off meanwhile
        return self._held[start : start + size]


def open_packets(
    path: Path, container: InputContainer, stream: VideoStream, reopen: Reopen, beat: Callable[[], None]
) -> tuple[Mp4Packets, VideoFrame] | None:
    """Make sure that a file can be read by its tables, and decode its first picture.

    Args:
        path: The file.
        container: Freshly opened; where it stands afterwards is not told. It may be closed then.
        stream: The video stream.
        reopen: Opens the file anew, for when a packet turns out to be in doubt.
        beat: Called again and again, as a sign of life.

    Returns:
        The packets, to be closed, and the first decoded frame; None where ffmpeg must read them.
    """
    facts = StreamFacts.of(stream)
    check = key_check(facts.codec.codec.canonical_name, facts.codec.extradata)
    if facts.container != MP4 or check is None or stream.duration is None:
        return None
    try:
        packets = Mp4Packets(SampleTables(path, stream.id), facts, check, reopen)
    except (Unusual, OSError):
        return None
    first_frame = None
    try:
        first_frame = _borne_out(packets, container, stream, beat)
    finally:
        if first_frame is None:
            packets.close()
    return None if first_frame is None else (packets, first_frame)


def _borne_out(
    packets: Mp4Packets, container: InputContainer, stream: VideoStream, beat: Callable[[], None]
) -> VideoFrame | None:
    """Decode the first picture; None where ffmpeg's packets at the file's ends are others."""
    tables = packets.tables
    count = tables.count
    if not tables.has_one_clear_description:
        return None

    def agrees(place: int, seen: Seen) -> bool:
        own = packets.at(place)
        told = None if own is None else Seen.of(own)
        if told is not None and place == count - 1:
            told = replace(told, duration=seen.duration)
        return told == seen

    first_frame = first_frame_as_told(container, stream, count, agrees, beat)
    near_end = packets.at(max(0, count - COMPARED))
    if first_frame is None or near_end is None or near_end.pts is None:
        return None
    last = last_as_told(container, stream, count, near_end.pts, agrees)
    if last is None:
        return None
    packets.last_duration = last[-1].duration
    return first_frame
