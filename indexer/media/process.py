"""The parent's hold on the decoding child: start it, talk with a time limit, end it."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, cast

from indexer.media.allowance import Allowance, TooMuch
from indexer.media.limits import DecoderLimits
from indexer.media.messages import BrokenMessage, Header, read_body, read_header, write_message

_KEPT_VARIABLES = ("SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_PIPE_BYTES = 1024**2
"""What Linux gives everyone, unless it was told otherwise."""


class ChildLost(Exception):
    """The child died, hung or talked nonsense; the text says which, as the end of a sentence."""


class ChildProcess:
    """One running decoder; of no use any more after `ChildLost`."""

    def __init__(self, limits: DecoderLimits) -> None:
        """Start the child; it is ready when it answers the first request."""
        # Popen and never fork: the parent runs threads.
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-P", "-m", "indexer.media.child", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
        )
        self._requests = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)
        _widen(self._answers)
        self._limits = limits
        self._allowance = Allowance(limits, {})
        self._silence_seconds = limits.silence_seconds
        self._watchdog = _Watchdog(self._process, limits.silence_seconds)
        self._watchdog.start()

    @property
    def pid(self) -> int:
        """Process id, for tests and logs."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, request: Header) -> None:
        """Send a request.

        Raises:
            ChildLost: The child is gone or does not read.
        """
        self._allowance = Allowance(self._limits, request)
        with self._watched():
            write_message(self._requests, request)

    def receive(self) -> Header:
        """Wait for the next message's header.

        Raises:
            ChildLost: It died, said nothing for too long, sent something that is no message, or too many.
        """
        with self._watched():
            header = read_header(self._answers)
            if header is None:
                raise EOFError
            self._allowance.count(header)
            return header

    def receive_body(self, size: int) -> memoryview:
        """Receive the raw bytes that a header announced.

        Raises:
            ChildLost: As `receive`.
        """
        with self._watched():
            self._allowance.count_bytes(size)
            return read_body(self._answers, size)

    def kill(self) -> None:
        """End the child at once."""
        self._watchdog.stop()
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            try:
                pipe.close()
            except OSError:
                continue  # a request that was never read

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Kill the child when what is inside takes too long, and tell why it was lost."""
        self._watchdog.deadline = time.monotonic() + self._silence_seconds
        try:
            yield
        except TooMuch as error:
            raise ChildLost(str(error)) from None
        except (EOFError, OSError, BrokenMessage, ValueError) as error:
            if self._watchdog.has_bitten:
                raise ChildLost(f"gave no sign of life for {self._silence_seconds:g} s") from None
            raise ChildLost(self._death(error)) from None
        finally:
            self._watchdog.deadline = None

    def _death(self, error: Exception) -> str:
        try:
            status = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return f"sent something that is no answer ({error})"
        if status >= 0:
            return f"ended with status {status}"
        name = _signal_name(-status)
        if name == "SIGXCPU":
            return "used up the processor time that a video of this length and size is given (SIGXCPU)"
        return f"was ended by {name}"


class _Watchdog(threading.Thread):
    """Kills a process that is waited for beyond a deadline; one thread, as one per frame is slow."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        super().__init__(name="decoder-watchdog", daemon=True)
        self._process = process
        self._interval_seconds = min(0.5, seconds / 4)
        self._stopped = threading.Event()
        self.deadline: float | None = None
        """On the monotonic clock; None while nobody waits."""
        self.has_bitten = False

    def run(self) -> None:
        while not self._stopped.wait(self._interval_seconds):
            deadline = self.deadline
            if deadline is not None and time.monotonic() > deadline:
                self.has_bitten = True
                self._process.kill()
                return

    def stop(self) -> None:
        self._stopped.set()


def _widen(pipe: IO[bytes]) -> None:
    """Let a whole picture fit into a pipe: in the usual 64 KiB, both ends wake each other 16 times for it."""
    try:
        fcntl = importlib.import_module("fcntl")
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return  # Linux alone can, up to a bound of the system's


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def child_environment() -> dict[str, str]:
    """Return a child's environment: small, with this package on its path wherever it was started."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    root = Path(__file__).resolve().parents[2]
    if root.name not in (
        "site-packages",
        "dist-packages",
    ):  # else it is found, and must not precede the standard library
        kept["PYTHONPATH"] = str(root)
    # Pictures come and go in several threads: glibc would keep what they leave.
    kept |= {"MALLOC_ARENA_MAX": "1"}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
