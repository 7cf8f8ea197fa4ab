"""Packets in groups that can be decoded by themselves: each begins at a key frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from av.packet import Packet
from av.video.stream import VideoStream

VideoPacket: TypeAlias = "Packet[VideoStream]"

SHORTEST_SECONDS = Fraction(1, 2)
"""Key frames closer together than this share a group: the unit of work must be worth its set-up."""
_LARGEST_BYTES = 48 * 1024**2
"""A group with more is not held in memory, and decoded frame by frame from the file instead."""


@dataclass(slots=True)
class Group:
    """The packets of one or more groups of pictures, in the order of decoding."""

    ordinal: int
    start: int
    """PTS of its first displayed frame, the key frame that it begins with."""
    end: int | None = None
    """PTS of the next group's first frame; None at the end of the file."""
    packets: list[VideoPacket] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    """PTS of its displayed frames, in the order of decoding."""
    tail: list[VideoPacket] = field(default_factory=list)
    """With an open group of pictures: the next key frame and those frames decoded after it that are displayed
    before it. They refer to both groups and belong to this one."""
    sizes: list[int] = field(default_factory=list)
    """Bytes of each packet but the first key frame, in the order of decoding."""
    key_bytes: int = 0
    held_bytes: int = 0
    is_sound: bool = True
    """Whether its packets are what this package expects; else it is decoded frame by frame from the file."""

    @property
    def is_too_large(self) -> bool:
        """Whether it takes more memory than a group may."""
        return self.held_bytes > _LARGEST_BYTES


class Grouper:
    """Sorts a stream's packets into groups; the borders depend on the packets alone."""

    def __init__(self, time_base: Fraction) -> None:
        self._time_base = time_base
        self._current: Group | None = None
        self._before: Group | None = None
        self._origin = 0

    def add(self, packet: VideoPacket) -> Group | None:
        """Take the next packet; returns a group when that one is complete."""
        pts = packet.pts
        if self._current is None:
            if not packet.is_keyframe or pts is None:
                pts, self._origin = (pts or 0), (pts or 0)
            self._origin = pts
            self._current = self._begin(packet, pts)
            self._current.is_sound = packet.is_keyframe and packet.pts is not None
            return None
        if pts is not None and packet.is_keyframe and self._is_border(pts):
            done = self._release()  # a group without leading frames in the one after it
            self._before, self._current = self._current, self._begin(packet, pts)
            self._before.end = pts
            return done
        if pts is not None and self._before is not None and pts < self._current.start:
            self._lead(packet, pts)
            return None
        done = self._release()
        self._append(self._current, packet, pts)
        return done

    def spoil(self) -> None:
        """Note that reading failed here: what is between was lost."""
        if self._current is not None:
            self._current.is_sound = False

    def cut(self) -> None:
        """Note that the clock jumps here: all from the last group on is decoded from the file, to its end."""
        for group in (self._before, self._current):
            if group is not None:
                group.is_sound = False
        if self._before is not None:
            self._before.end = None

    def finish(self) -> list[Group]:
        """Return what is left at the end of the stream."""
        return [group for group in (self._release(), self._current) if group is not None]

    def _begin(self, packet: VideoPacket, pts: int) -> Group:
        ordinal = 0 if self._current is None else self._current.ordinal + 1
        group = Group(
            ordinal, pts, packets=[packet], times=[pts], key_bytes=packet.size, held_bytes=packet.size
        )
        group.is_sound = not (packet.is_corrupt or packet.is_discard)
        return group

    def _is_border(self, pts: int) -> bool:
        if self._current is None:
            return False
        seconds = (pts - self._origin) * self._time_base // SHORTEST_SECONDS
        return seconds > (self._current.start - self._origin) * self._time_base // SHORTEST_SECONDS

    def _lead(self, packet: VideoPacket, pts: int) -> None:
        if self._before is None or self._current is None:
            return
        if not self._before.tail:
            self._before.tail = [self._current.packets[0]]
        self._before.tail.append(packet)
        self._before.times.append(pts)
        self._before.sizes.append(packet.size)
        self._before.held_bytes += packet.size
        if packet.is_corrupt or packet.is_discard or pts < self._before.start:
            self._before.is_sound = False

    def _append(self, group: Group, packet: VideoPacket, pts: int | None) -> None:
        if pts is None or packet.is_corrupt or packet.is_discard or pts <= group.start:
            group.is_sound = False
        group.times.append(group.start if pts is None else pts)
        group.sizes.append(packet.size)
        group.held_bytes += packet.size
        if group.is_too_large:
            group.is_sound = False
        if group.is_sound:
            group.packets.append(packet)
        else:
            group.packets.clear()

    def _release(self) -> Group | None:
        done, self._before = self._before, None
        if done is not None and done.end is not None and any(time >= done.end for time in done.times):
            done.is_sound = False
        if done is not None and len(set(done.times)) < len(done.times):
            done.is_sound = False
        return done
