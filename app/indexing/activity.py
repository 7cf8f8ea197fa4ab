"""What indexing is doing just now and what it has to tell, kept in memory for the pages."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from indexer.discovery import printable
from indexer.progress import FileFailed, FileIndexed, FileProgress, IndexEvent, RuleAsked

_MOST_NOTICES = 50
_SECONDS_TO_KNOW_A_SPEED = 1.0


@dataclass(frozen=True, slots=True)
class Doing:
    """The file that is being indexed."""

    path: Path
    done_seconds: float
    total_seconds: float
    speed: float | None
    """Seconds of video in a second; None before it is known."""
    note: str = ""
    """What is done with it after its last segment."""

    @property
    def left_seconds(self) -> float | None:
        """How long it will take until its end; None while that is not known."""
        if not self.speed or not self.total_seconds:
            return None
        return max(0.0, self.total_seconds - self.done_seconds) / self.speed


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person may want to know."""

    at: datetime
    text: str
    bad: bool
    """Whether it went wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps indexing from going on."""

    text: str
    retry_at: datetime


class Activity:
    """Collects what the worker's threads report; safe to read from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._doing: Doing | None = None
        self._began = (0.0, 0.0)
        self._notices: deque[Notice] = deque(maxlen=_MOST_NOTICES)
        self._problem: Problem | None = None

    @property
    def doing(self) -> Doing | None:
        """The file that is being indexed, None while there is none."""
        return self._doing

    @property
    def problem(self) -> Problem | None:
        """What keeps indexing from going on, None while nothing does."""
        return self._problem

    @problem.setter
    def problem(self, problem: Problem | None) -> None:
        self._problem = problem

    def notices(self) -> list[Notice]:
        """Return what happened lately, the latest first."""
        with self._lock:
            return list(reversed(self._notices))

    def tell(self, text: str, *, bad: bool = False) -> None:
        """Note something for the person."""
        with self._lock:
            self._notices.append(Notice(datetime.now().astimezone(), text, bad))

    def forget_notices(self) -> None:
        """Drop them: they were read."""
        with self._lock:
            self._notices.clear()

    def rest(self) -> None:
        """Note that nothing is being indexed any more."""
        self._doing = None

    def report(self, event: IndexEvent) -> None:
        """Take in an event of an index run."""
        if isinstance(event, FileProgress):
            self._doing = self._reach(event)
        elif isinstance(event, RuleAsked):
            note = f"asking “{event.rule}”: {event.done} of {event.total} segments"
            self._doing = Doing(event.path, 0.0, 0.0, None, note)
        elif isinstance(event, FileIndexed | FileFailed):
            self._doing = None
            if isinstance(event, FileFailed):
                self.tell(f"{printable(event.path.name)}: {event.reason}", bad=True)

    def _reach(self, event: FileProgress) -> Doing:
        now, before = self._clock(), self._doing
        if before is None or before.path != event.path or before.note:
            self._began = (now, event.done_seconds)  # what an earlier run did is not this one's speed
        began, first_seconds = self._began
        done = event.done_seconds - first_seconds
        known = now - began >= _SECONDS_TO_KNOW_A_SPEED and done > 0
        speed = done / (now - began) if known else None
        return Doing(event.path, event.done_seconds, event.total_seconds, speed)
