"""Whether a packet of Motion JPEG holds the picture that a decoder makes of it.

Where a picture announces itself and its scan is lost, ffmpeg's decoder hands out what lay in the buffer, an
older picture, without a word. The markers tell (ITU-T T.81, annex B).
"""

from __future__ import annotations

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_START_OF_PICTURE = b"\xff\xd8"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that announce a picture's size; the three are tables and an extension."""
_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01, _START}
"""Markers without a length after them."""


def scanned_lines(packet: bytes) -> int:
    """Add up the heights of the pictures that a packet holds with their scans.

    These are one picture, or two of half the height, the fields of an interlaced one.

    Returns:
        Lines; 0 when one of the pictures lacks its scan, or there is none.
    """
    lines, position = 0, 0
    while position >= 0:
        height, scan = _next_scan(packet, position)
        if scan is None:
            return lines if height is None else 0
        lines += height or 0
        # What lies in a scan is written so that it never looks like this marker.
        position = packet.find(_START_OF_PICTURE, scan)
    return lines


def _next_scan(packet: bytes, position: int) -> tuple[int | None, int | None]:
    """Go from marker to marker: the height of the picture that is announced, and where its scan begins."""
    height: int | None = None
    while (marker := _marker_at(packet, position)) is not None:
        kind, position = packet[marker + 1], marker + 2
        if height is not None and kind in (_SCAN, _END):
            return height, position if kind == _SCAN and _begins_scan(packet, position) else None
        if height is None and kind in _FRAMES:
            height = int.from_bytes(packet[position + 3 : position + 5], "big")
        if kind not in _ALONE:
            position = _behind_segment(packet, position)
    return height, None


def _marker_at(packet: bytes, position: int) -> int | None:
    """Find the next marker: 0xFF with something else than 0x00 or 0xFF behind it."""
    while 0 <= (found := packet.find(b"\xff", position)) < len(packet) - 1:
        if packet[found + 1] not in (0x00, 0xFF):
            return found
        position = found + 1
    return None


def _begins_scan(packet: bytes, position: int) -> bool:
    """Tell whether a scan's header is one: two bytes for each of its components, and six."""
    length = int.from_bytes(packet[position : position + 2], "big")
    components = packet[position + 2] if position + 2 < len(packet) else 0
    return components > 0 and length == 6 + 2 * components


def _behind_segment(packet: bytes, position: int) -> int:
    """Skip a segment by its length, which may hold a small picture of its own; not if that is damaged."""
    end = position + int.from_bytes(packet[position : position + 2], "big")
    return end if position + 2 <= end <= len(packet) else position
