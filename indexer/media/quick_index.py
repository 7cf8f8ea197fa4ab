"""The packet index of an MP4 from its tables, believed only as far as packets at both ends bear them out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.media.index import PacketIndex, assemble, read_packets, try_decode
from indexer.media.mp4_tables import read_sample_tables
from indexer.media.packets import TimedPackets

_MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
_COMPARED = 100
_MOST_UNDECODABLE = 1000


def quick_index(
    path: Path, container: InputContainer, stream: VideoStream, beat: Callable[[], None]
) -> tuple[PacketIndex, VideoFrame] | None:
    """Make the index of an MP4 whose tables are plain, and decode its first picture.

    Args:
        path: The file.
        container: Freshly opened; where it stands afterwards is not told.
        stream: The video stream.
        beat: Called again and again, as a sign of life.

    Returns:
        What `build_index` would return, or None when that must be asked: for other containers, edited or
        fragmented or damaged files.
    """
    if container.format.name != _MP4:
        return None
    tables = read_sample_tables(path, stream.id)
    if tables is None:
        return None
    first_frame = _first_frame(container, stream, tables, beat)
    if first_frame is None or not _bears_out_the_end(container, stream, tables):
        return None
    return assemble(tables, first_frame, stream), first_frame


def _first_frame(
    container: InputContainer, stream: VideoStream, tables: TimedPackets, beat: Callable[[], None]
) -> VideoFrame | None:
    """Decode the first picture; None when there is none soon, or a packet is not as the tables say."""
    first, failures = None, []
    packets = read_packets(container, stream, lambda: failures.append(True))
    count = 0
    for count, packet in enumerate(islice(packets, _MOST_UNDECODABLE), start=1):
        beat()
        if first is None:
            first = try_decode(stream, packet)
        if failures or count > len(tables.pts) or not _agree(tables, count - 1, packet):
            return None
        if count >= _COMPARED and first is not None:
            return first
    return first or try_decode(stream, None) if count == len(tables.pts) else None


def _bears_out_the_end(container: InputContainer, stream: VideoStream, tables: TimedPackets) -> bool:
    """Compare the last packets, and take over how long each is displayed."""
    count = len(tables.pts)
    container.seek(int(tables.pts[max(0, count - _COMPARED)]), any_frame=True, stream=stream)
    failures: list[bool] = []
    last = list(islice(read_packets(container, stream, lambda: failures.append(True)), _COMPARED * 2 + 1))
    if failures or not 0 < len(last) <= min(count, _COMPARED * 2):
        return False
    places = range(count - len(last), count)
    if not all(_agree(tables, place, packet) for place, packet in zip(places, last, strict=True)):
        return False
    tables.durations[places.start :] = [packet.duration or 0 for packet in last]
    return True


def _agree(tables: TimedPackets, place: int, packet: Packet[VideoStream]) -> bool:
    return (
        packet.pts == tables.pts[place]
        and packet.is_keyframe == tables.keyframes[place]
        and not packet.is_discard
    )
