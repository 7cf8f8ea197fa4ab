"""The progress of an index run where nobody watches, in a file or a pipe: a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console

from app.console import plain
from indexer.discovery import printable
from indexer.progress import FileProgress
from indexer.timeline import format_seconds

_STEP = 0.1
_LEAST_SECONDS = 30.0
"""Shortest time between two lines: short files have none but their first and their last."""
_MOST_SECONDS = 300.0
"""A line comes after this time also where less than a step was done."""


class IndexLog:
    """Writes when a file is begun, and how far it is: every tenth of it, and at least every five minutes."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._told_share = 0.0
        self._told_at = 0.0

    def begin(self, event: FileProgress, left: str) -> None:
        """Say that a file is begun, or gone on with."""
        length = format_seconds(round(event.total_seconds))
        done = f", from {format_seconds(round(event.done_seconds))} on" if event.done_seconds >= 1 else ""
        self._tell(event, f"{length}{done}", left)

    def reach(self, event: FileProgress, left: str) -> None:
        """Say how far it is, where enough was done since the line before."""
        since, more = self._clock() - self._told_at, _share(event) - self._told_share
        if since >= _LEAST_SECONDS and (more >= _STEP or since >= _MOST_SECONDS):
            done, total = (format_seconds(round(each)) for each in (event.done_seconds, event.total_seconds))
            self._tell(event, f"{done} of {total}, {_share(event):.0%}", left)

    def _tell(self, event: FileProgress, text: str, left: str) -> None:
        self._told_share, self._told_at = _share(event), self._clock()
        name = plain(printable(event.path.name))
        self._console.print(f"indexing {name} ({text}{left})", soft_wrap=True)


def _share(event: FileProgress) -> float:
    return event.done_seconds / event.total_seconds if event.total_seconds else 0.0
