"""Keys and values of a batch, in room that is reserved once.

The library's dynamic cache copies everything that it holds for each new token: at 64 rows of 1,500 tokens of
the 4B model 14 GB a step. Here a step writes its own keys and values and nothing else. Rows are filled group
by group, so that a large batch is not computed in one piece that a waiting person has to sit through.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import Cache, DynamicLayer


class _Store:
    """One layer's keys and values: (rows, heads, capacity, head size), made at the first write."""

    def __init__(self, rows: int, capacity: int) -> None:
        self.rows, self.capacity = rows, capacity
        self.keys = self.values = torch.empty(0)

    def reserve(self, like: torch.Tensor) -> None:
        if not self.keys.numel():
            shape = (self.rows, like.shape[1], self.capacity, like.shape[3])
            self.keys, self.values = like.new_empty(shape), like.new_empty(shape)


class _Layer(DynamicLayer):  # type: ignore[no-untyped-call]
    """What the library sees of a store: some of its rows, as far as they are written."""

    def __init__(self, store: _Store, rows: slice, used: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._store, self._rows, self._used = store, rows, used
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write new keys and values behind the last ones; return all of them."""
        self._store.reserve(key_states)
        start, self._used = self._used, self._used + key_states.shape[2]
        keys, values = self._store.keys[self._rows], self._store.values[self._rows]
        keys[:, :, start : self._used] = key_states
        values[:, :, start : self._used] = value_states
        return keys[:, :, : self._used], values[:, :, : self._used]

    def get_seq_length(self) -> int:
        """Return how many tokens are written."""
        return self._used


class ReservedCache:
    """The cache of one batch."""

    def __init__(self, layers: int, rows: int, capacity: int) -> None:
        self._stores = [_Store(rows, capacity) for _ in range(layers)]

    def view(self, rows: slice, used: int = 0) -> Cache:
        """Return some rows as the library's cache; writing to it fills this one.

        Args:
            rows: Which rows.
            used: Tokens that are written already.
        """
        return Cache(layers=[_Layer(store, rows, used) for store in self._stores])

    def spread(self, used: int) -> None:
        """Give the first row's first tokens to all rows: prompts that begin alike are computed alike once."""
        for store in self._stores:
            for tensor in (store.keys, store.values):
                tensor[1:, :, :used] = tensor[:1, :, :used]

    def keep(self, rows: torch.Tensor) -> None:
        """Forget all rows but these, layer by layer, so that little room is needed meanwhile."""
        for store in self._stores:
            store.keys, store.values = store.keys[rows], store.values[rows]
            store.rows = len(rows)
