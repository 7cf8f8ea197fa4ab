"""The packet index: when every frame of a stream is displayed, read from the packets without decoding them.

It is what makes "the frame at second t" exact: seeking in containers is approximate, and frame-index / fps is
wrong wherever the rate varies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeAlias

import av
import numpy as np
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from indexer.errors import DamagedVideo
from indexer.media.avi_times import IndexedTimes
from indexer.media.packets import MP4, Displayed, Mp4Table, PacketTable, packet_pts
from indexer.media.splices import Splices

__all__ = [
    "HOLE_SECONDS",
    "REORDERED_FRAMES",
    "Demux",
    "PacketIndex",
    "StreamFacts",
    "assemble",
    "build_index",
    "demux_of",
    "go_on_reading",
    "holes_in",
    "index_mp4",
    "packet_pts",
    "read_packets",
    "try_decode",
]

_TOLERANCE = Fraction(1, 1_000_000)
_TOLERATED_FAILURES = 20
_GAP_FRAMES = 10
HOLE_SECONDS = 1.0
"""A shorter step between two frames is no hole, whatever the rate."""
_STEADY_FRAMES = 200
"""The last ones, which show whether the rate is steady at a file's end."""
REORDERED_FRAMES = 16
"""So many frames at most may be displayed before one that is stored before them (H.264, HEVC)."""
_UNSTEADY_SHARE = 0.05
_FADING_SECONDS = 10
"""Streams without key frames renew their picture bit by bit within this time."""


@dataclass(frozen=True, slots=True)
class PacketIndex:
    """Presentation times of one stream, in ticks of its time base."""

    pts: NDArray[np.int64]
    """Of every displayed frame, ascending, without doubles; at least one."""
    keyframes: NDArray[np.int64]
    """Of the frames at which decoding can start, ascending; empty when the container marks none."""
    end: int
    """When the last frame stops being displayed."""
    time_base: Fraction
    """Seconds per tick."""
    repeated: frozenset[int] = frozenset()
    """PTS that several frames bear; the last of them is the one displayed."""
    counts: bool = False
    """Packets tell no PTS: the n-th frame that comes out is displayed at ``pts[n]``."""
    splices: Splices | None = None
    """What sets the packets' times right where the file's clock jumps; None when it does not."""
    places: dict[int, int] = field(default_factory=dict)
    """Of the key frames of an AVI: where in the file each lies. A seek counts on from what its own table
    says, and where that is damaged, the times after the seek are those of other frames."""
    anchored: bool = False
    """Where ``counts``: some frames tell their times, the first among them; the others are counted on."""
    mistaken: frozenset[int] = frozenset()
    """Where ``anchored``: told times that are not believed, for two frames bear each."""

    @property
    def duration_seconds(self) -> float:
        """End of the last displayed frame on the one clock."""
        return self.seconds(self.end)

    def seconds(self, pts: int) -> float:
        """Time on the one clock, which starts at the first displayed frame."""
        return float((int(pts) - int(self.pts[0])) * self.time_base)

    def displayed_at(self, seconds: float) -> int:
        """PTS of the frame displayed at a time on the one clock.

        The comparison is made in ticks, a microsecond generous, so that the float of a PTS finds its frame.
        """
        ticks = (Fraction(seconds) + _TOLERANCE) // self.time_base + int(self.pts[0])
        return int(self.pts[max(0, self.position(ticks))])

    def gaps(self) -> list[tuple[int, int]]:
        """PTS before and after each hole in a recording whose rate is otherwise steady.

        Where the rate varies by itself (screen recordings, motion-triggered cameras) a long step is no hole.
        """
        return holes_in(self.pts, self.time_base)

    def torn_end(self) -> list[tuple[int, int]]:
        """PTS before and after each hole among the last frames of a file that breaks off.

        Of frames that refer to a later one, that one is stored first, and they themselves may be lost.
        """
        steps = _steps(self.pts[-_STEADY_FRAMES:])
        if len(steps) < _GAP_FRAMES + REORDERED_FRAMES:
            return []
        first, usual = len(self.pts) - 1 - len(steps), float(np.median(steps))
        if np.mean(abs(steps[:-REORDERED_FRAMES] - usual) > usual / 2) > _UNSTEADY_SHARE:
            return []
        torn = np.flatnonzero(steps > usual * 3 / 2)
        ends = [first + int(place) for place in torn if place >= len(steps) - REORDERED_FRAMES]
        return [(int(self.pts[place] + usual), int(self.pts[place + 1])) for place in ends]

    def position(self, pts: int) -> int:
        """Place of the last frame at or before ``pts``; -1 when there is none."""
        return int(np.searchsorted(self.pts, pts, side="right")) - 1

    def recovery_after(self, pts: int) -> int:
        """PTS from which an error at ``pts`` is over: the next key frame, or where it has surely faded."""
        faded = pts + int(_FADING_SECONDS / self.time_base)
        place = self.keyframe_position(pts) + 1
        return min(faded, int(self.keyframes[place])) if place < len(self.keyframes) else faded

    def keyframe_position(self, pts: int) -> int:
        """Place among the key frames of the last one at or before ``pts``; -1 when there is none."""
        return int(np.searchsorted(self.keyframes, pts, side="right")) - 1


