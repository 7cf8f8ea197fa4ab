"""From a path that a person names, or a folder brings, to a place in the queue."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.indexing.activity import Activity
from indexer.discovery import find_files, printable
from indexer.errors import MediaError, WitnessError
from indexer.identifying import follow, identify
from indexer.library.library import Library

UPLOADS = "uploads"
"""Folder in the library's folder that takes uploaded files."""


def read_path(text: str) -> Path:
    """Read a path as a person types, pastes or drops it.

    Raises:
        WitnessError: Nothing is there, or it cannot be read; the text says what to do.
    """
    cleaned = text.strip().strip("\"'")
    if cleaned.startswith("file://"):
        cleaned = unquote(urlsplit(cleaned).path)
    path = Path(cleaned).expanduser()
    if not path.is_absolute():
        raise WitnessError(
            f"{printable(path)}: give the whole path, from the root on, such as /videos/gate.mp4"
        )
    try:
        path.stat()
    except FileNotFoundError:
        raise WitnessError(
            f"there is no file or folder {printable(path)} on the machine that runs Witness; a file of "
            "another machine can be uploaded"
        ) from None
    except (OSError, ValueError) as error:
        raise WitnessError(f"{printable(path)} cannot be used: {error}") from error
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        raise WitnessError(
            f"{printable(path)} may not be read by Witness; check who owns it and its permissions"
        )
    return path


class Intake:
    """Identifies files and puts them into the queue. Safe to share between threads."""

    def __init__(self, library: Library, activity: Activity) -> None:
        self._library = library
        self._activity = activity

    def add_all(self, path: Path, is_over: Callable[[], bool]) -> bool:
        """Queue a file, or what a folder holds, until ``is_over``; tells whether all was seen."""
        try:
            files = list(self._wanted(path))
        except WitnessError as error:
            self._activity.tell(str(error), bad=True)
            return True
        queued = 0
        is_folder = path.is_dir()
        for file in files:
            if is_over():
                return False
            queued += self.add(file, tell_known=not is_folder)
        if is_folder:
            rest = len(files) - queued
            already = f", {rest} were in the library or cannot be used" if rest else ""
            self._activity.tell(f"{printable(path)}: {queued} videos added{already}")
        return True

    def add(self, path: Path, *, tell_known: bool = True) -> bool:
        """Queue one file; tells whether it was, and the activity why it was not.

        Args:
            path: The file.
            tell_known: Also tell that it is in the library already.

        Raises:
            LibraryError: The catalog cannot be written.
        """
        catalog, jobs = self._library.catalog, self._library.jobs
        try:
            video_id = identify(catalog, path)
            old = follow(catalog, video_id, path, zone_name=self._library.timezone)
        except MediaError as error:
            self._activity.tell(_named(path, str(error)), bad=True)
            return False
        video = self._library.video(video_id)
        if old:
            self._activity.tell(f"{printable(old)} was moved: it is {printable(path)} now")
        if video.answerable:
            if tell_known and not old:
                same = "" if video.name == path.name else f" as {video.name}"
                self._activity.tell(f"{printable(path.name)} is in the library already{same}")
            return False
        if video.set_aside:
            self._activity.tell(_named(path, video.failure), bad=True)
            return False
        jobs.put(video_id, path)
        return True

    def _wanted(self, path: Path) -> Iterator[Path]:
        """Return the files that a path means, without those that Witness keeps for itself."""
        own, uploads = self._library.folder.absolute(), self._library.folder.absolute() / UPLOADS
        for file in find_files([path]):
            if file == path or not file.is_relative_to(own) or file.is_relative_to(uploads):
                yield file


def _named(path: Path, text: str) -> str:
    name = printable(path.name)
    return text if name in text else f"{name} {text}"
