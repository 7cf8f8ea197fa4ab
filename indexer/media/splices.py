"""Recordings joined end to end: the clock jumps back, which ffmpeg may take for a jump ahead by a day.

Players play on. So does the one clock: what comes after a jump begins where what came before it ended.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

JOINABLE = ("mpegts", "mpeg", "flv", "live_flv", "matroska,webm", "asf", "dhav", "wtv")
"""Containers whose packets carry their own times; in the others an index gives them and they cannot jump."""
_SOUGHT_BY_BYTES = ("mpegts", "mpeg")
"""Those of them that find the next packet from any byte on; in Matroska, nothing is found from there."""

_BACK_SECONDS = 1
"""Times of decoding may stagger a little; a step back by more is another recording's clock."""
_STRAY_SECONDS = 10
_STRAY_PACKETS = 3
"""So few packets far away in time, before the clock goes on as it was, are damaged and no recording."""
_WRAPPED = 1 << 32
"""MPEG clocks have 33 bits: ffmpeg adds 2^33 to a time that is lower than the first one."""
_MOST = 10_000
"""With more jumps than this the times are noise, and nothing can be made of them."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A key frame to which a seek by bytes leads."""

    number: int
    """Of its packet, in file order."""
    position: int
    """Byte."""
    raw_pts: int
    """As the file tells it."""


@dataclass(frozen=True, slots=True)
class Splices:
    """Where a file's clock jumps, and what sets its times right."""

    starts: tuple[int, ...]
    """Number of the first packet of each recording; the first one is 0."""
    shifts: tuple[int, ...]
    """Ticks to add to the times of each recording."""
    strays: frozenset[int]
    """Numbers of packets whose time is damaged."""
    landings: dict[int, Landing]
    """By PTS on the one clock; empty where the container is not sought by bytes."""

    def on_one_clock(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Set right the times of all packets, in file order."""
        lengths = np.diff([*self.starts, len(times)])
        return times + np.repeat(np.array(self.shifts, np.int64), lengths)

    def strays_among(self, count: int) -> NDArray[np.bool_]:
        """Mark the strays among all packets, in file order."""
        marks = np.zeros(count, bool)
        marks[list(self.strays)] = True
        return marks

    def joined_before(self, number: int) -> bool:
        """Tell whether a recording begins at a packet or at the one before it."""
        return not {number, number - 1}.isdisjoint(self.starts[1:])

    def set_right(self, packet: Packet[VideoStream], number: int) -> None:
        """Set right the times of one packet; a stray loses its own."""
        if number in self.strays:
            packet.pts = packet.dts = None
            return
        shift = self.shifts[bisect_right(self.starts, number) - 1]
        packet.pts = None if packet.pts is None else packet.pts + shift
        packet.dts = None if packet.dts is None else packet.dts + shift


class JumpWatch:
    """Tells while packets are read that the clock jumps; how far is known only at the end of the file."""

    def __init__(self, container: str, time_base: Fraction) -> None:
        """Watch a container of this name, with so many seconds per tick."""
        self._back = int(_BACK_SECONDS / time_base) if container in JOINABLE else None
        self._last: int | None = None

    def sees(self, packet: Packet[VideoStream]) -> bool:
        """Take the next packet, in file order; True when the clock jumped before it."""
        last, dts = self._last, packet.dts
        if dts is None or self._back is None:
            return False
        self._last = dts
        return last is not None and (dts < last - self._back or dts - last > _WRAPPED)


def find_splices(
    times: NDArray[np.int64],
    dts: NDArray[np.int64],
    keyframes: NDArray[np.bool_],
    positions: NDArray[np.int64],
    step: int,
    time_base: Fraction,
    container: str,
) -> Splices | None:
    """Look for jumps of the clock; None when there are none, as in nearly every file.

    Args:
        times: When each packet is displayed, in ticks, in file order.
        dts: When each packet is decoded: the same times without reordering.
        keyframes: Whether decoding can start at a packet.
        positions: Byte of each packet, -1 where unknown.
        step: Ticks from frame to frame.
        time_base: Seconds per tick.
        container: Name of the format.
    """
    back, far = int(_BACK_SECONDS / time_base), int(_STRAY_SECONDS / time_base)
    steps = np.diff(dts)
    jumps = np.flatnonzero((steps < -back) | (steps > far)) + 1
    if not len(jumps) or len(jumps) > _MOST:
        return None
    places = [int(jump) for jump in jumps]
    strays = frozenset([*_strays(dts, places, far), *_ahead(dts, places, back)])
    starts = (0, *(number for number in map(int, jumps) if _begins_anew(dts, number, strays, back)))
    if len(starts) == 1 and not strays:
        return None
    shifts = _shifts(times, starts, strays, step)
    found = Splices(starts, shifts, strays, {})
    if container in _SOUGHT_BY_BYTES:
        found.landings.update(_landings(found, times, keyframes, positions))
    return found


def _strays(dts: NDArray[np.int64], jumps: list[int], far: int) -> Iterator[int]:
    """Find short runs between two jumps after which the clock goes on where it was before them."""
    for first, after in pairwise(jumps):
        if after - first <= _STRAY_PACKETS and 0 <= int(dts[after]) - int(dts[first - 1]) <= far:
            yield from range(first, after)


def _ahead(dts: NDArray[np.int64], jumps: list[int], back: int) -> Iterator[int]:
    """Find short runs ahead of the clock, by too little for a jump, before it jumps back to where it was."""
    for after in jumps:
        for first in range(max(1, after - _STRAY_PACKETS), after):
            if dts[first] - dts[first - 1] > back and 0 <= int(dts[after]) - int(dts[first - 1]) <= back:
                yield from range(first, after)
                break


def _begins_anew(dts: NDArray[np.int64], number: int, strays: frozenset[int], back: int) -> bool:
    before = number - 1
    while before in strays:
        before -= 1
    step = int(dts[number]) - int(dts[before]) if before >= 0 else 0
    return number not in strays and (step < -back or step > _WRAPPED)


def _shifts(
    times: NDArray[np.int64], starts: tuple[int, ...], strays: frozenset[int], step: int
) -> tuple[int, ...]:
    """Let each recording begin one frame after the last one of the recording before."""
    shifts, end = [0], None
    for start, stop in pairwise([*starts, len(times)]):
        good = [int(times[number]) for number in range(start, stop) if number not in strays]
        if end is not None:
            shifts.append(end - min(good))
        end = max(good) + shifts[-1] + step
    return tuple(shifts)


def _landings(
    splices: Splices, times: NDArray[np.int64], keyframes: NDArray[np.bool_], positions: NDArray[np.int64]
) -> Iterator[tuple[int, Landing]]:
    clock = splices.on_one_clock(times)
    for number in np.flatnonzero(keyframes & (positions >= 0)):
        if int(number) not in splices.strays:
            yield int(clock[number]), Landing(int(number), int(positions[number]), int(times[number]))
