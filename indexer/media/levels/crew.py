"""Threads that decode groups, the earliest first, and hand their shots over within a bound of memory.

Each thread decodes a group, or a key frame, with a codec of its own. A codec's own threads would wait for
each other at every frame, which takes a third of the processor time more than decoding by one of them.
"""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from indexer.media.levels.groups import Group
from indexer.media.levels.shots import Footage, GroupDecoder, Shot, Spoiled

_HELD_BYTES = 22 * 1024**2
"""Shots of all groups that wait to be taken, and a quarter of it more of the one that is taken next."""

_AT_ONCE = 4
"""Whoever takes shots is woken for so many, at a job's end, and when a thread waits for room."""


class Job:
    """One group to decode: its key frame, or all that is needed of it."""

    def __init__(self, group: Group, *, key_only: bool) -> None:
        self.group = group
        self.key_only = key_only
        self.shots: deque[Shot] = deque()
        self.is_done = False
        self.is_spoiled = False
        self.error: BaseException | None = None

    def __lt__(self, other: Job) -> bool:
        return (self.group.ordinal, not self.key_only) < (other.group.ordinal, not other.key_only)


class Crew:
    """The decoding threads of one walk."""

    def __init__(self, footage: Footage, patched_up: Callable[[], bool], threads: int) -> None:
        self._footage = footage
        self._patched_up = patched_up
        lock = threading.RLock()
        self._changed = threading.Condition(lock)
        self._key_queued = threading.Condition(lock)
        """Apart, for the threads that decode key frames mostly have nothing to do."""
        self._keys: list[Job] = []
        self._spans: list[Job] = []
        self._unfinished: list[Job] = []
        """Groups in the order in which they are taken: only the first may go on when much is held."""
        self._held_bytes = 0
        self._working = 0
        self._alone = False
        self._stopped = False
        self._complaints = 0
        self._listening = threading.Lock()
        self.progress = 0
        """Rises while something is decoded."""
        patched_up()
        self._threads = [
            threading.Thread(target=self._work, args=(work,), name=f"decode-{number}", daemon=True)
            for number, work in enumerate([self._spans, self._keys] * threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job. Groups are queued in the order in which they are taken, or one waits for ever."""
        with self._changed:
            heapq.heappush(self._keys if job.key_only else self._spans, job)
            if not job.key_only:
                self._unfinished.append(job)
            (self._key_queued.notify if job.key_only else self._changed.notify_all)()

    def take(self, job: Job, timeout_seconds: float) -> list[Shot]:
        """Return a job's shots so far, waiting a while for some; none when it is done or time is up."""
        with self._changed:
            if len(job.shots) < _AT_ONCE and not job.is_done:
                self._changed.wait(timeout_seconds)
            shots = list(job.shots)
            job.shots.clear()
            self._held_bytes -= 0 if job.key_only else sum(shot.size_bytes for shot in shots)
            self._changed.notify_all()
        if job.error is not None:
            raise job.error
        return shots

    def wait_for(self, jobs: list[Job], timeout_seconds: float) -> None:
        """Wait until all of these jobs are done, or time is up."""
        with self._changed:
            self._changed.wait_for(lambda: all(job.is_done for job in jobs), timeout_seconds)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stop the threads between two frames, so that what a codec says is about what is done inside."""
        with self._changed:
            self._alone = True
            self._changed.wait_for(lambda: self._working == 0)
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()
                self._key_queued.notify_all()

    def decode_alone(self, group: Group) -> Iterator[Shot]:
        """Decode a group in this thread, while the others stand still."""
        seen = self._complaint_count()

        def check() -> None:
            self.progress += 1
            if self._complaint_count() != seen:
                raise Spoiled

        return GroupDecoder(self._footage, check).shots(group)

    def stop(self) -> None:
        """End the threads, in the middle of a group if need be."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            self._key_queued.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self, jobs: list[Job]) -> None:
        seen = [0]
        decoder: GroupDecoder | None = None
        while (job := self._next_job(jobs)) is not None:
            seen[0] = self._complaint_count()
            try:
                decoder = decoder or GroupDecoder(self._footage, lambda: self._check(seen[0]))
                self._run(job, decoder)
            except Spoiled:
                job.is_spoiled = True
            except _Stopped:
                return
            except BaseException as error:  # noqa: BLE001  # it is raised again where the shots are taken
                job.error = error
            finally:
                self._finish(job)

    def _run(self, job: Job, decoder: GroupDecoder) -> None:
        if job.key_only:
            self._hand_over(job, decoder.key(job.group))
            return
        for shot in decoder.shots(job.group):
            self._hand_over(job, shot)

    def _next_job(self, jobs: list[Job]) -> Job | None:
        queued = self._key_queued if jobs is self._keys else self._changed
        with queued:
            queued.wait_for(lambda: self._stopped or (bool(jobs) and not self._alone))
            if self._stopped:
                return None
            self._working += 1
            return heapq.heappop(jobs)

    def _finish(self, job: Job) -> None:
        with self._changed:
            self._working -= 1
            job.is_done = True
            if not job.key_only:
                self._unfinished.remove(job)
            self._changed.notify_all()

    def _hand_over(self, job: Job, shot: Shot) -> None:
        with self._changed:
            self._pause(lambda: job.key_only or self._held_bytes < self._most_held(job))
            job.shots.append(shot)
            self._held_bytes += 0 if job.key_only else shot.size_bytes
            if len(job.shots) >= _AT_ONCE:
                self._changed.notify_all()

    def _most_held(self, job: Job) -> int:
        return _HELD_BYTES * 5 // 4 if job is self._unfinished[0] else _HELD_BYTES

    def _check(self, seen: int) -> None:
        """After each frame: stand still when asked to, and give a job up when a codec complained."""
        self.progress += 1
        if self._stopped or self._alone:
            with self._changed:
                self._pause(lambda: True)
        if self._complaint_count() != seen:
            raise Spoiled

    def _pause(self, may_go_on: Callable[[], bool]) -> None:
        """Wait, counted as not working, until work may go on; the lock is held."""
        if not self._stopped and not self._alone and may_go_on():
            return
        self._working -= 1
        self._changed.notify_all()
        self._changed.wait_for(lambda: self._stopped or (not self._alone and may_go_on()))
        self._working += 1
        if self._stopped:
            raise _Stopped

    def _complaint_count(self) -> int:
        with self._listening:
            if self._patched_up():
                self._complaints += 1
            return self._complaints


class _Stopped(Exception):
    """The walk ended."""
