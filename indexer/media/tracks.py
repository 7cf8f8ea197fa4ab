"""A file's other tracks, sound and subtitles, with their times on the one clock of its pictures."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Stream
from av.video.stream import VideoStream

from indexer.media.index import PacketIndex

_TOLERATED_FAILURES = 20


class TrackReader:
    """Reads the packets of some tracks, in file order, and tells when each is meant."""

    def __init__(
        self, container: InputContainer, pictures: VideoStream, index: PacketIndex, beat: Callable[[], None]
    ) -> None:
        """Take a file at its start.

        Args:
            container: Freshly opened, no stream of it discarded.
            pictures: The stream that the one clock belongs to.
            index: Of that stream.
            beat: Called again and again, as a sign of life.
        """
        self._container = container
        self._pictures = pictures
        self._index = index
        self._beat = beat
        self._start = Fraction(int(index.pts[0])) * index.time_base
        self._pictures_read = 0

    def packets(self, tracks: Sequence[Stream]) -> Iterator[Packet[Stream]]:
        """Yield the packets of these tracks, going on after places that cannot be read."""
        wanted = [*tracks]
        if self._index.splices is not None:  # where the clock jumps is known by the pictures' numbers
            wanted.append(self._pictures)
        for stream in self._container.streams:
            stream.discard = Discard.default if stream in wanted else Discard.all
        failures = 0
        while failures < _TOLERATED_FAILURES:
            try:
                yield from self._rest(wanted)
                return
            except MemoryError:
                raise
            except (av.FFmpegError, IndexError):  # PyAV does not know a stream that begins midway
                failures += 1

    def _rest(self, wanted: Sequence[Stream]) -> Iterator[Packet[Stream]]:
        for packet in self._container.demux(wanted):
            self._beat()
            if packet.stream.index == self._pictures.index:
                self._pictures_read += bool(packet.size)
            elif packet.size:
                yield packet

    def on_one_clock(self, ticks: int, time_base: Fraction) -> float:
        """Return the time of what was read last, which may lie before the first picture."""
        return float(ticks * time_base - self._start + self._shift)

    @property
    def _shift(self) -> Fraction:
        splices = self._index.splices
        if splices is None:
            return Fraction(0)
        recording = bisect_right(splices.starts, max(0, self._pictures_read - 1)) - 1
        return splices.shifts[recording] * self._index.time_base
