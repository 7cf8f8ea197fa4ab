"""Copies of videos that browsers do not play, made on demand and kept within a bound.

The page asks for one when its player gives up. Copies are made one after the other, each by a process of its
own at low priority (`indexer.media.transcode_child`), so that neither pages nor indexing wait for them; those
that were not played for the longest time make room for new ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, cast

from indexer.errors import WitnessError
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.media.limits import DecoderLimits
from indexer.media.process import child_environment

FOLDER_NAME = "playable"
MAX_SIDE = 1280
DEFAULT_BYTES = 8 * 1024**3

_LINE_BYTES = 4096
_SILENCE_SECONDS = 120.0
_LOW_PRIORITY = 15
_REMEMBERED_FAILURES = 100


@dataclass(frozen=True, slots=True)
class ProxyState:
    """How a copy stands."""

    state: str
    """``absent``, ``waiting``, ``working``, ``ready`` or ``failed``."""
    progress: float = 0.0
    """Share of the video that is done, 0 to 1."""
    reason: str = ""
    """Why it failed."""


class Proxies:
    """The copies of one library; safe to use from several threads."""

    def __init__(
        self, folder: Path, library: Callable[[], Library], limit_bytes: int = DEFAULT_BYTES
    ) -> None:
        """Use a folder of the library's; what an earlier server left unfinished there goes.

        Args:
            folder: Where the copies lie, made when the first one is.
            library: Gives the library, opened when the first copy is wanted.
            limit_bytes: All copies together; one that alone needs more is not made.
        """
        self._folder = folder
        self._library = library
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._wanted: OrderedDict[str, ProxyState] = OrderedDict()
        self._failed: OrderedDict[str, str] = OrderedDict()
        self._worker: threading.Thread | None = None
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    def file(self, video_id: str) -> Path | None:
        """Return the copy of a video where there is one, and note that it was played."""
        path = self._path(video_id)
        with suppress(OSError):
            os.utime(path)
            return path
        return None

    def state(self, video_id: str) -> ProxyState:
        """Tell how the copy of a video stands."""
        with self._lock:
            if video_id in self._wanted:
                return self._wanted[video_id]
            if video_id in self._failed:
                return ProxyState("failed", reason=self._failed[video_id])
        return ProxyState("ready", 1.0) if self._path(video_id).is_file() else ProxyState("absent")

    def want(self, video_id: str) -> ProxyState:
        """Have a copy made, unless it is there or was asked for; returns how it stands."""
        if self._path(video_id).is_file():
            return ProxyState("ready", 1.0)
        with self._lock:
            if not self._closed and video_id not in self._wanted:
                self._failed.pop(video_id, None)
                self._wanted[video_id] = ProxyState("waiting")
                if self._worker is None:
                    self._worker = threading.Thread(target=self._work, name="proxies", daemon=True)
                    self._worker.start()
        return self.state(video_id)

    def close(self) -> None:
        """Stop; an unfinished copy is removed."""
        with self._lock:
            self._closed = True
            self._wanted.clear()
            worker, process = self._worker, self._process
        if process is not None:
            process.kill()
        if worker is not None:
            worker.join(timeout=5)

    def _path(self, video_id: str) -> Path:
        return self._folder / f"{video_id}.mp4"

    def _work(self) -> None:
        for rest in self._folder.glob("*.part"):
            rest.unlink(missing_ok=True)
        while True:
            with self._lock:
                video_id = next(iter(self._wanted), None)
                if video_id is None:
                    self._worker = None
                    return
            reason = self._make(video_id)
            with self._lock:
                if self._wanted.pop(video_id, None) is not None and reason:
                    self._failed[video_id] = reason
                    while len(self._failed) > _REMEMBERED_FAILURES:
                        self._failed.popitem(last=False)

    def _make(self, video_id: str) -> str:
        """Make one copy; returns why it could not be made, "" when it was."""
        part = self._path(video_id).with_suffix(".part")
        try:
            video = self._library().video(video_id)
            source = self._library().file_of(video_id)
            self._folder.mkdir(parents=True, exist_ok=True)
            reason = self._transcode(video, source, part)
            if not reason:
                part.replace(self._path(video_id))
                self._make_room()
            return reason
        except (WitnessError, OSError) as error:
            return str(error)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _transcode(self, video: VideoRecord, source: Path, part: Path) -> str:
        request = {
            "path": str(source),
            "stream": video.stream,
            "output": str(part),
            "max_side": MAX_SIDE,
            "max_bytes": self._limit_bytes,
            "limits": asdict(DecoderLimits()),
        }
        process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-P", "-m", "indexer.media.transcode_child", json.dumps(request)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
            text=True,
            errors="replace",
        )
        with self._lock:
            self._process = process
            closed = self._closed
        watchdog = _Watchdog(process)
        try:
            if closed:
                process.kill()
            _lower_priority(process.pid)
            return self._follow(video, cast(IO[str], process.stdout), watchdog)
        finally:
            watchdog.stop()
            process.kill()
            process.wait()
            with self._lock:
                self._process = None

    def _follow(self, video: VideoRecord, told: IO[str], watchdog: _Watchdog) -> str:
        """Read what the child tells until it ends; nothing of it is believed but numbers and words."""
        while line := told.readline(_LINE_BYTES):
            watchdog.heard()
            try:
                message = json.loads(line)
                if message.get("done") is True:
                    return ""
                if "error" in message:
                    return str(message["error"])
                share = float(message["seconds"]) / max(video.duration_seconds, 0.001)
            except (ValueError, KeyError, TypeError, AttributeError):
                return "the process that made it playable sent nonsense"
            with self._lock:
                if video.video_id in self._wanted:
                    self._wanted[video.video_id] = ProxyState("working", min(1.0, max(0.0, share)))
        return (
            "the process that made it playable was ended by a limit: the copy would be larger than "
            f"{self._limit_bytes / 1e9:.1f} GB, or it takes too much memory or time"
        )

    def _make_room(self) -> None:
        """Remove what was not played for the longest time, until the rest fits."""
        copies = sorted(self._folder.glob("*.mp4"), key=lambda path: path.stat().st_mtime, reverse=True)
        size = 0
        for path in copies:
            size += path.stat().st_size
            if size > self._limit_bytes:
                path.unlink(missing_ok=True)


class _Watchdog:
    """Ends a process that says nothing for too long."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._timer: threading.Timer | None = None
        self.heard()

    def heard(self) -> None:
        """Begin to wait anew."""
        self.stop()
        self._timer = threading.Timer(_SILENCE_SECONDS, self._process.kill)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _lower_priority(pid: int) -> None:
    with suppress(AttributeError, OSError):  # Windows has none of this
        os.setpriority(os.PRIO_PROCESS, pid, _LOW_PRIORITY)
