"""A vision model that can be held up and put out of order, and waiting for what threads do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from indexer.errors import VisionError
from indexer.vision.model import FrameBudget, Look


class HeldVision:
    """Captions every segment alike; can be held up, and can be out of order."""

    name, judges, looks_at_once = "held-1", False, 1
    caption_budget = look_budget = FrameBudget(4, 1.0, 64)

    def __init__(self) -> None:
        self.asked_for = 0
        self.looking = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.error: VisionError | None = None

    def look(self, requests: Sequence[Look]) -> list[str]:
        self.looking.set()
        assert self.may_go_on.wait(100)
        if self.error:
            raise self.error
        return ['{"summary": "A block moves.", "events": []}' for _ in requests]


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for what a thread does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
