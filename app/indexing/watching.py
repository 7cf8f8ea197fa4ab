"""Watched folders: tell which of their files are new and finished.

A recorder writes into them. A file is finished when its size and time have stood still for a while and its
container opens. Polling sees that on every file system; notifications do not come from network drives.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.discovery import find_files
from indexer.errors import WitnessError

SETTLE_SECONDS = 5.0
"""How long size and time stand still before a file is looked into."""
PATIENCE_SECONDS = 600.0
"""How long a file that does not open may stand still; then it is handed over all the same, so that its
failure is told."""


@dataclass(slots=True)
class _Sighting:
    facts: tuple[int, int]
    """Size in bytes and time of the last change in ns."""
    since: float
    """Since when it has had them, on the clock."""
    tried: bool = False
    handed: bool = False


class FolderWatch:
    """Remembers what it saw in the folders from one look to the next. For one thread."""

    def __init__(
        self,
        opens: Callable[[Path], bool],
        is_known: Callable[[Path, int, int], bool],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to watch.

        Args:
            opens: Tells whether a file's container opens.
            is_known: Tells whether a path with this size and time in ns was dealt with earlier.
            clock: Seconds that never go back.
        """
        self._opens = opens
        self._is_known = is_known
        self._clock = clock
        self._seen: dict[Path, _Sighting] = {}
        self.unreadable: dict[Path, str] = {}
        """Folders that the last look could not list, with the reason."""
        self.unfinished = 0
        """Files that the last look found still being written."""

    def look(self, folders: Sequence[Path]) -> Iterator[Path]:
        """Yield the files that were finished since the last look, each once.

        A folder that went away, a drive that is not mounted say, is told in `unreadable`; its files are
        remembered for when it is back.
        """
        unreadable: dict[Path, str] = {}
        present: set[Path] = set()
        unfinished = 0
        for folder in folders:
            for path in self._files(folder, unreadable):
                present.add(path)
                sighting = self._sight(path, folder, unreadable)
                if sighting is None or sighting.handed:
                    continue
                if self._is_finished(path, sighting):
                    sighting.handed = True
                    if not self._is_known(path, *sighting.facts):
                        yield path
                else:
                    unfinished += 1
        self.unreadable, self.unfinished = unreadable, unfinished
        if not unreadable:  # a recorder deletes its oldest files
            self._seen = {path: sighting for path, sighting in self._seen.items() if path in present}

    def _files(self, folder: Path, unreadable: dict[Path, str]) -> Sequence[Path]:
        try:
            folder.stat()
        except OSError as error:
            unreadable[folder] = error.strerror or "it cannot be read"
            return ()
        try:
            return find_files([folder])
        except WitnessError:  # it holds no video files
            return ()

    def _sight(self, path: Path, folder: Path, unreadable: dict[Path, str]) -> _Sighting | None:
        try:
            found = path.stat()
        except OSError:
            return None
        if not stat.S_ISREG(found.st_mode):  # a folder that cannot be listed is found like a file
            unreadable[folder] = f"{path} cannot be listed"
            return None
        facts = found.st_size, found.st_mtime_ns
        sighting = self._seen.get(path)
        if sighting is None or sighting.facts != facts:
            sighting = self._seen[path] = _Sighting(facts, self._clock())
            sighting.handed = self._is_known(path, *facts)
        return sighting

    def _is_finished(self, path: Path, sighting: _Sighting) -> bool:
        still_for = self._clock() - sighting.since
        if still_for < SETTLE_SECONDS or not sighting.facts[0]:
            return False
        if not sighting.tried:  # once for each state that the file is in
            sighting.tried = True
            if self._opens(path):
                return True
        return still_for >= PATIENCE_SECONDS
