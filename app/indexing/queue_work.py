"""Work the library's queue off with the models that the server has, built when the first file waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from indexer.building import build_indexer
from indexer.library.library import Library
from indexer.parts import Indexer
from indexer.progress import FileIndexed, IndexEvent
from indexer.running import IndexRun
from indexer.settings import Settings
from indexer.speech.configured import make_transcriber
from indexer.texts.run import read_texts
from indexer.vision.configured import make_vision
from indexer.vision.model import VisionModel, close_vision


class QueueWork:
    """Runs the queue; one thread runs, others may pause it."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        shared_vision: Callable[[], VisionModel | None],
        report: Callable[[IndexEvent], None],
    ) -> None:
        self._library = library
        self._settings = settings
        self._shared_vision = shared_vision
        self._report = report
        self._stop = threading.Event()
        self._open = ExitStack()
        self._indexer: Indexer | None = None

    def run(self) -> None:
        """Index what waits, or watch another process do it; returns when nothing waits or it is paused.

        Raises:
            WitnessError: It cannot go on; the files stay queued.
        """
        if not self._library.jobs.count():
            return
        indexed: list[Path] = []
        begun = time.time()

        def report(event: IndexEvent) -> None:
            if isinstance(event, FileIndexed):
                indexed.append(event.path)
            self._report(event)

        indexer = self._make()
        IndexRun(indexer, report, self._stop).work_off()
        self._transcribe(indexer, indexed, begun)

    def pause(self) -> None:
        """Make a run that is under way return within seconds, with what it did kept."""
        self._stop.set()

    def resume(self) -> None:
        """Let the next run begin."""
        self._stop.clear()

    def close(self) -> None:
        """Let go of the models that are not shared."""
        self._open.close()

    def _make(self) -> Indexer:
        if self._indexer is None:
            settings = self._settings
            vision = self._shared_vision()
            if vision is None:
                vision = make_vision(settings)
                self._open.callback(close_vision, vision)
            self._indexer = build_indexer(settings, self._library, vision, self._open)
        return self._indexer

    def _transcribe(self, indexer: Indexer, files: list[Path], since: float) -> None:
        """Write down what is said in what was indexed, where the settings want it."""
        if not self._settings.speech or not files:
            return
        transcriber = make_transcriber(self._settings)
        for _ in read_texts(self._library.catalog, indexer.decoder, transcriber, files, since=since):
            if self._stop.is_set():
                return
