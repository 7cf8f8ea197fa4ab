"""What the packets of one stream say, in file order, and when each one's frame is displayed.

Containers leave times out, repeat them, or begin their clock anew where recordings were joined. It is set
right here, once, so that everything above knows one clock.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from indexer.media.splices import JOINABLE, Splices, find_splices

_MISSING = np.iinfo(np.int64).min
_LONGEST = np.iinfo(np.int32).max
_UNTIMED_SHARE = 0.05
"""Share of packets without any time from which the times of a program stream are worked out anew."""
_PACED = "mpeg"
"""ffmpeg's name of a program stream, which tells one time for all frames that share one of its packets."""
MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
"""ffmpeg's name of MP4 and MOV."""


def packet_pts(packet: Packet[VideoStream]) -> int | None:
    """When the packet's frame is displayed; AVI and raw streams only know the order of decoding."""
    return packet.dts if packet.pts is None else packet.pts


class Mp4Table:
    """What is displayed of an MP4's packets: its tables tell every time, so nothing else need be kept."""

    def __init__(self) -> None:
        self._times, self._keys = array("q"), array("q")
        self._latest: int | None = None
        self._last_duration = 0

    def add(self, packet: Packet[VideoStream]) -> None:
        """Take one packet."""
        pts = packet_pts(packet)
        if pts is None or packet.is_discard:  # which an edit list cuts off: decoded for the frames after it
            return
        self._times.append(pts)
        if packet.is_keyframe:
            self._keys.append(pts)
        if self._latest is None or pts >= self._latest:
            self._latest, self._last_duration = pts, _duration(packet)

    def displayed(self) -> Displayed:
        """Return the times of display."""
        times, keys = np.frombuffer(self._times, np.int64), np.frombuffer(self._keys, np.int64)
        return Displayed(times, keys, self._last_duration)


@dataclass(slots=True)
class PacketTable:
    """Columns of one stream's packets, as narrow as can be, for long recordings have millions."""

    stream: VideoStream
    """Whose file is open."""
    pts: array[int] = field(default_factory=lambda: array("q"))
    dts: array[int] = field(default_factory=lambda: array("q"))
    positions: array[int] = field(default_factory=lambda: array("q"))
    """Bytes from the file's start; -1 when the container does not tell."""
    durations: array[int] = field(default_factory=lambda: array("i"))
    keyframes: array[int] = field(default_factory=lambda: array("b"))
    hidden: array[int] = field(default_factory=lambda: array("b"))
    """Decoded only for the frames after it, never displayed."""

    def add(self, packet: Packet[VideoStream]) -> None:
        """Append one packet."""
        pts, dts, position = packet.pts, packet.dts, packet.pos
        self.pts.append(_MISSING if pts is None else pts)
        self.dts.append(_MISSING if dts is None else dts)
        self.positions.append(-1 if position is None else position)
        self.durations.append(_duration(packet))
        self.keyframes.append(packet.is_keyframe)
        self.hidden.append(packet.is_discard)

    def displayed(self) -> Displayed:
        """Work out when the packets are displayed."""
        return self._timed().displayed()

    def _timed(self) -> TimedPackets:
        stream, container = self.stream, self.stream.container.format.name
        pts, keys = np.frombuffer(self.pts, np.int64), np.frombuffer(self.keyframes, bool)
        shown, durations = ~np.frombuffer(self.hidden, bool), np.frombuffer(self.durations, np.int32)
        dts, positions = np.frombuffer(self.dts, np.int64), np.frombuffer(self.positions, np.int64)
        reordered = bool(stream.codec_context.has_b_frames)
        if (dts == _MISSING).all() and (pts == _MISSING).all():
            return TimedPackets(_counted(stream, len(pts)), keys, shown, durations, counts=True)
        untimed = (dts == _MISSING) & (pts == _MISSING)
        if container == _PACED and untimed.mean() > _UNTIMED_SHARE:
            told = np.flatnonzero((pts != _MISSING) & (dts != _MISSING) & np.logical_or.accumulate(keys))
            if len(told):
                paced = _paced(int(pts[told[0]] - dts[told[0]]), dts, durations)
                # A recording that begins in the middle is counted from the first frame that tells its time.
                shown &= paced >= pts[told[0]]
                mistaken = frozenset(map(int, pts[_mistaken(dts)]))
                return TimedPackets(paced, keys, shown, durations, True, anchored=True, mistaken=mistaken)
        untold = bool((pts == _MISSING).any()) or container == "avi"  # which gives reordered frames none
        counts = untold and reordered and bool((dts != _MISSING).all())
        times = dts if counts else np.where(pts == _MISSING, dts, pts)
        shown &= times != _MISSING
        splices = None
        if container in JOINABLE and not counts and shown.any():
            times = _filled(times)
            decoding = _filled(dts) if (dts != _MISSING).any() else times
            step, time_base = _usual_step(stream), stream.time_base or Fraction(1, 1000)
            splices = find_splices(times, decoding, keys & shown, positions, step, time_base, container)
        if splices is not None:
            times, shown = splices.on_one_clock(times), shown & ~splices.strays_among(len(times))
        places = dict(zip(times[keys].tolist(), positions[keys].tolist(), strict=True))
        return TimedPackets(
            times, keys, shown, durations, counts, splices, places if container == "avi" else {}
        )


