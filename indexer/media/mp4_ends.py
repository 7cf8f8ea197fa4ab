"""What the tables of an MP4 tell, compared with packets at both ends of the file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.media.index import read_packets, try_decode

COMPARED = 100
"""Packets at the start; at the end twice as many at most."""
MOST_UNDECODABLE = 1000
"""So many packets are tried at the start until a picture comes out."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a packet tells; its bytes as a digest, for they may be many."""

    pts: int | None
    dts: int | None
    duration: int
    is_keyframe: bool
    size: int
    digest: bytes
    is_plain: bool
    """Neither damaged nor left out, and nothing else comes with it."""

    @classmethod
    def of(cls, packet: Packet[VideoStream]) -> Seen:
        """Look at a packet."""
        is_plain = not (packet.is_discard or packet.is_corrupt or any(True for _ in packet.iter_sidedata()))
        digest = hashlib.blake2b(packet, digest_size=16).digest()
        return cls(packet.pts, packet.dts, packet.duration or 0, packet.is_keyframe, packet.size, digest,
                   is_plain)  # fmt: skip


Agrees = Callable[[int, Seen], bool]
"""Tells whether the packet with this number, counted from 0, is as the tables say."""


def first_frame_as_told(
    container: InputContainer, stream: VideoStream, count: int, agrees: Agrees, beat: Callable[[], None]
) -> VideoFrame | None:
    """Decode the first picture; None when there is none soon, or a packet is not as the tables say.

    Args:
        container: Freshly opened.
        stream: The video stream.
        count: Packets by the tables.
        agrees: Compares them.
        beat: Called again and again, as a sign of life.
    """
    first, failures, number = None, [], 0
    packets = read_packets(container, stream, lambda: failures.append(True))
    for number, packet in enumerate(islice(packets, MOST_UNDECODABLE), start=1):
        beat()
        if first is None:
            first = try_decode(stream.codec_context, packet)
        if failures or number > count or not agrees(number - 1, Seen.of(packet)):
            return None
        if number >= COMPARED and first is not None:
            return first
    return first or try_decode(stream.codec_context, None) if number == count else None


def last_as_told(
    container: InputContainer, stream: VideoStream, count: int, from_pts: int, agrees: Agrees
) -> list[Seen] | None:
    """Return the last packets, in file order; None when one is not as the tables say.

    Args:
        container: Open; where it stands does not matter.
        stream: The video stream.
        count: Packets by the tables.
        from_pts: When the packet `COMPARED` before the end is displayed.
        agrees: Compares them.
    """
    container.seek(from_pts, any_frame=True, stream=stream)
    failures: list[bool] = []
    packets = read_packets(container, stream, lambda: failures.append(True))
    last = [Seen.of(packet) for packet in islice(packets, COMPARED * 2 + 1)]
    if failures or not 0 < len(last) <= min(count, COMPARED * 2):
        return None
    first = count - len(last)
    return last if all(agrees(place, seen) for place, seen in enumerate(last, start=first)) else None
