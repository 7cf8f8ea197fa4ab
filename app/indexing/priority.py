"""Let pages and answers go first: what runs in the background asks for less of the processor."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

_NICENESS = 5
"""Enough to let a page go first, and not so much that a busy machine never gets round to a video."""


def lower_priority() -> None:
    """Give the calling thread, and whatever threads and processes it starts, a lower priority; Linux only.

    There a thread has a niceness of its own, which elsewhere belongs to the whole process.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox that forbids it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
