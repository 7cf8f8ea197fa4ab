"""Do the next step's work ahead, in a thread of its own."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

_FULL_BYTES = 96 * 1024**2
"""What waits in a queue stays about this small, whatever the frames' size and their number."""


_POLL_SECONDS = 0.3
"""How soon a wish to stop is noticed by one who waits for the next item."""


class Stopped(Exception):
    """Nobody wants the rest."""


class Prefetch(Generic[T]):
    """Runs an iterator in a thread and hands its items over through a short queue. A context manager.

    Leaving it stops the thread, also in the middle. What the iterator raises comes after its last item.
    """

    def __init__(
        self,
        items: Callable[[threading.Event], Iterator[T]],
        length: int,
        *,
        weigh: Callable[[T], int] = lambda item: 0,
        patience_seconds: float | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        """Prepare the thread; entering the context starts it.

        Args:
            items: Makes the iterator; the event it is given says that the rest is not wanted.
            length: Most items that wait.
            weigh: Says how many bytes an item holds; heavy items fill the queue sooner.
            patience_seconds: Longest wait, on leaving, for a thread in the middle of something.
            stop: Set by anybody, it ends the wait for the next item.
        """
        self._items = items
        self._length = max(1, length)
        self._weigh = weigh
        self._patience_seconds = patience_seconds
        self._stop = stop or threading.Event()
        self._queue: deque[tuple[T, int]] = deque()
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._ended = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="witness-ahead", daemon=True)

    def __enter__(self) -> Prefetch[T]:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(self._patience_seconds)

    def take(self, wait: bool) -> T | None:
        """Return the next item; None at the end, or when nothing is ready and ``wait`` is False.

        Raises:
            Exception: What the iterator raised.
        """
        with self._changed:
            while wait and not (self._queue or self._ended or self._is_over()):
                self._changed.wait(_POLL_SECONDS)
            if self._queue:
                item, _ = self._queue.popleft()
                self._changed.notify_all()
                return item
            if self._ended and self._error is not None:
                raise self._error
            return None

    def _run(self) -> None:
        items = self._items(self._stopped)
        try:
            for item in items:
                if not self._put(item):
                    return
        except BaseException as error:  # noqa: BLE001 - it is raised again where the items are taken
            self._error = error
        finally:
            if hasattr(items, "close"):
                items.close()
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, item: T) -> bool:
        weight = self._weigh(item)
        with self._changed:
            while self._is_full(weight) and not self._stopped.is_set():
                self._changed.wait()
            if self._stopped.is_set():
                return False
            self._queue.append((item, weight))
            self._changed.notify_all()
            return True

    def _is_over(self) -> bool:
        return self._stopped.is_set() or self._stop.is_set()

    def _is_full(self, more: int) -> bool:
        if len(self._queue) >= self._length:
            return True
        return bool(self._queue) and sum(weight for _, weight in self._queue) + more > _FULL_BYTES
