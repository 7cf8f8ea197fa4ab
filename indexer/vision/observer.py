"""The embedded vision model: it measures frames and says in plain English what it measured, and no more.

It needs no GPU, no weights and no server. It cannot judge: "a red region moved downwards" is a measurement,
"a box fell" would be a guess.
"""

from __future__ import annotations

from collections.abc import Sequence

from indexer.vision.model import FrameBudget, Look, Reply
from indexer.vision.observing import report
from indexer.vision.observing.scene import measure
from indexer.vision.observing.screen_text import ScreenReader


class Observer:
    """A `VisionModel` that measures movement, light, the lens and the text on screen.

    Safe to share between threads. It remembers nothing: a look's answer depends on that look alone.
    """

    name = "observer-1"
    judges = False
    looks_at_once = 1
    caption_budget = FrameBudget(max_frames=96, frames_per_second=8.0, max_side=768)
    look_budget = FrameBudget(max_frames=120, frames_per_second=25.0, max_side=768)

    def __init__(self, reader: ScreenReader | None = None) -> None:
        self._reader = reader or ScreenReader()

    def look(self, requests: Sequence[Look]) -> list[str]:
        """Measure each request's frames and report, in order; the prompt's words are not understood.

        Raises:
            VisionError: The text reader's models cannot be loaded.
        """
        return [self._answer(request) for request in requests]

    def _answer(self, request: Look) -> str:
        scene = measure(request.frames, request.span, self._reader)
        return report.caption(scene, request.told) if request.reply is Reply.CAPTION else report.lines(scene)
