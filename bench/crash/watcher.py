"""A reader that has the library open all the while: what it can see must be whole at every moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.timeline import spans_of

_EVERYTHING = 10_000
_POLL_SECONDS = 0.2


class Watcher:
    """Looks at a library again and again, as an open chat does, and notes what is not whole."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._stopped = threading.Event()
        self.looks = 0
        self.violations: set[str] = set()
        self.seen: dict[str, float] = {}
        """Name of each video that became visible, and when (monotonic)."""

    def run(self) -> None:
        """Look until the watcher is stopped, and once more after that."""
        with closing(Library(self._library)) as library:
            stopped = False
            while not stopped:
                stopped = self._stopped.wait(_POLL_SECONDS)
                try:
                    for video in library.videos():
                        self.violations.update(self._look_at(library, video) if video.answerable else ())
                except Exception as error:  # noqa: BLE001 - whatever a reader meets is what is looked for here
                    self.violations.add(f"{type(error).__name__}: {error}")
                self.looks += 1

    def stop(self) -> None:
        """Let `run` end."""
        self._stopped.set()

    def _look_at(self, library: Library, video: VideoRecord) -> Iterator[str]:
        self.seen.setdefault(video.name, time.monotonic())
        segments = library.segments(video.video_id)
        if len(segments) != video.segment_count:
            return  # published anew between the two reads
        yield from _gaps(library, video)
        captioned = [segment for segment in segments if segment.caption is not None]
        vector = library.embedder.embed_query(captioned[0].caption.text())
        nearest = library.vectors_of(library.embedder_name).search(
            vector,
            generation=library.catalog.generation,
            limit=_EVERYTHING,
            video_id=video.video_id,
        )
        found = library.catalog.segments_by_id([segment_id for segment_id, _ in nearest])
        if len(found) < len(captioned) == len(library.segments(video.video_id)):
            yield f"{video.name}: {len(captioned)} captions are visible and {len(found)} of their vectors"
        if not library.search_words(captioned[0].caption.summary, limit=1, video_id=video.video_id):
            yield f"{video.name}: the words of its first caption are not found"


def _gaps(library: Library, video: VideoRecord) -> Iterator[str]:
    missing = [gap for gap in library.coverage(video.video_id).not_inspected if gap.reason == "not indexed"]
    spans = spans_of(library.segments(video.video_id))
    if missing or spans[0].start_seconds > 0:
        yield f"{video.name}: visible with spans that are not indexed: {missing}"


@contextmanager
def watching(library: Path) -> Iterator[Watcher]:
    """Watch a library while the block lasts."""
    watcher = Watcher(library)
    thread = threading.Thread(target=watcher.run, daemon=True)
    thread.start()
    try:
        yield watcher
    finally:
        watcher.stop()
        thread.join()