@dataclass(frozen=True, slots=True)
class TimedPackets:
    """When each packet's frame is displayed, in file order."""

    pts: NDArray[np.int64]
    keyframes: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    durations: NDArray[np.integer[Any]]
    counts: bool
    """The times are those of decoding: the n-th frame that comes out is displayed at the n-th time."""
    splices: Splices | None = None
    places: dict[int, int] = field(default_factory=dict)
    """Of the key frames of an AVI: where in the file each lies."""
    anchored: bool = False
    """Some frames tell their times, the first that is displayed among them: counting begins there."""
    mistaken: frozenset[int] = frozenset()
    """Told times that two of these frames bear, of which one is wrong."""

    def displayed(self) -> Displayed:
        """Return the times of display; ``pts`` is of no use then, if all are displayed."""
        shown, last_duration = self.shown, 0
        if shown.any():
            latest = self.pts.max(initial=_MISSING, where=shown)
            last_duration = int(self.durations[np.flatnonzero(shown & (self.pts == latest))[-1]])
        keys = self.pts[shown & self.keyframes]
        times = self.pts if shown.all() else self.pts[shown]
        return Displayed(
            times, keys, last_duration,
            self.counts, self.splices, self.places, self.anchored, self.mistaken,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Displayed:
    """When a stream's frames are displayed; what the packets tell for the packet index."""

    times: NDArray[np.int64]
    """In any order; to be sorted where they lie, for there may be millions."""
    keys: NDArray[np.int64]
    """Of the key frames, in any order."""
    last_duration: int
    """Of the frame displayed last, 0 where the container does not tell."""
    counts: bool = False
    """As the next ones: of `TimedPackets`."""
    splices: Splices | None = None
    places: dict[int, int] = field(default_factory=dict)
    anchored: bool = False
    mistaken: frozenset[int] = frozenset()


def _duration(packet: Packet[VideoStream]) -> int:
    return min(max(packet.duration or 0, 0), _LONGEST)


def _filled(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put the last known time where there is none, so that no jump is seen there."""
    known = np.flatnonzero(times != _MISSING)
    latest = np.searchsorted(known, np.arange(len(times)), side="right") - 1
    filled: NDArray[np.int64] = times[known[np.maximum(latest, 0)]]
    return filled


def _paced(delay: int, dts: NDArray[np.int64], durations: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Go on from each told time of decoding by the frames' lengths, and shift all to the times of display.

    Both kinds of time are the same steps, in another order of the frames: apart by the ``delay`` that a key
    frame waits between being decoded and displayed.
    """
    known = np.setdiff1d(np.flatnonzero(dts != _MISSING), _mistaken(dts))
    before = known[np.maximum(np.searchsorted(known, np.arange(len(dts)), side="right") - 1, 0)]
    steps = durations if durations.any() else _even_steps(dts, known)
    elapsed = np.concatenate([[0], np.cumsum(steps[:-1])]).round().astype(np.int64)
    paced: NDArray[np.int64] = np.maximum.accumulate(dts[before] + elapsed - elapsed[before]) + delay
    return paced


def _mistaken(dts: NDArray[np.int64]) -> NDArray[np.signedinteger[Any]]:
    """Return the places of packets that were given the time of the one behind them, which has it too."""
    known = np.flatnonzero(dts != _MISSING)
    mistaken: NDArray[np.signedinteger[Any]] = known[:-1][dts[known[:-1]] == dts[known[1:]]]
    return mistaken


def _even_steps(dts: NDArray[np.int64], known: NDArray[np.signedinteger[Any]]) -> NDArray[np.floating[Any]]:
    """Spread the frames evenly between the times that are told, where no lengths of frames are."""
    if len(known) < 2:
        return np.zeros(len(dts))
    steps = np.diff(dts[known]) / np.diff(known)
    place = np.searchsorted(known, np.arange(len(dts)), side="right") - 1
    even: NDArray[np.floating[Any]] = np.append(steps, np.median(steps))[np.maximum(place, 0)]
    return even


def _counted(stream: VideoStream, count: int) -> NDArray[np.int64]:
    """Raw streams have no times at all, only a rate."""
    return np.arange(count, dtype=np.int64) * _usual_step(stream)


def _usual_step(stream: VideoStream) -> int:
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    return max(1, round(1 / (rate * (stream.time_base or Fraction(1, 1000)))))
