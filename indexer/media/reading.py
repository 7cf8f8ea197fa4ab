"""Decoding in display order: for a rising list of PTS, the frames displayed then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.media.codec_log import CodecLog
from indexer.media.index import REORDERED_FRAMES, PacketIndex, packet_pts, read_packets, try_decode
from indexer.media.jpeg import scanned_lines
from indexer.media.splices import Landing
from indexer.media.trust import Trust

_SEEK_GAIN_FRAMES = 8
"""A seek pays beyond this. To fill the decoder anew costs as much as decoding 3 (VP9, MPEG-4) to 5 frames
(H.264, HEVC), measured at 1080p, and finding the place in a file without an index some more."""
_PADDED_LINES = 2
"""Fields of an odd number of lines make a picture that is a little higher than both."""
MOTION_JPEG = "mjpeg"
_TRIED_PICTURES = 9
_ONE_PACKET_ONE_FRAME = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")


class FrameReader:
    """Decodes one opened video, forwards, jumping to key frames where that saves work."""

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        index: PacketIndex,
        wanted: frozenset[int] | None,
        beat: Callable[[], None],
        log: CodecLog,
        falls_short: bool,
    ) -> None:
        """Start at the beginning of the file.

        Args:
            container: Freshly opened.
            stream: Its video stream.
            index: The stream's packet index.
            wanted: Every PTS that will be asked for; None to decode what lies between too.
            beat: Called again and again, as a sign of life.
            log: Tells of damage that the codec hides.
            falls_short: Whether it is this file's way, and no damage, that pictures lack their end.
        """
        stream.thread_type = "AUTO"
        self._container = container
        self._stream = stream
        self._index = index
        self._wanted = wanted
        self._beat = beat
        self._log = log
        # Frames that no other frame refers to need no decoding unless they are wanted themselves.
        self._may_skip = (
            wanted is not None
            and container.format.name in _ONE_PACKET_ONE_FRAME
            and stream.codec_context.name in ("h264", "hevc")
        )
        self._count = None if index.anchored else 0
        self._passed = 0
        self._at_joint = False  # packets were counted anew there, which looks as if some were lost
        self._trust = Trust(index, alone=wanted is None, at_once=self._is_motion_jpeg)
        self._frames = self._decode(after_seek=False)
        self._held: VideoFrame | None = None
        self._ahead: VideoFrame | None = None
        self._falls_short = falls_short
        self._is_damaged()  # what was said while the index was built is not about these frames

    def frame_at(self, pts: int) -> VideoFrame | None:
        """Return the last good frame at or before ``pts``; None when there is none.

        Successive calls ask for rising PTS.
        """
        if self._seek_pays(pts):
            self._seek(pts)
        while self._held is None or _pts(self._held) < pts or pts in self._index.repeated:
            frame = self._ahead or next(self._frames, None)
            self._ahead = None
            if frame is None:
                break
            if _pts(frame) > pts:
                self._ahead = frame
                break
            if self._held is None or _pts(frame) >= _pts(self._held):  # else its time is damaged
                self._held = frame
        if self._held is not None and _pts(self._held) == pts:
            self._trust.reach()
        return self._held

    def has_lost(self, pts: int) -> bool:
        """Tell whether damage is why `frame_at` did not return the frame of ``pts`` itself."""
        return self._trust.has_lost(pts)

    @property
    def _is_motion_jpeg(self) -> bool:
        return self._stream.codec_context.name == MOTION_JPEG

    def close(self) -> None:
        """Let go of frames and decoder now: the cycle through the generator would keep them for long."""
        self._frames = iter(())
        self._trust.forget()
        self._held = self._ahead = None

    def _seek_pays(self, pts: int) -> bool:
        place = self._index.keyframe_position(pts)
        splices = self._index.splices
        if place < 1 or self._index.counts or (splices is not None and not splices.landings):
            return False
        keyframe = self._index.position(int(self._index.keyframes[place]))
        latest = self._ahead or self._held
        reached = self._index.position(_pts(latest)) if latest is not None else 0
        return keyframe - reached > _SEEK_GAIN_FRAMES

    def _seek(self, pts: int) -> None:
        """Stand where decoding leads to ``pts``: at its key frame, or as far before it as need be.

        Containers land late, mark key frames that are none, and key frames can be damaged. So the first frame
        that really comes out decides, and the way back doubles with each disappointment.
        """
        place, step = self._index.keyframe_position(pts), 1
        while place > 0:
            if self._try_seek(int(self._index.keyframes[place])):
                first = next(self._frames, None)
                if first is not None and _pts(first) <= pts:
                    self._ahead = first
                    return
            place, step = place - step, step * 2
            self._beat()
        self._try_seek(int(self._index.keyframes[0]))
        self._ahead = None

    def _try_seek(self, keyframe: int) -> bool:
        landing = self._index.splices.landings.get(keyframe) if self._index.splices else None
        try:
            if landing is not None:
                self._container.seek(landing.position, unsupported_byte_offset=True, stream=self._stream)
            elif self._index.splices is not None:
                return False  # its time may be there twice
            else:
                self._container.seek(keyframe, stream=self._stream)
        except MemoryError:
            raise
        except av.FFmpegError:
            return False
        self._frames = self._decode(after_seek=True, landing=landing)
        self._trust.forget()
        return True

    def _decode(self, *, after_seek: bool, landing: Landing | None = None) -> Iterator[VideoFrame]:
        """Yield the good frames in display order, after a seek from the first known key frame on."""
        first: int | None = None if after_seek else int(self._index.pts[0])
        may_lead = after_seek
        for packet in self._packets(landing):
            self._beat()
            time = packet_pts(packet)
            if first is None and time is not None and self._is_known_keyframe(packet):
                first = time
                self._trust.begin(time)
            if first is None:
                continue
            if may_lead and time is not None and time != first:
                may_lead = self._leads(time, first)
                if may_lead:
                    continue  # refers to frames before the key frame, which were not decoded
            if time is None and self._index.counts:
                time = int(self._index.pts[min(self._passed, len(self._index.pts) - 1)])
            self._passed += 1
            if self._may_skip and self._wanted is not None:
                # What comes behind a wanted one is decoded too: the codec may complain only there.
                is_decoded = not self._wanted.isdisjoint((time, *self._trust.last_sent))
                self._stream.codec_context.skip_frame = "DEFAULT" if is_decoded else "NONREF"
            self._trust.send(time)
            if packet.is_corrupt and not self._at_joint:  # a transport stream lost data there
                self._trust.complain()
            yield from self._trust.confirm(list(self._displayed(packet)))
        yield from self._trust.confirm(list(self._displayed(None)))
        yield from self._trust.rest()

    def _leads(self, pts: int, keyframe: int) -> bool:
        """Tell whether a frame is displayed right before the key frame that it is stored behind.

        One of an earlier time that is stored elsewhere has a damaged time, and others refer to it.
        """
        before = self._index.position(keyframe) - self._index.position(pts)
        return pts < keyframe and before <= REORDERED_FRAMES

    def _packets(self, landing: Landing | None) -> Iterator[Packet[VideoStream]]:
        """Read packets from here on, with times of the one clock."""
        splices = self._index.splices
        number = 0 if landing is None else None
        for packet in read_packets(self._container, self._stream, self._trust.complain):
            if splices is not None:
                if number is None and landing is not None and packet_pts(packet) == landing.raw_pts:
                    number = landing.number
                if number is None:
                    continue
                splices.set_right(packet, number)
                number += 1
                self._at_joint = splices.joined_before(number + 1)
            yield packet

    def _displayed(self, packet: Packet[VideoStream] | None) -> Iterator[VideoFrame]:
        try:
            frames = self._stream.codec_context.decode(packet)
        except MemoryError:
            raise
        except av.FFmpegError:
            self._trust.complain()
            return
        if self._is_damaged() or (packet is not None and frames and self._is_older(packet, frames[0])):
            self._trust.complain()
        for frame in frames:
            if self._index.counts:
                place = self._place(frame)
                if place is None:
                    continue
                frame.pts = int(self._index.pts[min(place, len(self._index.pts) - 1)])
                self._count = place + 1
            elif frame.pts is None:
                frame.pts = frame.dts
            if self._trust.accepts(frame):
                yield frame

    def _is_damaged(self) -> bool:
        """Tell whether the codec said so of what it decoded last."""
        is_patched, is_short = self._log.patched_up(), self._log.fell_short()
        return is_patched or (is_short and not self._falls_short)

    def _is_older(self, packet: Packet[VideoStream], frame: VideoFrame) -> bool:
        """Tell whether a frame of Motion JPEG shows an older one, all of it or every other line."""
        if not self._is_motion_jpeg:
            return False
        return scanned_lines(bytes(packet)) < frame.height - _PADDED_LINES

    def _place(self, frame: VideoFrame) -> int | None:
        """Return which of the displayed frames it is; None where that is not known yet.

        A program stream tells the times of some, and from there on the others are counted.
        """
        if not self._index.anchored or frame.pts is None or frame.pts in self._index.mistaken:
            return self._count
        place = self._index.position(frame.pts)
        return place if place >= 0 and int(self._index.pts[place]) == frame.pts else self._count

    def _is_known_keyframe(self, packet: Packet[VideoStream]) -> bool:
        """Tell whether it is a key frame of the index; a parser that starts midway can mistake the time."""
        time = packet_pts(packet)
        if not packet.is_keyframe or time is None:
            return False
        if self._index.places.get(time, packet.pos) != packet.pos:
            return False
        place = self._index.keyframe_position(time)
        return place >= 0 and int(self._index.keyframes[place]) == time


def mostly_falls_short(container: InputContainer, stream: VideoStream, log: CodecLog) -> bool:
    """Tell whether most of a file's first pictures lack their end; it was opened freshly."""
    tried = short = 0
    for packet in islice(read_packets(container, stream), _TRIED_PICTURES):
        try_decode(stream.codec_context, packet)
        tried, short = tried + 1, short + log.fell_short()
    return short * 2 > tried


def _pts(frame: VideoFrame) -> int:
    if frame.pts is None:
        raise ValueError("a frame without a time is left out where it is decoded")
    return frame.pts
