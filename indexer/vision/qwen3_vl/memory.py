"""How many looks fit into the memory at once: an estimate, which running out of memory corrects."""

from __future__ import annotations

import torch

from indexer.vision.qwen3_vl.generation import PREFILL_TOKENS
from indexer.vision.qwen3_vl.loading import LoadedModel

MOST_ROWS = 64
"""Beyond that a batch answers later without answering more."""
ROWS_ON_CPU = 4
_SHARE_TO_USE = 0.85
_PREFILL_COPIES = 12
"""Activations that live at once, in hidden sizes a token, of the language model and the vision tower."""


def free_bytes(loaded: LoadedModel) -> int | None:
    """Return the memory that is free beside the weights while nothing runs; None on the CPU."""
    if loaded.device.type != "cuda":
        return None
    torch.cuda.empty_cache()
    return torch.cuda.mem_get_info(loaded.device)[0]


def rows_that_fit(loaded: LoadedModel, tokens: int, free: int | None) -> int:
    """Return how many rows one batch may have, at least 1.

    Args:
        loaded: The model.
        tokens: Of the longest row, its answer included.
        free: Of `free_bytes`.
    """
    if free is None:
        return ROWS_ON_CPU
    room = free * _SHARE_TO_USE - prefill_bytes(loaded)
    return max(1, min(MOST_ROWS, int(room // (tokens * cache_bytes_per_token(loaded)))))


def cache_bytes_per_token(loaded: LoadedModel) -> int:
    """Return what the keys and values of one token take: 147 kB for the 4B model in 16 bits."""
    config = loaded.text_config
    values = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim
    return int(values * loaded.dtype.itemsize)


def prefill_bytes(loaded: LoadedModel) -> int:
    """Return what computing one group of prompts takes beside the cache."""
    config = loaded.text_config
    widths = _PREFILL_COPIES * config.hidden_size + 3 * config.intermediate_size
    return int(PREFILL_TOKENS * widths * loaded.dtype.itemsize)
