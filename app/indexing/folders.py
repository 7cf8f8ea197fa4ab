"""What a person has asked of the library and a restart must not lose; kept in its catalog as JSON."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from indexer.library.catalog import Catalog

_WATCHED, _ASKED, _IGNORED = "watch_folders", "paths_to_add", "watch_ignored"


class KeptPaths:
    """The folders to watch, the paths that are still to be added, and the files to pass over in folders."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = threading.Lock()

    def watched(self) -> list[Path]:
        """Return the folders that are watched because a person said so on the page."""
        return [Path(text) for text in self._read(_WATCHED, [])]

    def watch(self, folder: Path, on: bool = True) -> None:
        """Begin to watch a folder, or end it."""
        self._change_list(_WATCHED, folder, on)

    def asked(self) -> list[Path]:
        """Return the paths that a person asked for and that are not in the queue yet."""
        return [Path(text) for text in self._read(_ASKED, [])]

    def ask(self, path: Path, on: bool = True) -> None:
        """Note that a path is to be added, or that it was."""
        self._change_list(_ASKED, path, on)

    def ignore(self, paths: Sequence[Path]) -> None:
        """Pass over these files in watched folders as long as they stay as they are."""
        with self._lock:
            ignored = self._read(_IGNORED, {})
            for path in paths:
                try:
                    facts = path.stat()
                except OSError:
                    continue
                ignored[os.fsdecode(path)] = [facts.st_size, facts.st_mtime_ns]
            self._write(_IGNORED, ignored)

    def is_ignored(self, path: Path, size_bytes: int, mtime_ns: int) -> bool:
        """Tell whether a file with this size and time is to be passed over."""
        return bool(self._read(_IGNORED, {}).get(os.fsdecode(path)) == [size_bytes, mtime_ns])

    def _change_list(self, key: str, path: Path, on: bool) -> None:
        with self._lock:
            others = [text for text in self._read(key, []) if text != os.fsdecode(path)]
            self._write(key, [*others, os.fsdecode(path)] if on else others)

    def _read(self, key: str, empty: Any) -> Any:
        stored = self._catalog.meta(key)
        return json.loads(stored) if stored else empty

    def _write(self, key: str, value: Any) -> None:
        self._catalog.set_meta(key, json.dumps(value))  # escapes the odd bytes of file names