Demux: TypeAlias = "Callable[[], Iterator[Packet[VideoStream]]]"
"""Reads a stream's packets; called again after an error, it goes on behind that place."""


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What a stream says of itself, of use also when its file is closed again."""

    container: str
    """ffmpeg's name of it."""
    codec: VideoCodecContext
    time_base: Fraction
    """Seconds per tick."""
    rate: Fraction
    """Frames per second, as the container tells."""

    @classmethod
    def of(cls, stream: VideoStream) -> StreamFacts:
        """Ask a stream of an open file."""
        return cls(
            stream.container.format.name,
            stream.codec_context,
            stream.time_base or Fraction(1, 1000),  # only a stream not opened by ffmpeg has none
            Fraction(stream.average_rate or stream.guessed_rate or 25),
        )

    def apart(self) -> StreamFacts:
        """Return the same with a codec that is not open: no frames, no threads, nothing of the file."""
        codec = CodecContext.create(self.codec.codec.name, "r")
        if not isinstance(codec, VideoCodecContext):
            raise TypeError(f"{self.codec.name} makes no pictures")
        codec.extradata, codec.pix_fmt = self.codec.extradata, self.codec.pix_fmt
        codec.width, codec.height = self.codec.width, self.codec.height
        return replace(self, codec=codec)


def read_packets(
    container: InputContainer, stream: VideoStream, on_failure: Callable[[], None] = lambda: None
) -> Iterator[Packet[VideoStream]]:
    """Read a stream's packets to the end, going on after places that cannot be read."""
    return go_on_reading(demux_of(container, stream), on_failure)


def demux_of(container: InputContainer, stream: VideoStream) -> Demux:
    """Return what reads a stream's packets, with the times of those of an AVI set right."""
    times = IndexedTimes(container, stream)
    return lambda: map(times.set_right, container.demux(stream))


def go_on_reading(
    demux: Demux, on_failure: Callable[[], None] = lambda: None
) -> Iterator[Packet[VideoStream]]:
    """Read packets to the end, going on after places that cannot be read."""
    failures = 0
    while failures < _TOLERATED_FAILURES:
        try:
            for packet in demux():
                if packet.size:  # an empty packet tells the decoder to flush, which is the reader's business
                    yield packet
            return
        except MemoryError:
            raise
        except (av.FFmpegError, IndexError):  # PyAV, where a stream begins in mid-file
            failures += 1
            on_failure()


def build_index(
    name: str, demux: Demux, stream: VideoStream, beat: Callable[[], None]
) -> tuple[PacketIndex, VideoFrame]:
    """Read all packets of a stream once and decode its first picture.

    Args:
        name: File name for messages.
        demux: Reads the packets from the first one on.
        stream: The video stream, of an open file.
        beat: Called again and again, as a sign of life.

    Returns:
        The index and the first decoded frame, which tells the true size and the rotation.

    Raises:
        DamagedVideo: There are no packets, or none of them can be decoded.
    """
    facts = StreamFacts.of(stream)
    table = Mp4Table() if facts.container == MP4 else PacketTable(stream)
    first_frame: VideoFrame | None = None
    for packet in go_on_reading(demux):
        beat()
        if first_frame is None:
            first_frame = try_decode(facts.codec, packet)
        table.add(packet)
    first_frame = first_frame or try_decode(facts.codec, None)
    packets = table.displayed()
    if first_frame is None or not len(packets.times):
        raise _nothing_in(name, facts)
    return assemble(packets, first_frame.pts, facts), first_frame


