"""The packet index: when every frame of a stream is displayed, read from the packets without decoding them.

It is what makes "the frame at second t" exact: seeking in containers is approximate, and frame-index / fps is
wrong wherever the rate varies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from indexer.errors import DamagedVideo
from indexer.media.packets import PacketTable, TimedPackets, packet_pts
from indexer.media.splices import Splices

__all__ = ["PacketIndex", "assemble", "build_index", "packet_pts", "read_packets", "try_decode"]

_TOLERANCE = Fraction(1, 1_000_000)
_TOLERATED_FAILURES = 20
_GAP_FRAMES = 10
_GAP_SECONDS = 1.0
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
        steps = np.diff(self.pts)
        if len(steps) < _GAP_FRAMES:
            return []
        usual = float(np.median(steps))
        if np.mean((steps < usual / 2) | (steps > usual * 3 / 2)) > 0.05:
            return []
        longest = max(_GAP_FRAMES * usual, _GAP_SECONDS / float(self.time_base))
        places = np.flatnonzero(steps > longest)
        return [(int(self.pts[place] + usual), int(self.pts[place + 1])) for place in places]

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


def read_packets(
    container: InputContainer, stream: VideoStream, on_failure: Callable[[], None] = lambda: None
) -> Iterator[Packet[VideoStream]]:
    """Read a stream's packets to the end, going on after places that cannot be read."""
    failures = 0
    while failures < _TOLERATED_FAILURES:
        try:
            for packet in container.demux(stream):
                if packet.size:  # an empty packet tells the decoder to flush, which is the reader's business
                    yield packet
            return
        except MemoryError:
            raise
        except (av.FFmpegError, IndexError):  # PyAV, where a stream begins in mid-file
            failures += 1
            on_failure()


def build_index(
    name: str, container: InputContainer, stream: VideoStream, beat: Callable[[], None]
) -> tuple[PacketIndex, VideoFrame]:
    """Read all packets of a stream once and decode its first picture.

    Args:
        name: File name for messages.
        container: Freshly opened; it stands at its end afterwards.
        stream: The video stream.
        beat: Called again and again, as a sign of life.

    Returns:
        The index and the first decoded frame, which tells the true size and the rotation.

    Raises:
        DamagedVideo: There are no packets, or none of them can be decoded.
    """
    table = PacketTable(stream.container.format.name)
    first_frame: VideoFrame | None = None
    for packet in read_packets(container, stream):
        beat()
        if first_frame is None:
            first_frame = try_decode(stream, packet)
        table.add(packet)
    first_frame = first_frame or try_decode(stream, None)
    packets = table.timed(stream)
    if first_frame is None or not packets.shown.any():
        raise DamagedVideo(
            f"{name} is a video ({stream.codec_context.name}), but nothing in it can be decoded. "
            "Copy it again from where it came, or convert it with ffmpeg."
        )
    return assemble(packets, first_frame, stream), first_frame


def try_decode(stream: VideoStream, packet: Packet[VideoStream] | None) -> VideoFrame | None:
    """Return the first frame that comes out, None when there is none or the packet is damaged."""
    try:
        frames = stream.codec_context.decode(packet)
    except MemoryError:
        raise
    except av.FFmpegError:
        return None
    return frames[0] if frames else None


def assemble(packets: TimedPackets, first_frame: VideoFrame, stream: VideoStream) -> PacketIndex:
    """Sort the times and cut off what is never displayed: packets before the first decodable frame.

    Long recordings have millions of packets, so ``packets.pts`` is sorted where it lies, and of no use then.
    """
    keys = np.unique(packets.pts[packets.shown & packets.keyframes])
    last_duration = _duration_of_last(packets)
    times, repeated = _sorted_once(packets.pts if packets.shown.all() else packets.pts[packets.shown])
    if not packets.counts:
        decoded = first_frame.pts if first_frame.pts is not None else int(times[0])
        origin = min(decoded, int(keys[0])) if len(keys) else decoded
        if times[-1] >= origin:
            times = times[np.searchsorted(times, origin) :]
    duration = last_duration or _usual_step(times, stream)
    return PacketIndex(
        times,
        keys[keys >= times[0]],
        int(times[-1]) + duration,
        _time_base(stream),
        repeated,
        packets.counts,
        packets.splices,
        packets.places,
        packets.anchored,
    )


def _duration_of_last(packets: TimedPackets) -> int:
    """Return how long the frame displayed last is, 0 where the container does not tell."""
    latest = packets.pts.max(initial=np.iinfo(np.int64).min, where=packets.shown)
    return int(packets.durations[np.flatnonzero(packets.shown & (packets.pts == latest))[-1]])


def _sorted_once(times: NDArray[np.int64]) -> tuple[NDArray[np.int64], frozenset[int]]:
    """Sort times in place, and take out those that are there more than once, returned too."""
    times.sort()
    again = times[1:] == times[:-1]
    if not again.any():
        return times, frozenset()
    return times[np.concatenate([[True], ~again])], frozenset(map(int, times[1:][again]))


def _time_base(stream: VideoStream) -> Fraction:
    return stream.time_base or Fraction(1, 1000)  # only a stream not opened by ffmpeg has none


def _usual_step(times: NDArray[np.int64], stream: VideoStream) -> int:
    """Length of one frame in ticks, where the container does not tell it for the last one."""
    if len(times) > 1:
        return max(1, int(np.median(np.diff(times[-50:]))))
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    return max(1, round(1 / (rate * _time_base(stream))))
