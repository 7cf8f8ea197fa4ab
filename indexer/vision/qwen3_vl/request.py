"""One answer being written: its tokens, its text as far as it is certain, and who waits for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event

import torch
from transformers import PreTrainedTokenizerBase

from indexer.vision.qwen3_vl.prompt import PlannedPrompt
from indexer.vision.qwen3_vl.sampling import GenerationOptions

_HALF_CHARACTER = "\ufffd"
_LONGEST_CHARACTER = 4
"""Tokens after which half a character will not become whole any more."""


class Request:
    """A packed prompt on its way through the engine. One thread at a time works on it."""

    def __init__(
        self,
        planned: PlannedPrompt,
        patches: list[torch.Tensor],
        options: GenerationOptions,
        tokenizer: PreTrainedTokenizerBase,
        *,
        cancelled: Event | None = None,
        listener: Callable[[str], None] | None = None,
    ) -> None:
        self.planned, self.patches, self.options = planned, patches, options
        self.cancelled = cancelled or Event()
        self.answer: Future[str] = Future()
        self._tokenizer, self._listener = tokenizer, listener
        self._told = 0
        self.restart()

    def restart(self) -> None:
        """Forget what was written, to begin anew in a smaller batch; what a listener was told stays told."""
        self.written: list[int] = []
        self._text = ""
        self._pending: list[int] = []

    @property
    def done(self) -> bool:
        """Whether nobody needs another token."""
        return self.answer.done()

    @property
    def reply(self) -> str | None:
        """The answer, once it is given; None before, and where it failed."""
        answered = self.answer.done() and self.answer.exception() is None
        return self.answer.result() if answered else None

    def push(self, token: int, *, ends: bool) -> None:
        """Take the next token; an end token ends the answer and is no part of it."""
        if self.cancelled.is_set():
            self.finish()
            return
        if not ends:
            self.written.append(token)
            if self._listener or self.options.stop:
                self._read(token)
        if not self.done and (ends or len(self.written) >= self.options.max_new_tokens):
            self.finish()

    def finish(self, text: str | None = None) -> None:
        """Give the answer, which is all that was written unless a text is given."""
        text = self._decode(self.written) if text is None else text
        self._tell(text)
        self.answer.set_result(text)

    def fail(self, error: BaseException) -> None:
        """Give an error for an answer."""
        if not self.done:
            self.answer.set_exception(error)

    def _read(self, token: int) -> None:
        """Decode as far as whole characters go, look for stop texts, tell what is certain."""
        self._pending.append(token)
        piece = self._decode(self._pending)
        if piece.endswith(_HALF_CHARACTER) and len(self._pending) < _LONGEST_CHARACTER:
            return
        self._pending.clear()
        self._text += piece
        found = [place for stop in self.options.stop if (place := self._text.find(stop)) >= 0]
        if found:
            self.finish(self._text[: min(found)])
        else:
            self._tell(self._text[: len(self._text) - self._held_back()])

    def _held_back(self) -> int:
        """Return how many characters at the end may still become a stop text."""
        return max(
            (
                size
                for stop in self.options.stop
                for size in range(1, len(stop))
                if self._text.endswith(stop[:size])
            ),
            default=0,
        )

    def _tell(self, text: str) -> None:
        if self._listener and len(text) > self._told:
            self._listener(text[self._told :])
            self._told = len(text)

    def _decode(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))
