"""Which packets hold frames that others refer to, read from the bitstream without decoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

_MOST_UNITS = 64
"""Parameter sets and messages before a frame's first slice; more is no file that an encoder wrote."""
_START = b"\0\0\1"
_H264_SLICES = (1, 2, 5)
_HEVC_SLICES = range(32)
_HEVC_LAST_PLAIN = 14

IsReference = Callable[[bytes], bool]


def reference_reader(codec: str, extradata: bytes | None) -> IsReference | None:
    """Return what tells of a packet's bytes whether other frames refer to its frame; None for other codecs.

    What cannot be told counts as referred to. A packet that is misjudged never gets a wrong time: the codec
    itself decides which frames it leaves out.

    Args:
        codec: ffmpeg's name of it.
        extradata: The stream's, which tells how its packets are divided into units.
    """
    head = extradata or b""
    match codec:
        case "h264":
            length = (head[4] & 3) + 1 if len(head) > 6 and head[0] == 1 else 0
            return lambda packet: _h264(_unit_headers(packet, length))
        case "hevc":
            length = (head[21] & 3) + 1 if len(head) > 22 and head[0] == 1 else 0
            return lambda packet: _hevc(_unit_headers(packet, length))
        case _:
            return None


def _h264(headers: Iterator[int]) -> bool:
    for header in headers:
        if header & 31 in _H264_SLICES:
            return header >> 5 & 3 != 0
    return True


def _hevc(headers: Iterator[int]) -> bool:
    for header in headers:
        kind = header >> 1 & 63
        if kind in _HEVC_SLICES:
            return kind > _HEVC_LAST_PLAIN or kind % 2 == 1
    return True


def _unit_headers(packet: bytes, length_bytes: int) -> Iterator[int]:
    """Yield the first byte of each unit: behind its length, or without lengths behind a start code."""
    place = 0
    for _ in range(_MOST_UNITS):
        if not length_bytes:
            place = packet.find(_START, place) + len(_START)
            if place < len(_START) or place >= len(packet):
                return
            yield packet[place]
            continue
        length = int.from_bytes(packet[place : place + length_bytes], "big")
        place += length_bytes
        if not length or place >= len(packet):
            return
        yield packet[place]
        place += length
