"""Who may use the device next: one thread, two lanes, and the person who waits goes first.

Batches are worked on in steps (`Generation.advance`): a group of prompts, or one more token for each answer.
Before each step the interactive lane is asked first, so a question does not wait for a batch of captions
to end: the batch stands still, with its cache in memory, and goes on when the question is answered.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from indexer.errors import VisionError
from indexer.vision.qwen3_vl.generation import Generation
from indexer.vision.qwen3_vl.loading import LoadedModel
from indexer.vision.qwen3_vl.request import Request

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Meter:
    """What the device did, for benchmarks."""

    prefill_seconds: float = 0.0
    prefill_tokens: int = 0
    decode_seconds: float = 0.0
    decode_tokens: int = 0

    @property
    def busy_seconds(self) -> float:
        """Time in which the device had work."""
        return self.prefill_seconds + self.decode_seconds


@dataclass(slots=True)
class _Lane:
    pending: deque[Sequence[Request]] = field(default_factory=deque)
    active: Generation | None = None

    def __bool__(self) -> bool:
        return self.active is not None or bool(self.pending)


class Scheduler:
    """Runs batches on one model, in a thread of its own that starts with the first batch."""

    def __init__(self, loaded: LoadedModel) -> None:
        self.meter = Meter()
        self.most_rows: int | None = None
        """Rows of a batch that were too many for the memory, halved; None until that happened."""
        self._loaded = loaded
        self._interactive, self._background = _Lane(), _Lane()
        self._news = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def submit(self, requests: Sequence[Request], *, interactive: bool) -> None:
        """Queue a batch; its answers come through the requests' futures.

        Raises:
            VisionError: The model was closed.
        """
        with self._news:
            if self._closed:
                raise VisionError("the vision model was closed; start Witness again")
            (self._interactive if interactive else self._background).pending.append(requests)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="qwen3-vl", daemon=True)
                self._thread.start()
            self._news.notify()

    def close(self) -> None:
        """End the thread; answers that are not finished fail. Doing it twice changes nothing."""
        with self._news:
            self._closed = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        with torch.inference_mode():
            while (lane := self._next_lane()) is not None:
                self._turn(lane)
        for lane in (self._interactive, self._background):
            batches = [*lane.pending, lane.active.requests if lane.active else ()]
            for request in (request for batch in batches for request in batch):
                request.fail(VisionError("the vision model was closed before it answered"))

    def _next_lane(self) -> _Lane | None:
        """Wait for work and return whose turn it is; None when closed."""
        with self._news:
            self._news.wait_for(lambda: self._closed or self._interactive or self._background)
            if self._closed:
                return None
            return self._interactive if self._interactive else self._background

    def _turn(self, lane: _Lane) -> None:
        """Take one step; whatever goes wrong reaches those who wait for an answer."""
        if lane.active is None:
            wanted = _still_wanted(lane.pending.popleft())
            if not wanted:
                return
            lane.pending.appendleft(wanted)
        full = False
        try:
            if lane.active is None:
                lane.active = Generation(self._loaded, lane.pending[0])
                lane.pending.popleft()
            self._measured_step(lane.active)
            if lane.active.done:
                lane.active = None
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            full = _is_out_of_memory(error)
            if not full:
                self._fail(lane, error)
        if full:  # outside of the block above: the error holds on to what was computed
            self._make_room(lane)

    def _fail(self, lane: _Lane, error: Exception) -> None:
        """Tell those who wait for a batch that it failed; the thread goes on for the others."""
        log.debug("a batch failed", exc_info=error)
        failed = lane.active.requests if lane.active else lane.pending.popleft()
        lane.active = None
        for request in failed:
            request.fail(VisionError(f"the vision model failed: {type(error).__name__}: {error}"))

    def _measured_step(self, generation: Generation) -> None:
        prefilling, start = not generation.prefilled, time.perf_counter()
        tokens = generation.advance()
        seconds = time.perf_counter() - start
        if prefilling:
            self.meter.prefill_seconds += seconds
            self.meter.prefill_tokens += tokens
        else:
            self.meter.decode_seconds += seconds
            self.meter.decode_tokens += tokens

    def _make_room(self, lane: _Lane) -> None:
        """Out of memory: a waiting batch gives way to a question; else the batch is halved and begun anew."""
        if lane.active is not None:
            self._put_back(lane)
        if lane is self._interactive and self._background.active is not None:
            self._put_back(self._background)
            log.info("a question needs the memory of a batch of captions; the batch will begin anew")
        else:
            self._halve(lane)
        gc.collect()
        if self._loaded.device.type == "cuda":
            torch.cuda.empty_cache()

    def _put_back(self, lane: _Lane) -> None:
        """Stop a batch; what is not answered yet waits at the head of the lane."""
        generation, lane.active = lane.active, None
        requests = [request for request in generation.requests if not request.done] if generation else []
        for request in requests:
            request.restart()
        lane.pending.appendleft(requests)

    def _halve(self, lane: _Lane) -> None:
        requests = lane.pending.popleft()
        half = len(requests) // 2
        if not half:
            for request in requests:
                request.fail(_too_long(request))
            return
        self.most_rows = half
        log.info("out of memory with %d looks at once; going on with %d", len(requests), half)
        lane.pending.extendleft((requests[half:], requests[:half]))


def _is_out_of_memory(error: Exception) -> bool:
    """Tell whether smaller work may go through; cuBLAS and the CPU have no error class for it."""
    words = ("out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "can't allocate memory")
    return isinstance(error, torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(word in str(error) for word in words)
    )


def _still_wanted(requests: Sequence[Request]) -> list[Request]:
    """Finish the requests that were cancelled while they waited; return the others."""
    for request in requests:
        if request.cancelled.is_set() and not request.done:
            request.finish()
    return [request for request in requests if not request.done]


def _too_long(request: Request) -> VisionError:
    return VisionError(
        f"one look of {len(request.planned):,} tokens does not fit into the memory beside the model. Take a "
        "smaller model (--model 2B) or --quantize 4bit, close other programs that use the GPU, or ask about "
        "a shorter stretch"
    )
