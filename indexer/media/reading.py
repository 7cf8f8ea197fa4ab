"""Decoding in display order: for a rising list of PTS, the frames displayed then."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.media.index import PacketIndex, packet_pts, read_packets

_SEEK_GAIN_FRAMES = 12
"""A seek costs about as much as decoding this many frames: the decoder's pipeline fills anew."""
_ONE_PACKET_ONE_FRAME = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")


class FrameReader:
    """Decodes one opened video, forwards, jumping to key frames where that saves work."""

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        index: PacketIndex,
        wanted: frozenset[int],
        beat: Callable[[], None],
    ) -> None:
        """Start at the beginning of the file.

        Args:
            container: Freshly opened.
            stream: Its video stream.
            index: The stream's packet index.
            wanted: Every PTS that will be asked for.
            beat: Called again and again, as a sign of life.
        """
        stream.thread_type = "AUTO"
        self._container = container
        self._stream = stream
        self._index = index
        self._wanted = wanted
        self._beat = beat
        # Frames that no other frame refers to need no decoding unless they are wanted themselves.
        self._may_skip = container.format.name in _ONE_PACKET_ONE_FRAME and stream.codec_context.name in (
            "h264",
            "hevc",
        )
        # AVI stores no times for reordered frames, only their number: the n-th frame out is the n-th displayed.
        self._only_counts = container.format.name == "avi" and bool(stream.codec_context.has_b_frames)
        self._count = 0
        self._frames = self._decode(int(index.pts[0]))
        self._held: VideoFrame | None = None
        self._ahead: VideoFrame | None = None
        self.failures = 0

    def frame_at(self, pts: int) -> VideoFrame | None:
        """Return the last decodable frame at or before ``pts``; None when there is none.

        Successive calls ask for rising PTS.
        """
        if self._seek_pays(pts):
            self._seek(pts)
        while self._held is None or _pts(self._held) < pts:
            frame = self._ahead or next(self._frames, None)
            self._ahead = None
            if frame is None:
                break
            if _pts(frame) > pts:
                self._ahead = frame
                break
            self._held = frame
        return self._held

    def _seek_pays(self, pts: int) -> bool:
        place = self._index.keyframe_position(pts)
        if place < 1 or self._only_counts:
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
        try:
            self._container.seek(keyframe, stream=self._stream)
        except MemoryError:
            raise
        except av.FFmpegError:
            return False
        self._frames = self._decode(None)
        return True

    def _decode(self, first_pts: int | None) -> Iterator[VideoFrame]:
        """Yield frames in display order.

        Args:
            first_pts: Frames before it are left out. None after a seek: then decoding starts with the first
                packet that is a known key frame; frames displayed before it refer to others not decoded.
        """
        for packet in read_packets(self._container, self._stream, self._note_failure):
            self._beat()
            if first_pts is None:
                if not self._is_known_keyframe(packet):
                    continue
                first_pts = packet_pts(packet)
            if self._may_skip:
                needed = packet_pts(packet) in self._wanted
                self._stream.codec_context.skip_frame = "DEFAULT" if needed else "NONREF"
            yield from self._displayed(packet, first_pts)
        yield from self._displayed(None, first_pts)

    def _displayed(self, packet: Packet[VideoStream] | None, first_pts: int | None) -> Iterator[VideoFrame]:
        try:
            frames = self._stream.codec_context.decode(packet)
        except MemoryError:
            raise
        except av.FFmpegError:
            self._note_failure()
            return
        for frame in frames:
            if self._only_counts:
                frame.pts = int(self._index.pts[min(self._count, len(self._index.pts) - 1)])
                self._count += 1
            elif frame.pts is None:
                frame.pts = frame.dts
            if frame.pts is not None and (first_pts is None or frame.pts >= first_pts):
                yield frame

    def _is_known_keyframe(self, packet: Packet[VideoStream]) -> bool:
        """Tell whether it is a key frame of the index; a parser that starts midway can mistake the time."""
        time = packet_pts(packet)
        if not packet.is_keyframe or time is None:
            return False
        place = self._index.keyframe_position(time)
        return place >= 0 and int(self._index.keyframes[place]) == time

    def _note_failure(self) -> None:
        self.failures += 1


def _pts(frame: VideoFrame) -> int:
    if frame.pts is None:
        raise ValueError("a frame without a time is left out where it is decoded")
    return frame.pts
