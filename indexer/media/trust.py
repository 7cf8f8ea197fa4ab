"""Which decoded frames are good: a codec that complains does not say of which."""

from __future__ import annotations

from collections import deque

from av.video.frame import VideoFrame

from indexer.media.index import PacketIndex


class Trust:
    """What is known of one decoder's frames by the packets that it took and the moments of its complaints.

    After a complaint no frame is trusted up to the next key frame: each repeats the error of the one before.
    Where one thread decodes, what was taken before is good, though it may come out later; of several threads,
    which complain late, nobody knows. Data can also be lost from the middle of a packet on, and the codec
    take what is left: so a frame is confirmed only when the packet after it was taken without complaint.
    """

    def __init__(self, index: PacketIndex, *, alone: bool, at_once: bool) -> None:
        """Trust all from the first frame on.

        Args:
            index: Of the stream.
            alone: Whether one thread decodes, every packet.
            at_once: Whether packets are known to be whole otherwise, and need no confirmation.
        """
        self._index = index
        self._alone = alone
        self._at_once = at_once
        self._sent = self._from = self._distrusted_before = int(index.pts[0])
        self.last_sent: deque[int | None] = deque(maxlen=1 if at_once else 2)
        """PTS of the last packets."""
        self._inside: set[int] = set()
        """PTS of frames that the codec took without complaint and has not given out yet."""
        self._good: set[int] = set()
        """Those of them that were taken before the last complaint."""
        self._unconfirmed: list[VideoFrame] = []
        self._complaints = self._heeded = self._known = 0

    def forget(self) -> None:
        """Leave what is inside the codec, for a seek."""
        self._unconfirmed, self._heeded = [], self._complaints
        self._inside.clear()
        self._good.clear()

    def begin(self, pts: int) -> None:
        """Trust what follows from a key frame on, the first that is sent after a seek."""
        self._sent = self._from = pts

    def send(self, pts: int | None) -> None:
        """Take note of a packet that goes to the codec now."""
        if pts is not None:
            self._sent = max(self._sent, pts)
        self.last_sent.append(pts)
        if self._alone and pts is not None and pts >= self._from:
            self._inside.add(pts)

    def complain(self) -> None:
        """Take note that data were lost, or that the codec complained."""
        self._complaints += 1
        if self._alone:
            self._good |= self._inside.difference(self.last_sent)
        self._inside.clear()
        sent = self.last_sent[-1] if self._alone and self.last_sent else None
        # Frames stored behind a key frame and displayed before it spoil nothing behind it.
        over = self._index.recovery_after(self._sent if sent is None else sent)
        self._from = max(self._from, over)
        self._distrusted_before = max(self._distrusted_before, self._from)

    def accepts(self, frame: VideoFrame) -> bool:
        """Tell whether a frame that comes out is good, as far as is known; each is asked about once."""
        pts = frame.pts
        if pts is None:
            return False
        is_good = pts >= self._from or pts in self._good
        self._inside.discard(pts)
        if frame.is_corrupt:  # the codec itself says that it made a part of it up
            self._complaints += 1
            self._distrusted_before = max(self._distrusted_before, pts + 1)
            return False
        return is_good

    def confirm(self, frames: list[VideoFrame]) -> list[VideoFrame]:
        """Take what came out with the last packet; return what came before and no complaint was about."""
        if self._at_once:
            return frames
        last, self._unconfirmed = self._unconfirmed, frames
        if self._complaints != self._heeded:
            self._heeded = self._complaints
            last = [frame for frame in last if self._alone and frame.pts not in self.last_sent]
        return last

    def rest(self) -> list[VideoFrame]:
        """Return what is left to confirm when no packet comes any more."""
        last, self._unconfirmed = self._unconfirmed, []
        return last

    def reach(self) -> None:
        """Take note that the wanted frame was there."""
        self._known = self._complaints

    def has_lost(self, pts: int) -> bool:
        """Tell whether a frame that did not come is lost, and not one of the codec's invisible ones."""
        return pts < self._distrusted_before or self._complaints > self._known
