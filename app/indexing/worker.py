"""Indexing in the background of the server: three threads that the server's lifespan starts and stops.

One takes in paths that a person names, one looks into watched folders, one works the queue off. The queue
lies in the catalog, so nothing is lost when the server ends, in whatever way. Nothing heavy is loaded before
there is something to index.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from app.indexing.activity import Activity, Problem
from app.indexing.folders import KeptPaths
from app.indexing.intake import UPLOADS, Intake
from app.indexing.priority import lower_priority
from app.indexing.queue_work import QueueWork
from app.indexing.uploaded import uploaded_copies
from app.indexing.watching import FolderWatch
from indexer.discovery import id_of_digest, printable
from indexer.errors import MediaError, WitnessError
from indexer.library.library import Library
from indexer.library.ownership import Ownership
from indexer.library.records import VideoRecord, VideoStatus
from indexer.media.decoder import Decoder
from indexer.settings import Settings
from indexer.vision.model import VisionModel

_log = logging.getLogger(__name__)

_POLL_SECONDS = 2.0
"""How soon what another process queues is seen."""
_LOOK_SECONDS = 3.0
"""How soon a new file in a watched folder is seen, on a disk that lists it at once."""
_REST_FACTOR = 10
"""A folder that takes long to list is looked into the more rarely."""
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 5.0, 300.0


class Worker:
    """Indexes while the server runs. Everything public may be called from any thread."""

    def __init__(self, settings: Settings, shared_vision: Callable[[], VisionModel | None]) -> None:
        """Open the library; nothing runs before `start`.

        Args:
            settings: Library, models and watched folders.
            shared_vision: Gives the vision model that the chat looks with, where indexing shares it; None to
                make one.

        Raises:
            LibraryError: The library cannot be opened.
        """
        self.activity = Activity()
        self._settings = settings
        self._library = Library.open(settings)
        self._kept = KeptPaths(self._library.catalog)
        self._intake = Intake(self._library, self.activity)
        self._work = QueueWork(self._library, settings, shared_vision, self.activity.report)
        self._paths: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._removals: list[str] = []
        self._to_delete: set[str] = set()
        self._wake = threading.Event()
        self._look_now = threading.Event()
        self._stopping = threading.Event()
        self._watch = FolderWatch(self._opens, self._is_known)
        self._decoder = Decoder()  # its process starts at the first file
        self._threads: list[threading.Thread] = []

    # -- life -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start to work, with what was asked for before the last end."""
        for unfinished in (self._library.folder / UPLOADS).glob(".*.unfinished"):
            unfinished.unlink(missing_ok=True)
        for path in self._kept.asked():
            self._paths.put(path)
        for work in (self._take_in, self._look_into_folders, self._index):
            name = f"witness{work.__name__}"
            thread = threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout_seconds: float) -> bool:
        """Stop, leaving the queue as it is; tells whether all threads ended in time."""
        self._stopping.set()
        self._work.pause()
        self._paths.put(None)
        self._wake.set()
        self._look_now.set()
        deadline = datetime.now() + timedelta(seconds=timeout_seconds)
        for thread in self._threads:
            thread.join(max(0.0, (deadline - datetime.now()).total_seconds()))
        return self.stopped

    @property
    def stopped(self) -> bool:
        """Whether none of its threads runs."""
        return not any(thread.is_alive() for thread in self._threads)

    def close(self) -> None:
        """Close what is open; after `stop`."""
        self._work.close()
        self._decoder.close()
        self._library.close()

    # -- what a page asks for ---------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether anything is being done or waits to be done."""
        return bool(self.activity.doing or self._removals or self._kept.asked() or self._library.jobs.count())

    @property
    def removing(self) -> frozenset[str]:
        """Ids of the videos that are about to be removed."""
        return frozenset(self._removals)

    def add(self, path: Path) -> None:
        """Index a file, or what a folder holds."""
        self._kept.ask(path)
        self._paths.put(path)

    def add_upload(self, path: Path, sha256: str) -> None:
        """Queue a file whose content was read while it came.

        Raises:
            LibraryError: The catalog cannot be written.
        """
        facts = path.stat()
        self._library.catalog.note_file(path, id_of_digest(sha256), facts.st_size, facts.st_mtime_ns)
        self._intake.add(path)
        self._wake.set()

    def known(self, sha256: str) -> VideoRecord | None:
        """Return the video with this content, if the library has it and its file is there."""
        video = self._library.catalog.video(id_of_digest(sha256))
        try:
            return video if video and self._library.file_of(video.video_id) else None
        except MediaError:
            return None

    def check_opens(self, path: Path) -> None:
        """Make sure that a file is a video.

        Raises:
            MediaError: It is none, or nothing in it can be decoded.
        """
        self._decoder.probe(path, quick=True)

    def retry(self, video_id: str) -> None:
        """Try a video again, also one that was set aside.

        Raises:
            MediaError: No file of it is left.
            VideoNotFound: It was removed.
        """
        video = self._library.video(video_id)
        try:
            path = self._library.file_of(video_id)
        except MediaError:
            if not video.path.is_file():
                raise
            self.add(video.path)  # it has changed: another content, another video
            return
        self._library.catalog.forgive(video_id)
        self._library.jobs.put(video_id, path)
        self._wake.set()

    def retry_now(self) -> None:
        """Try at once what a problem kept from going on."""
        self._wake.set()

    def remove(self, video_id: str, *, delete_copy: bool = False) -> None:
        """Forget a video as soon as indexing can be interrupted, which takes seconds; its file stays.

        Args:
            video_id: The video.
            delete_copy: Also delete what was uploaded of it, see `uploaded_copies`; no other file ever is.
        """
        if delete_copy:
            self._to_delete.add(video_id)
        self._removals.append(video_id)
        self._work.pause()
        self._wake.set()

    def watch(self, folder: Path, on: bool = True) -> None:
        """Begin to watch a folder, or end it."""
        self._kept.watch(folder, on)
        self._look_now.set()

    @property
    def watched(self) -> list[tuple[Path, bool]]:
        """The watched folders, each with whether the settings name it; the page cannot end those."""
        said = [path.expanduser().absolute() for path in self._settings.watch_folders]
        kept = [path for path in self._kept.watched() if path not in said]
        return [(path, True) for path in said] + [(path, False) for path in kept]

    @property
    def unreadable_folders(self) -> dict[Path, str]:
        """Watched folders that cannot be read just now, with the reason."""
        return dict(self._watch.unreadable)

    @property
    def files_being_written(self) -> int:
        """How many files of watched folders are not finished yet."""
        return self._watch.unfinished

    # -- threads ----------------------------------------------------------------------------------------

    def _run(self, work: Callable[[], None]) -> None:
        lower_priority()
        try:
            work()
        except Exception:  # noqa: BLE001 - the pages go on, and say so
            _log.exception("indexing in the background has ended")
            self.activity.tell("Indexing has ended by a fault of Witness; its log says more.", bad=True)

    def _take_in(self) -> None:
        while (path := self._paths.get()) is not None and not self._stopping.is_set():
            with self._told(printable(path)):
                if self._intake.add_all(path, self._stopping.is_set):
                    self._kept.ask(path, on=False)
            self._wake.set()

    def _look_into_folders(self) -> None:
        while not self._stopping.is_set():
            began = datetime.now()
            with self._told("watched folders"):
                for path in self._watch.look([folder for folder, _ in self.watched]):
                    if self._stopping.is_set():
                        return
                    if self._intake.add(path):
                        self._wake.set()
            took = (datetime.now() - began).total_seconds()
            self._look_now.wait(max(_LOOK_SECONDS, _REST_FACTOR * took))
            self._look_now.clear()

    def _index(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        wait = 0.0
        while not self._stopping.is_set():
            self._wake.wait(wait)
            self._wake.clear()
            self._work.resume()
            if self._stopping.is_set():
                return
            self._remove_requested()
            problem = self._work_off()
            wait = _POLL_SECONDS if problem is None else pause
            pause = _FIRST_PAUSE_SECONDS if problem is None else min(2 * pause, _LONGEST_PAUSE_SECONDS)
            retry_at = datetime.now().astimezone() + timedelta(seconds=wait)
            self.activity.problem = Problem(problem, retry_at) if problem else None

    def _work_off(self) -> str | None:
        """Work the queue off; returns what keeps it from going on."""
        try:
            self._work.run()
        except WitnessError as error:
            _log.warning("indexing waits: %s", error)
            return str(error)
        except Exception as error:  # noqa: BLE001 - the pages go on, and say so
            _log.exception("indexing failed")
            return f"a fault of Witness: {type(error).__name__}; its log says more"
        finally:
            self.activity.rest()
        return None

    def _remove_requested(self) -> None:
        if not self._removals:
            return
        ownership = Ownership(self._library.folder)
        with self._told("removing"):
            owned = ownership.try_acquire()
            try:
                while self._removals:
                    self._remove(self._removals[0], owned)
                    del self._removals[0]
            finally:
                if owned:
                    ownership.release()

    def _remove(self, video_id: str, owned: bool) -> None:
        copies = uploaded_copies(self._library, video_id) if video_id in self._to_delete else []
        self._to_delete.discard(video_id)
        video = self._library.catalog.video(video_id)
        if video is None:
            return
        if not owned:
            self.activity.tell(
                f"{video.name} was not removed: another Witness is indexing this library. Remove it again "
                "when that is done",
                bad=True,
            )
            return
        self._kept.ignore([video.path, *self._library.catalog.paths(video_id)])
        self._library.remove(video_id)
        for copy in copies:
            copy.unlink(missing_ok=True)
        rest = "and its uploaded copy was deleted" if copies else "its file is where it was"
        self.activity.tell(f"{video.name} was removed from the library; {rest}")

    @contextlib.contextmanager
    def _told(self, subject: str) -> Iterator[None]:
        """Tell what goes wrong, and go on."""
        try:
            yield
        except (WitnessError, OSError) as error:
            _log.warning("%s: %s", subject, error)
            self.activity.tell(f"{subject}: {error}", bad=True)

    def _opens(self, path: Path) -> bool:
        """Tell whether a file's container opens; one that is being written often does not yet."""
        try:
            self.check_opens(path)
        except MediaError:
            return False
        return True

    def _is_known(self, path: Path, size_bytes: int, mtime_ns: int) -> bool:
        """Tell whether a file was dealt with; one that was identified when a kill came was not."""
        folder = self._library.folder.absolute()
        if path.is_relative_to(folder) and not path.is_relative_to(folder / UPLOADS):
            return True  # what Witness keeps for itself
        catalog = self._library.catalog
        video = catalog.video(catalog.known_content(path, size_bytes, mtime_ns))
        if video is not None and (video.failure or video.status is not VideoStatus.FAILED):
            return True
        return self._kept.is_ignored(path, size_bytes, mtime_ns)
