"""How the next token is chosen."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class GenerationOptions:
    """How an answer is written."""

    max_new_tokens: int = 512
    temperature: float = 0.0
    """0 takes the most likely token each time, which reproduces; 0.7 is advised for conversation."""
    top_p: float = 0.8
    """With a temperature: the smallest set of tokens that have this probability together."""
    top_k: int = 20
    """With a temperature: at most this many tokens."""
    presence_penalty: float = 0.0
    """Taken off the logits of tokens that were written before; 1.5 is advised against repetition."""
    seed: int | None = None
    stop: tuple[str, ...] = ()
    """Texts that end the answer; they are not part of it."""
    ignore_end: bool = False
    """Write all of ``max_new_tokens``, as benchmarks need."""

    def __post_init__(self) -> None:
        if self.max_new_tokens < 1 or self.temperature < 0 or not 0 < self.top_p <= 1 or self.top_k < 1:
            raise ValueError(
                "generation needs max_new_tokens >= 1, temperature >= 0, 0 < top_p <= 1 and top_k >= 1, "
                f"got {self}"
            )


class Chooser:
    """Chooses the next token of each row of a batch."""

    def __init__(self, options: GenerationOptions, device: torch.device) -> None:
        self._options = options
        self._random = torch.Generator(device)
        if options.seed is None:
            self._random.seed()
        else:
            self._random.manual_seed(options.seed)
        self._written: torch.Tensor | None = None

    def choose(self, logits: torch.Tensor) -> torch.Tensor:
        """Return one token a row.

        Args:
            logits: Shape (rows, vocabulary).

        Returns:
            int64, shape (rows,).
        """
        options = self._options
        logits = logits.float()
        if options.presence_penalty:
            if self._written is None:
                self._written = torch.zeros_like(logits, dtype=torch.bool)
            logits = logits - options.presence_penalty * self._written
        if options.temperature == 0:
            chosen = logits.argmax(dim=-1)
        else:
            chosen = self._draw(logits / options.temperature)
        if self._written is not None:
            self._written.scatter_(1, chosen[:, None], True)
        return chosen

    def keep(self, rows: torch.Tensor) -> None:
        """Forget all rows but these."""
        if self._written is not None:
            self._written = self._written[rows]

    def _draw(self, logits: torch.Tensor) -> torch.Tensor:
        top, tokens = logits.topk(min(self._options.top_k, logits.shape[-1]), dim=-1)
        probabilities = top.softmax(dim=-1)
        # A token stays when those before it do not reach top_p yet, so the most likely one always stays.
        before = probabilities.cumsum(dim=-1) - probabilities
        probabilities = probabilities.masked_fill(before >= self._options.top_p, 0.0)
        drawn = torch.multinomial(probabilities, 1, generator=self._random)
        return tokens.gather(1, drawn)[:, 0]
