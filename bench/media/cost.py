"""What a walk costs: processor time and memory of this process and of the child that decodes, from /proc.

Looking at the memory ten times a second takes some 6 % of a walk's processor time itself.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import TracebackType

from indexer.media.decoder import Decoder

_INTERVAL_SECONDS = 0.1


class Cost:
    """Watches a decoder inside a ``with`` block; zeros where the system does not tell."""

    def __init__(self, decoder: Decoder, *, watch_memory: bool) -> None:
        child = decoder._child
        self._pids = [os.getpid(), *([child.pid] if child else [])]
        self._watch_memory = watch_memory
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._cpu_before = 0.0
        self._mib_before = 0.0
        self.peak_mib = 0.0
        """Most memory that the child held and this process took besides at one time; what several processes
        share is divided among them."""
        self.cpu_seconds = 0.0

    def __enter__(self) -> Cost:
        self._cpu_before = self._cpu()
        if self._watch_memory:
            self._mib_before = _held_mib(os.getpid())
            self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cpu_seconds = self._cpu() - self._cpu_before
        self._ended.set()
        if self._watch_memory:
            self._watch.join()

    def _look(self) -> None:
        while True:
            self.peak_mib = max(self.peak_mib, sum(map(_held_mib, self._pids)) - self._mib_before)
            if self._ended.wait(_INTERVAL_SECONDS):
                return

    def _cpu(self) -> float:
        return time.process_time() + sum(map(_cpu_seconds, self._pids[1:]))


def _held_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
