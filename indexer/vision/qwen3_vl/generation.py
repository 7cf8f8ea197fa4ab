"""One batch from its prompts to its answers, in small steps: between them the device may go to another.

Prompts are padded between the beginning that all of them share, which is computed once, and the rest:

    shared instruction | padding | frames of row 1
    shared instruction |           frames of row 2

Positions are handed to the model with each call. The model could keep them itself, but as state of its own:
then two batches could not take turns.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from indexer.vision.qwen3_vl.cache import ReservedCache
from indexer.vision.qwen3_vl.loading import LoadedModel
from indexer.vision.qwen3_vl.packing import pixel_values
from indexer.vision.qwen3_vl.request import Request
from indexer.vision.qwen3_vl.sampling import Chooser

PREFILL_TOKENS = 16_384
"""Tokens, padding included, that are computed in one call: the longest that a waiting person is held up."""


LEAST_SHARED = 32
"""Tokens that prompts must share for it to be worth a call of its own."""


class Generation:
    """A batch of requests with the same options."""

    def __init__(self, loaded: LoadedModel, requests: Sequence[Request]) -> None:
        self._loaded = loaded
        self._live = list(requests)
        self.requests = tuple(requests)
        self._length = max(len(request.planned) for request in requests)
        self._shared = shared_beginning(requests)
        options = requests[0].options
        self._capacity = self._length + options.max_new_tokens
        self._ignore_end = options.ignore_end
        self._cache = ReservedCache(loaded.text_config.num_hidden_layers, len(requests), self._capacity)
        self._chooser = Chooser(options, loaded.device)
        lengths = torch.tensor([len(request.planned) for request in requests])
        deltas = torch.tensor([request.planned.delta for request in requests])
        self._mask = self._make_mask(lengths).to(loaded.device)
        self._padded = bool((lengths < self._length).any())
        # Next position of each row, as (text, time, row, column): a video takes less room in the last three.
        self._next = torch.stack([lengths, *[lengths + deltas] * 3])[..., None].to(loaded.device)
        self._logits: list[torch.Tensor] = []
        self._filled = 0
        self._used = self._length
        self._tokens = torch.empty(0)

    @property
    def prefilled(self) -> bool:
        """Whether all prompts are computed and each step writes one token a row."""
        return self._filled == len(self.requests)

    @property
    def done(self) -> bool:
        """Whether every answer is given."""
        return not self._live

    def advance(self) -> int:
        """Compute some more prompts, or one more token of each answer; return how many tokens that was."""
        if self.prefilled:
            return self._decode()
        return self._prefill()

    def _prefill(self) -> int:
        if self._shared and not self._filled:
            self._prefill_shared()
        size = max(1, PREFILL_TOKENS // (self._length - self._shared))
        group = self.requests[self._filled : self._filled + size]
        rows = slice(self._filled, self._filled + len(group))
        inputs = self._inputs(group)
        outputs = self._loaded.model(
            **inputs,
            attention_mask=self._mask[rows, : self._length] if self._padded else None,
            past_key_values=self._cache.view(rows, self._shared),
            use_cache=True,
            logits_to_keep=1,
        )
        self._logits.append(outputs.logits[:, -1])
        computed = sum(len(request.planned) - self._shared for request in group)
        computed += 0 if self._filled else self._shared
        self._filled += len(group)
        if self.prefilled:
            logits = torch.cat(self._logits)
            self._logits.clear()
            self._write(self._chooser.choose(logits))
        return computed

    def _prefill_shared(self) -> None:
        """Compute the shared beginning in the first row and give it to all."""
        planned, device = self.requests[0].planned, self._loaded.device
        positions = torch.cat([torch.arange(self._shared)[None], planned.positions[:, : self._shared]])
        self._loaded.model(
            input_ids=planned.ids[None, : self._shared].to(device),
            position_ids=positions[:, None].to(device),
            past_key_values=self._cache.view(slice(0, 1)),
            use_cache=True,
            logits_to_keep=1,
        )
        self._cache.spread(self._shared)

    def _decode(self) -> int:
        rows = len(self._live)
        self._used += 1
        outputs = self._loaded.model(
            input_ids=self._tokens[:, None],
            position_ids=self._next,
            attention_mask=self._mask[:, : self._used] if self._padded else None,
            past_key_values=self._cache.view(slice(None), self._used - 1),
            use_cache=True,
            logits_to_keep=1,
        )
        self._next = self._next + 1
        self._write(self._chooser.choose(outputs.logits[:, -1]))
        return rows

    def _write(self, tokens: torch.Tensor) -> None:
        """Hand each row its token; drop finished rows when they are half of the batch."""
        ends = self._loaded.end_ids if not self._ignore_end else frozenset()
        for request, token in zip(self._live, tokens.tolist(), strict=True):
            if not request.done:
                request.push(token, ends=token in ends)
        self._tokens = tokens
        alive = [row for row, request in enumerate(self._live) if not request.done]
        if len(alive) <= len(self._live) // 2:
            self._keep(alive)

    def _keep(self, alive: list[int]) -> None:
        self._live = [self._live[row] for row in alive]
        if alive:
            rows = torch.tensor(alive, device=self._loaded.device)
            self._cache.keep(rows)
            self._chooser.keep(rows)
            self._mask, self._tokens = self._mask[rows], self._tokens[rows]
            self._next = self._next[:, rows]

    def _make_mask(self, lengths: torch.Tensor) -> torch.Tensor:
        """Return 1 for tokens and 0 for padding: (rows, capacity)."""
        columns = torch.arange(self._capacity)
        padding = (self._length - lengths)[:, None]
        return ((columns < self._shared) | (columns >= self._shared + padding)).long()

    def _inputs(self, group: Sequence[Request]) -> dict[str, torch.Tensor]:
        """Return what a group does not share as tensors, padded on the left: answers begin in one column."""
        shared = self._shared
        ids = torch.zeros(len(group), self._length - shared, dtype=torch.long)
        positions = torch.zeros(4, *ids.shape, dtype=torch.long)
        for row, request in enumerate(group):
            planned, start = request.planned, self._length - len(request.planned)
            ids[row, start:] = planned.ids[shared:]
            positions[0, row, start:] = torch.arange(shared, len(planned))
            positions[1:, row, start:] = planned.positions[:, shared:]
        device = self._loaded.device
        inputs = {"input_ids": ids.to(device), "position_ids": positions.to(device)}
        grids = [layout.grid for request in group for layout in request.planned.layouts]
        if grids:
            patches = torch.cat([patch for request in group for patch in request.patches])
            inputs["pixel_values_videos"] = pixel_values(patches.to(device), self._loaded.dtype)
            inputs["video_grid_thw"] = torch.tensor(grids, device=device)
        return inputs


def shared_beginning(requests: Sequence[Request]) -> int:
    """Return how many tokens of text all prompts begin with; 0 when that is too few to matter.

    It ends before the last token of the shortest prompt: each row needs one of its own to go on from.
    """
    if len(requests) < 2:
        return 0
    shortest = min(len(request.planned) for request in requests) - 1
    ids = torch.stack([request.planned.ids[:shortest] for request in requests])
    types = torch.stack([request.planned.types[:shortest] for request in requests])
    alike = ((ids == ids[0]) & (types == 0)).all(dim=0)
    shared = int(alike.long().cumprod(0).sum())
    return shared if shared >= LEAST_SHARED else 0
