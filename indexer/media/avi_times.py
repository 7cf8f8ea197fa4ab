"""When the frames of an AVI are displayed that lost a stretch in its middle: its own index tells.

Packets of an AVI bear no times; ffmpeg counts those that it comes across. Behind a stretch that cannot be
read it counts on, and all times are too early by what was lost.
"""

from __future__ import annotations

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

_AVI = "avi"
_HEADER_BYTES = 8
"""Of a packet; the index tells where that begins."""
_MOST_LOST = 100_000
"""Packets, an hour of them; more are not looked for."""


class IndexedTimes:
    """Sets the times of packets right that are read one after the other, from the start or after a seek."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        """Use the index of an open file; of other containers than AVI, nothing is changed."""
        self._entries = stream.index_entries if container.format.name == _AVI else None
        self._before: int | None = None
        self._lost = 0

    def set_right(self, packet: Packet[VideoStream]) -> Packet[VideoStream]:
        """Add to a packet's times what was lost before it, as far as the index names it."""
        if self._entries is None or packet.pos is None or packet.dts is None:
            return packet
        place = packet.pos - _HEADER_BYTES
        self._lost += self._lost_before(place, packet.dts + self._lost)
        self._before = place
        packet.dts += self._lost
        packet.pts = None if packet.pts is None else packet.pts + self._lost
        return packet

    def _lost_before(self, place: int, time: int) -> int:
        """Count the packets that the index names between the last one and the one at ``place``."""
        entries = self._entries
        if entries is None:
            return 0
        expected, last = entries.search_timestamp(time, any_frame=True), self._before
        if last is None or expected < 1 or entries[expected - 1].pos != last:
            return 0
        for number in range(expected, min(len(entries), expected + _MOST_LOST)):
            entry = entries[number]
            if entry.pos <= last:
                return 0  # a damaged index goes back: what it names there was read before
            if entry.pos >= place:
                is_named = entry.pos == place and entry.timestamp - time == number - expected
                return number - expected if is_named else 0
            last = entry.pos
        return 0