def index_mp4(
    name: str,
    packets: Iterator[Packet[VideoStream]],
    first_pts: int | None,
    facts: StreamFacts,
    beat: Callable[[], None],
) -> PacketIndex:
    """Read all packets of an MP4's stream, whose first picture is decoded; its file may be closed.

    Raises:
        DamagedVideo: There are none any more.
    """
    table = Mp4Table()
    for packet in packets:
        beat()
        table.add(packet)
    displayed = table.displayed()
    if not len(displayed.times):
        raise _nothing_in(name, facts)
    return assemble(displayed, first_pts, facts)


def _nothing_in(name: str, facts: StreamFacts) -> DamagedVideo:
    return DamagedVideo(
        f"{name} is a video ({facts.codec.name}), but nothing in it can be decoded. "
        "Copy it again from where it came, or convert it with ffmpeg."
    )


def try_decode(codec: VideoCodecContext, packet: Packet[VideoStream] | None) -> VideoFrame | None:
    """Return the first frame that comes out, None when there is none or the packet is damaged."""
    try:
        frames = codec.decode(packet)
    except MemoryError:
        raise
    except av.FFmpegError:
        return None
    return frames[0] if frames else None


def assemble(packets: Displayed, first_pts: int | None, facts: StreamFacts) -> PacketIndex:
    """Sort the times and cut off what is never displayed: packets before the first decoded frame."""
    keys = np.unique(packets.keys)
    times, repeated = _sorted_once(packets.times)
    if not packets.counts:
        decoded = int(times[0]) if first_pts is None else first_pts
        origin = min(decoded, int(keys[0])) if len(keys) else decoded
        if times[-1] >= origin:
            times = times[np.searchsorted(times, origin) :]
    duration = packets.last_duration or _usual_step(times, facts)
    return PacketIndex(
        times,
        keys[keys >= times[0]],
        int(times[-1]) + duration,
        facts.time_base,
        repeated,
        packets.counts,
        packets.splices,
        packets.places,
        packets.anchored,
        packets.mistaken,
    )


def _sorted_once(times: NDArray[np.int64]) -> tuple[NDArray[np.int64], frozenset[int]]:
    """Sort times in place, and take out those that are there more than once, returned too."""
    times.sort()
    again = times[1:] == times[:-1]
    if not again.any():
        return times, frozenset()
    return times[np.concatenate([[True], ~again])], frozenset(map(int, times[1:][again]))


def holes_in(pts: NDArray[np.int64], time_base: Fraction) -> list[tuple[int, int]]:
    """PTS before and after each hole in rising times, as `PacketIndex.gaps`."""
    steps = _steps(pts)
    if len(steps) < _GAP_FRAMES:
        return []
    usual = float(np.median(steps))
    if np.mean((steps < usual / 2) | (steps > usual * 3 / 2)) > _UNSTEADY_SHARE:
        return []
    longest = max(_GAP_FRAMES * usual, HOLE_SECONDS / float(time_base))
    places = np.flatnonzero(steps > longest)
    return [(int(pts[place] + usual), int(pts[place + 1])) for place in places]


def _steps(times: NDArray[np.int64]) -> NDArray[np.signedinteger[Any]]:
    """Return the steps between rising times, in half the memory where none is too long for that."""
    narrow = np.empty(max(0, len(times) - 1), np.int32)
    np.subtract(times[1:], times[:-1], out=narrow, casting="unsafe")
    is_exact = not len(narrow) or narrow.sum(dtype=np.int64) == times[-1] - times[0]
    return narrow if is_exact else np.diff(times)


def _usual_step(times: NDArray[np.int64], facts: StreamFacts) -> int:
    """Length of one frame in ticks, where the container does not tell it for the last one."""
    if len(times) > 1:
        return max(1, int(np.median(np.diff(times[-50:]))))
    return max(1, round(1 / (facts.rate * facts.time_base)))
