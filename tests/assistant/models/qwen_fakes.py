"""An engine that says what a test wants, in pieces as a model writes them, and records what it was given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.models.hermes import begin_tool_call
from indexer.vision.qwen3_vl.budget import VideoBudget
from indexer.vision.qwen3_vl.loading import LoadedModel
from indexer.vision.qwen3_vl.prompt import Prompt, render
from indexer.vision.qwen3_vl.sampling import GenerationOptions


class ScriptedStream(Iterator[str]):
    """Pieces with their cost: a piece is a token here."""

    def __init__(self, pieces: Iterator[str], prompt_tokens: int) -> None:
        self._pieces = pieces
        self.prompt_tokens, self.new_tokens = prompt_tokens, 0

    def __next__(self) -> str:
        piece = next(self._pieces)
        self.new_tokens += 1
        return piece

    def close(self) -> None:
        self._pieces.close()  # type: ignore[attr-defined]


@dataclass
class ScriptedEngine:
    """Renders prompts as the real engine does; its replies come from the script, the last one for ever."""

    loaded: LoadedModel
    script: Sequence[str | Exception]
    piece: int = 3
    """Letters in a piece."""
    heard: list[list[Mapping[str, Any]]] = field(default_factory=list)
    tools: list[Any] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    options: list[GenerationOptions] = field(default_factory=list)
    interactive: list[bool] = field(default_factory=list)
    cancelled: int = 0
    _streams: list[Iterator[str]] = field(default_factory=list)

    @property
    def engine(self) -> ScriptedEngine:
        return self

    def render(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] | None = None
    ) -> Prompt:
        self.heard.append(list(messages))
        self.tools.append(tools)
        return render(self.loaded.tokenizer, messages, VideoBudget(32, 4_000), tools)

    def stream(
        self, prompt: Prompt, *, options: GenerationOptions, interactive: bool = True
    ) -> ScriptedStream:
        reply = self.script[min(len(self.prompts), len(self.script) - 1)]
        self.prompts.append(prompt)
        self.options.append(options)
        self.interactive.append(interactive)
        # Kept, so that a stream which nobody closes is not closed by the garbage collector either.
        self._streams.append(self._write(reply))
        return ScriptedStream(self._streams[-1], len(self.loaded.tokenizer.encode(prompt.text)))

    def _write(self, reply: str | Exception) -> Iterator[str]:
        if isinstance(reply, Exception):
            raise reply
        try:
            for start in range(0, len(reply), self.piece):
                yield reply[start : start + self.piece]
        except GeneratorExit:
            self.cancelled += 1
            raise


def write_call(name: str, arguments: dict[str, Any]) -> str:
    """Write a tool call as the released model does."""
    return f"{begin_tool_call(name)}{json.dumps(arguments, ensure_ascii=False)}}}\n</tool_call>"
