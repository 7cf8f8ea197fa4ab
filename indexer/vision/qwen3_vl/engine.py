"""One set of weights for captions, second looks and the chat: batches, streams, and who goes first."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from indexer.errors import VisionError
from indexer.vision.qwen3_vl.budget import VideoBudget
from indexer.vision.qwen3_vl.loading import LoadedModel
from indexer.vision.qwen3_vl.memory import free_bytes, rows_that_fit
from indexer.vision.qwen3_vl.prompt import PlannedPrompt, Prompt, plan, render
from indexer.vision.qwen3_vl.request import Request
from indexer.vision.qwen3_vl.sampling import GenerationOptions
from indexer.vision.qwen3_vl.scheduler import Meter, Scheduler
from indexer.vision.qwen3_vl.stream import AnswerStream

GREEDY = GenerationOptions()
MESSAGE_BUDGET = VideoBudget(max_frames=32, max_tokens=4_000)
_BATCHES_AHEAD = 2
"""Batches that are packed while the device works: one is under way, the next one is ready."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What an engine may use."""

    context_tokens: int = 32_768
    """Most tokens of a prompt and its answer; the model's own limit applies as well."""
    most_rows: int | None = None
    """Most prompts in a batch; None goes by the free memory."""
    message_budget: VideoBudget = MESSAGE_BUDGET
    """What each part of frames in a rendered message may cost."""


class Engine:
    """Generates with one loaded model; safe to share between threads."""

    def __init__(self, loaded: LoadedModel, options: EngineOptions = EngineOptions()) -> None:
        self.loaded = loaded
        self._options = options
        self._scheduler = Scheduler(loaded)
        self._free = free_bytes(loaded)
        self._packers = ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="packing")
        self._context = min(options.context_tokens, loaded.text_config.max_position_embeddings)

    @property
    def meter(self) -> Meter:
        """What the device did so far."""
        return self._scheduler.meter

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Mapping[str, Any]] | None = None,
        budget: VideoBudget | None = None,
    ) -> Prompt:
        """Write messages in the model's chat form; see `prompt.render`."""
        return render(self.loaded.tokenizer, messages, budget or self._options.message_budget, tools)

    def plan(self, prompt: Prompt, options: GenerationOptions = GREEDY) -> PlannedPrompt:
        """Lay a prompt out in tokens as it will be answered: its frames thinned to what has room.

        Raises:
            VisionError: The prompt is too long even with one frame.
        """
        return plan(self.loaded, prompt, self._context - options.max_new_tokens)

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        options: GenerationOptions = GREEDY,
        interactive: bool = False,
        cancel: threading.Event | None = None,
    ) -> list[str]:
        """Answer prompts, in order; they are batched by length, and packed while the device works.

        Args:
            prompts: Made by `render`.
            options: How all of them are answered.
            interactive: Whether a person waits; such prompts go ahead of all others.
            cancel: Once set, answers end where they are and what was written of them is returned.

        Raises:
            VisionError: A prompt is too long, or the model failed; ``replies`` are the answers so far.
        """
        # An event of our own also when none is given, so that an interrupted caller leaves no work behind.
        cancelled = cancel or threading.Event()
        plans = [self.plan(prompt, options) for prompt in prompts]
        longest_first = deque(sorted(range(len(plans)), key=lambda index: -len(plans[index])))
        requests: dict[int, Request] = {}
        ahead: deque[list[Request]] = deque()
        try:
            while longest_first or ahead:
                if longest_first and len(ahead) < _BATCHES_AHEAD:
                    indices = self._take_batch(longest_first, plans, options)
                    batch = self._pack([plans[index] for index in indices], options, cancelled)
                    self._scheduler.submit(batch, interactive=interactive)
                    requests.update(zip(indices, batch, strict=True))
                    ahead.append(batch)
                else:
                    for request in ahead.popleft():
                        request.answer.result()  # raises what went wrong
        except BaseException as error:
            # Before the others are cancelled, which ends them with half an answer.
            replies = {index: request.reply for index, request in requests.items()}
            cancelled.set()
            if isinstance(error, VisionError):
                error.replies = [replies.get(index) for index in range(len(plans))]
            raise
        return [requests[index].answer.result() for index in range(len(plans))]

    def stream(
        self, prompt: Prompt, *, options: GenerationOptions = GREEDY, interactive: bool = True
    ) -> AnswerStream:
        """Answer one prompt piece by piece, as the text becomes certain; closing the stream cancels it.

        Raises:
            VisionError: The prompt is too long; from the stream: the model failed.
        """
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        planned = self.plan(prompt, options)
        request = Request(planned, planned.pack(), options, self.loaded.tokenizer, listener=pieces.put)
        request.answer.add_done_callback(lambda _: pieces.put(None))
        self._scheduler.submit([request], interactive=interactive)
        return AnswerStream(request, pieces)

    def close(self) -> None:
        """Stop working; answers that are not finished fail."""
        self._scheduler.close()

    def _take_batch(
        self, waiting: deque[int], plans: Sequence[PlannedPrompt], options: GenerationOptions
    ) -> list[int]:
        """Take as many of the longest prompts as fit into the memory together."""
        tokens = len(plans[waiting[0]]) + options.max_new_tokens
        fitting = rows_that_fit(self.loaded, tokens, self._free)
        limits = (self._options.most_rows, self._scheduler.most_rows, fitting)
        rows = min(limit for limit in limits if limit is not None)
        return [waiting.popleft() for _ in range(min(rows, len(waiting)))]

    def _pack(
        self, plans: Sequence[PlannedPrompt], options: GenerationOptions, cancelled: threading.Event
    ) -> list[Request]:
        packed = self._packers.map(PlannedPrompt.pack, plans)
        return [
            Request(planned, patches, options, self.loaded.tokenizer, cancelled=cancelled)
            for planned, patches in zip(plans, packed, strict=True)
        ]
