"""How often a password may be tried."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

FREE_TRIES = 5
LONGEST_WAIT_SECONDS = 300.0

_FORGOTTEN_SECONDS = 900.0
_REMEMBERED = 10_000


class Throttle:
    """Makes whoever fails again and again wait, twice as long each time; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, who: str) -> float:
        """Return how long this client has to wait before its next try; 0 when it need not."""
        with self._lock:
            count, last = self._failures.get(who, (0, 0.0))
            if count < FREE_TRIES:
                return 0.0
            wait = min(LONGEST_WAIT_SECONDS, 2.0 ** (count - FREE_TRIES + 1))
            return max(0.0, last + wait - self._clock())

    def failed(self, who: str) -> None:
        """Count a try that failed."""
        with self._lock:
            count, last = self._failures.pop(who, (0, 0.0))
            if self._clock() - last > _FORGOTTEN_SECONDS:
                count = 0
            self._failures[who] = (count + 1, self._clock())
            while len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, who: str) -> None:
        """Forget the failures of a client that knew the password."""
        with self._lock:
            self._failures.pop(who, None)
