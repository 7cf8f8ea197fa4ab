"""Ahead of the vision model: walk the videos one after the other and make ready what it shall look at.

This runs in a thread of its own, so that decoding goes on while the model works. What is ready waits in a
short queue: its length bounds the memory, and a slow model stops the walk.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from indexer.captioning import caption_look
from indexer.errors import MediaError
from indexer.library.jobs import Job
from indexer.media.info import VideoInfo
from indexer.parts import Indexer
from indexer.segmenting.segments import WalkedSegment, cut_into_segments
from indexer.timeline import Unseen
from indexer.vision.model import Look

_WALK_RATE = 30.0
"""Samples per second of the walk: every frame of most videos. From one frame to the next a cut stands out far
more than among samples 1/8 s apart, and its time is right to the frame."""
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Begun:
    """A video is about to be walked, from where an earlier run stopped."""

    job: Job
    start_seconds: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """A segment, ready to be looked at."""

    job: Job
    ordinal: int
    walked: WalkedSegment
    look: Look | None
    """None when not one frame of it could be decoded."""
    damage: tuple[Unseen, ...]
    """What could not be decoded so far."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A video was walked to its end, or cannot be used."""

    job: Job
    error: MediaError | None


Item = Begun | Prepared | Ended


def prepare(indexer: Indexer, job: Job) -> Iterator[Item]:
    """Walk one video from where an earlier run stopped; a file that cannot be used ends with its error."""
    try:
        yield from _prepare(indexer, job)
    except MediaError as error:
        yield Ended(job, error)
    else:
        yield Ended(job, None)


def _prepare(indexer: Indexer, job: Job) -> Iterator[Item]:
    catalog, key = indexer.library.catalog, indexer.fingerprint.key
    info = indexer.decoder.probe(job.path)
    catalog.set_info(job.video_id, info)
    if info.missing_end is not None:
        catalog.add_unseen(job.video_id, key, [Unseen(info.missing_end, "the file ends early")])
    done = [segment for _, segment in catalog.drafts(job.video_id, key)]
    start_seconds = done[-1].span.end_seconds if done else 0.0
    yield Begun(job, start_seconds)
    if start_seconds < info.duration_seconds - 1e-6:
        yield from _walk(indexer, job, info, start_seconds, len(done))


def _walk(
    indexer: Indexer, job: Job, info: VideoInfo, start_seconds: float, first_ordinal: int
) -> Iterator[Prepared]:
    budget = indexer.vision.caption_budget
    with closing(
        indexer.decoder.walk(
            job.path, frames_per_second=_WALK_RATE, max_side=budget.max_side, start_seconds=start_seconds
        )
    ) as walk:
        segments = cut_into_segments(
            walk,
            start_seconds=start_seconds,
            end_seconds=info.duration_seconds,
            longest_seconds=indexer.settings.segment_seconds,
            budget=budget,
        )
        for ordinal, walked in enumerate(segments, start=first_ordinal):
            yield Prepared(job, ordinal, walked, caption_look(indexer, walked), tuple(walk.damage))


class Prefetch:
    """Runs an iterator in a thread and hands its items over through a short queue. A context manager.

    Leaving it stops the thread, also in the middle.
    """

    def __init__(self, items: Callable[[], Iterator[Item]], length: int) -> None:
        self._items = items
        self._queue: queue.Queue[Item | BaseException | None] = queue.Queue(maxsize=max(1, length))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="witness-prepare", daemon=True)

    def __enter__(self) -> Prefetch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def take(self, wait: bool) -> Item | None:
        """Return the next item; None at the end, or when nothing is ready and ``wait`` is False.

        Raises:
            Exception: What the iterator raised.
        """
        try:
            item = self._queue.get(block=wait)
        except queue.Empty:
            return None
        if item is None:
            self._queue.put(None)  # the end stays the end
        if isinstance(item, BaseException):
            raise item
        return item

    def _run(self) -> None:
        items = self._items()
        try:
            for item in items:
                if not self._put(item):
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the items are taken
            self._put(error)
        finally:
            if hasattr(items, "close"):
                items.close()

    def _put(self, item: Item | BaseException | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return True
        return False
