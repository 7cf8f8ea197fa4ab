"""Reads a file's packets in a thread while the walk goes on; at the end the file's index is known."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import av

from indexer.media.index import Demux, StreamFacts
from indexer.media.levels.groups import Group, Grouper, VideoPacket
from indexer.media.splices import JumpWatch
from indexer.media.video_file import VideoFiles

_AHEAD_BYTES = 8 * 1024**2
_AHEAD_GROUPS = 12
"""How far packets are read ahead; one group at least."""


class PacketReader:
    """The groups of a file, in order, read a bounded way ahead."""

    def __init__(self, files: VideoFiles, path: Path) -> None:
        self._files = files
        self._path = path
        self._changed = threading.Condition()
        self._ready: deque[Group] = deque()
        self._ready_bytes = 0
        self._is_done = self._is_stopped = False
        self._error: BaseException | None = None
        self._grouper: Grouper | None = None
        self.stream: StreamFacts | None = None
        """Once the file was opened; for what it says of itself."""
        self.progress = 0
        self._thread = threading.Thread(target=self._run, name="packets", daemon=True)
        self._thread.start()

    def take(self, timeout_seconds: float) -> Group | None:
        """Return the next group; None when there is none yet, or no more (see `is_done`).

        Raises:
            MediaError: The file cannot be opened or read.
        """
        with self._changed:
            if not self._ready and not self._is_done:
                self._changed.wait(timeout_seconds)
            if self._ready:
                group = self._ready.popleft()
                self._ready_bytes -= group.held_bytes
                self._changed.notify_all()
                return group
        if self._error is not None:
            raise self._error
        return None

    @property
    def is_done(self) -> bool:
        """Whether all groups were taken, and the file's index is known."""
        with self._changed:
            return self._is_done and not self._ready

    def stop(self) -> None:
        """End the thread."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._files.get(self._path, through=self._through)
            for group in self._grouper.finish() if self._grouper else []:
                self._put(group)
        except _Stopped:
            pass
        except BaseException as error:  # noqa: BLE001  # it is raised again where the groups are taken
            self._error = error
        finally:
            with self._changed:
                self._is_done = True
                self._changed.notify_all()

    def _through(self, demux: Demux, stream: StreamFacts) -> Demux:
        self.stream = stream
        grouper = self._grouper = Grouper(stream.time_base)
        return lambda: self._packets(demux, grouper, JumpWatch(stream.container, stream.time_base))

    def _packets(self, demux: Demux, grouper: Grouper, watch: JumpWatch) -> Iterator[VideoPacket]:
        """Yield packets and sort them into groups on the way."""
        has_jumped = False
        try:
            for packet in demux():
                if self._is_stopped:
                    raise _Stopped
                self.progress += 1
                if packet.size and not has_jumped and watch.sees(packet):
                    has_jumped = True
                    grouper.cut()
                if packet.size and not has_jumped and (group := grouper.add(packet)) is not None:
                    self._put(group)
                yield packet
        except (av.FFmpegError, IndexError):
            grouper.spoil()
            raise

    def _put(self, group: Group) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._is_stopped
                    or not self._ready
                    or (self._ready_bytes < _AHEAD_BYTES and len(self._ready) < _AHEAD_GROUPS)
                )
            )
            if self._is_stopped:
                raise _Stopped
            self._ready.append(group)
            self._ready_bytes += group.held_bytes
            self._changed.notify_all()


class _Stopped(Exception):
    """The walk ended."""
