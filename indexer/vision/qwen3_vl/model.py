"""Qwen3-VL as a `VisionModel`: looks to prompts, and back to what the model wrote."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from indexer.errors import VisionError
from indexer.timeline import Frame
from indexer.vision.model import FrameBudget, Look, Reply
from indexer.vision.qwen3_vl.budget import VideoBudget
from indexer.vision.qwen3_vl.engine import Engine, EngineOptions
from indexer.vision.qwen3_vl.loading import load, pick_device
from indexer.vision.qwen3_vl.memory import MOST_ROWS, ROWS_ON_CPU
from indexer.vision.qwen3_vl.prompt import FRAMES, Prompt
from indexer.vision.qwen3_vl.sampling import GenerationOptions
from indexer.vision.qwen3_vl.weights import Weights

CAPTION_FRAMES = FrameBudget(max_frames=16, frames_per_second=2.0, max_side=512)
LOOK_FRAMES = FrameBudget(max_frames=32, frames_per_second=8.0, max_side=1_024)
_MOST_FRAMES = 64


@dataclass(frozen=True, slots=True)
class Qwen3VLOptions:
    """Which model, and what a look may cost."""

    model: str = "4B"
    """"2B", "4B", "8B", "30B-A3B", with "-FP8" also; a repository of the hub; or a folder."""
    revision: str | None = None
    """Branch, tag or commit of the repository."""
    quantize: str | None = None
    """"4bit" for GPUs of 8 GB."""
    device: str | None = None
    """"cuda" or "cpu"; None takes the GPU when there is one."""
    caption_frames: FrameBudget = CAPTION_FRAMES
    caption_tokens: int = 1_024
    """Video tokens of a caption: 16 frames of 480×256."""
    look_frames: FrameBudget = LOOK_FRAMES
    look_tokens: int = 12_000
    """Video tokens of a second look: 32 frames of 1024×576 are 9,216."""
    engine: EngineOptions = field(default_factory=EngineOptions)


class Qwen3VL:
    """A `VisionModel` that understands what it sees; loads its weights at the first look.

    A look for a caption belongs to indexing; any other is taken for a question that a person waits for, and
    goes ahead. Safe to share between threads.
    """

    judges = True

    def __init__(self, options: Qwen3VLOptions = Qwen3VLOptions(), *, engine: Engine | None = None) -> None:
        """Make the model.

        Args:
            options: Which model, and what a look may cost.
            engine: One that is running already, to share its weights.
        """
        self._options = options
        self._weights = Weights(options.model, options.revision)
        self._engine = engine
        self._loading = threading.Lock()

    @cached_property
    def name(self) -> str:
        """Model, revision and quantisation; asks the hub for the revision when the weights are not here.

        Raises:
            VisionError: The weights are not here and the hub cannot be asked.
        """
        quantized = f" {self._options.quantize}" if self._options.quantize else ""
        return f"qwen3-vl {self._weights.identity()}{quantized}"

    @property
    def looks_at_once(self) -> int:
        """A whole batch on a GPU, two on the CPU; known before the weights are loaded."""
        on_gpu = pick_device(self._options.device).type == "cuda"
        return MOST_ROWS if on_gpu else 2 * ROWS_ON_CPU

    @property
    def caption_budget(self) -> FrameBudget:
        """Frames wanted for captioning one segment."""
        return self._options.caption_frames

    @property
    def look_budget(self) -> FrameBudget:
        """Frames wanted for looking again at a moment."""
        return self._options.look_frames

    @property
    def engine(self) -> Engine:
        """The engine, which chat models share; loads the weights when it is first asked for.

        Raises:
            VisionError: The weights cannot be loaded.
        """
        with self._loading:
            if self._engine is None:
                options = self._options
                loaded = load(self._weights, device=options.device, quantize=options.quantize)
                self._engine = Engine(loaded, options.engine)
            return self._engine

    def look(self, requests: Sequence[Look]) -> list[str]:
        """Answer each request, in order; many at once are answered in batches.

        Raises:
            VisionError: The weights cannot be loaded, or the model failed; see its ``replies``.
        """
        kinds: dict[tuple[Reply, int], list[int]] = defaultdict(list)
        for index, request in enumerate(requests):
            kinds[request.reply, request.max_new_tokens].append(index)
        answers: dict[int, str] = {}
        try:
            for (reply, max_new_tokens), indices in kinds.items():
                texts = self.engine.generate(
                    [self._prompt(requests[index]) for index in indices],
                    options=GenerationOptions(max_new_tokens=max_new_tokens),
                    interactive=reply is not Reply.CAPTION,
                )
                answers.update(zip(indices, texts, strict=True))
        except VisionError as error:
            replies = {**answers, **dict(zip(indices, error.replies, strict=False))}
            error.replies = [replies.get(index) for index in range(len(requests))]
            raise
        return [answers[index] for index in range(len(requests))]

    def frames_shown(self, request: Look) -> tuple[Frame, ...]:
        """Return the frames of a look that the model sees: fewer where its tokens or the context end.

        Raises:
            VisionError: The weights cannot be loaded, or the look has no room even with one frame.
        """
        options = GenerationOptions(max_new_tokens=request.max_new_tokens)
        (clip,) = self.engine.plan(self._prompt(request), options).clips
        return clip.frames

    def close(self) -> None:
        """Stop the engine, if it ever ran."""
        with self._loading:
            if self._engine is not None:
                self._engine.close()

    def _prompt(self, request: Look) -> Prompt:
        """Write a look as a message: the instruction, then the frames."""
        tokens = self._options.caption_tokens if request.reply is Reply.CAPTION else self._options.look_tokens
        parts = [
            {"type": "text", "text": request.prompt + "\n"},
            {"type": FRAMES, "frames": request.frames, "span": request.span},
        ]
        # Density is the caller's matter, within its frame budget; here only the cost is limited.
        budget = VideoBudget(_MOST_FRAMES, tokens)
        return self.engine.render([{"role": "user", "content": parts}], budget=budget)
