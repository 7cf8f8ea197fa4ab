"""Whether a packet of an MP4 is a key frame by its own bytes; its tables may say otherwise.

ffmpeg looks into the packets of H.264 and AV1 and goes by what it finds there, else by the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

KeyCheck = Callable[[memoryview, bool], bool]
"""Tells of a packet's bytes whether the mark of a key frame fits them, or the lack of it."""

_SLICE, _IDR_SLICE, _MESSAGES = 1, 5, 6
_RECOVERY_POINT = 6
_SEQUENCE_HEADER, _TEMPORAL_DELIMITER = 1, 2


def key_check(codec: str, extradata: bytes | None) -> KeyCheck | None:
    """Return what compares the tables' marks with the bytes; None where ffmpeg may change the packets.

    Args:
        codec: ffmpeg's name of the format.
        extradata: The stream's, which tells how its packets are divided into units.
    """
    head = extradata or b""
    match codec:
        case "h264" if len(head) > 6 and head[0] == 1:
            length = (head[4] & 3) + 1
            return lambda content, is_keyframe: _is_h264_key(content, length) == is_keyframe
        case "av1":
            return lambda content, is_keyframe: _is_av1_key(content) == is_keyframe
        case "hevc" | "mpeg4":
            return lambda content, is_keyframe: True
    return None


def _is_h264_key(content: memoryview, length_bytes: int) -> bool:
    """Tell whether its first slice is one that begins anew, or a message says that decoding recovers here."""
    recovers = False
    for unit in _units(content, length_bytes):
        kind = unit[0] & 31
        if kind in (_SLICE, _IDR_SLICE):
            return recovers or kind == _IDR_SLICE
        if kind == _MESSAGES:
            recovers = _recovers(bytes(unit[1:])) or recovers
    return False


def _units(content: memoryview, length_bytes: int) -> Iterator[memoryview]:
    place = 0
    while place + length_bytes < len(content):
        length = int.from_bytes(content[place : place + length_bytes], "big")
        place += length_bytes
        if not 0 < length <= len(content) - place:
            return
        yield content[place : place + length]
        place += length


def _recovers(messages: bytes) -> bool:
    """Look for a recovery point among messages: each a type, a length (255: and more) and content."""
    messages = messages.replace(b"\0\0\3", b"\0\0")  # which only keeps start codes away
    place = 0
    while place + 2 < len(messages):
        numbers = [0, 0]
        for number in range(2):
            while place < len(messages) and messages[place] == 255:
                numbers[number] += 255
                place += 1
            numbers[number] += messages[place] if place < len(messages) else 0
            place += 1
        if numbers[0] == _RECOVERY_POINT:
            return True
        place += numbers[1]
    return False


def _is_av1_key(content: memoryview) -> bool:
    """Tell whether it begins with a header of the sequence, as key frames do."""
    kinds = [byte >> 3 & 15 for byte in content[:3]]
    return _SEQUENCE_HEADER in (kinds[2:] if kinds[:1] == [_TEMPORAL_DELIMITER] else kinds[:1])
