"""The vision tower's attention, all frames of a batch in one call.

Patches attend to patches of their own temporal patch only. With ``sdpa`` the library therefore calls the
kernel once for each of them: 512 times a layer for a batch of 64 captions. Flash attention takes all of them
at once, but is not installed everywhere. Temporal patches of one video are equally large, so here they are
stacked and given to the same kernel as a batch.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

STACKED = "stacked_frames_flash_sdpa"
"""Its name among transformers' kernels. The library gives the lengths of the runs, instead of calling once
for each of them, to kernels that have "flash" in their name."""


def attend_within_frames(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float,
    cu_seq_lens_q: torch.Tensor,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attend within runs of patches.

    Args:
        module: The attention layer; not needed.
        query: Shape (1, heads, patches, size); so are key and value.
        key: See query.
        value: See query.
        attention_mask: None.
        scaling: Of the products.
        cu_seq_lens_q: Where the runs begin and end, shape (runs + 1,).

    Returns:
        Shape (1, patches, heads, size), and no weights.
    """
    lengths = torch.diff(cu_seq_lens_q).tolist()
    attended, start = [], 0
    for length, alike in groupby(lengths):
        end = start + length * len(list(alike))
        queries, keys, values = (_stack(tensor[0, :, start:end], length) for tensor in (query, key, value))
        stacked = scaled_dot_product_attention(queries, keys, values, scale=scaling)
        attended.append(stacked.transpose(1, 2).flatten(0, 1))  # (patches, heads, size)
        start = end
    return torch.cat(attended)[None], None


def _stack(states: torch.Tensor, length: int) -> torch.Tensor:
    """Cut (heads, patches, size) into runs: (runs, heads, length, size)."""
    heads, _, size = states.shape
    return states.reshape(heads, -1, length, size).transpose(0, 1)


def stack_frames(model: Any) -> None:
    """Let a model's vision tower, which was made for ``sdpa``, attend this way.

    The choice goes past the library's own setter: that one takes the name for a kernel to be downloaded.
    """
    AttentionInterface.register(STACKED, attend_within_frames)
    model.model.visual.config._attn_implementation_internal = STACKED
