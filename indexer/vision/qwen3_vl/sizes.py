"""Which released Qwen3-VL fits which GPU, reckoned from published numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

GIB = 2**30

_WORKING_TOKENS = 16_384
"""Tokens whose keys and values must have room: one second look of 12,000, or six captions at once."""
_WORKING_BYTES = int(1.5 * GIB)
"""Assumed for activations and the runtime."""


class Form(StrEnum):
    """How weights are kept in memory."""

    BF16 = "bf16"
    FP8 = "FP8"
    """Published so; for GPUs from Ada on."""
    FOUR_BIT = "4bit"
    """Made so while loading: NF4 in blocks of 64 with a 32-bit scale each. Or published so, as AWQ."""


_BYTES = {Form.BF16: 2.0, Form.FP8: 1.0, Form.FOUR_BIT: 0.5625}


@dataclass(frozen=True, slots=True)
class ModelSize:
    """One released model."""

    short_name: str
    repo: str
    parameters: float
    kept_parameters: float
    """Those of the vision tower, the embeddings and the output layer, which stay in 16 bits in every form."""
    cache_bytes_per_token: int
    """Keys and values: 2 × layers × heads × 128 numbers of 16 bits."""
    quantizes: bool = True
    """False for a mixture of experts: bitsandbytes leaves fused experts as they are."""

    def weight_bytes(self, form: Form = Form.BF16) -> int:
        """Return the size of the weights in memory, which for published forms is that of the download."""
        others = self.parameters - self.kept_parameters
        return int(self.kept_parameters * _BYTES[Form.BF16] + others * _BYTES[form])

    def memory_bytes(self, form: Form = Form.BF16) -> int:
        """Return what it takes to run: the weights, a second look, the runtime."""
        return self.weight_bytes(form) + _WORKING_TOKENS * self.cache_bytes_per_token + _WORKING_BYTES

    def fits(self, memory_bytes: int, form: Form = Form.BF16) -> bool:
        """Tell whether it runs on a GPU with that much memory."""
        return self.memory_bytes(form) <= memory_bytes


SIZES = (
    ModelSize("2B", "Qwen/Qwen3-VL-2B-Instruct", 2.13e9, 0.72e9, 114_688),
    ModelSize("4B", "Qwen/Qwen3-VL-4B-Instruct", 4.44e9, 0.80e9, 147_456),
    ModelSize("8B", "Qwen/Qwen3-VL-8B-Instruct", 8.77e9, 1.82e9, 147_456),
    ModelSize("30B-A3B", "Qwen/Qwen3-VL-30B-A3B-Instruct", 31.0e9, 1.20e9, 98_304, quantizes=False),
)
_FP8_ENDING = f"-{Form.FP8}"
_FOUR_BIT_NAMES = ("AWQ", "4BIT", "NVFP4", "W4A16", "INT4")
"""How the names of repositories say that their weights are published in 4 bits."""


def repo_of(name: str) -> str:
    """Return the repository that a short name stands for, "4B" or "4B-FP8"; other names as they are."""
    plain = name.removesuffix(_FP8_ENDING)
    size = next((size for size in SIZES if size.short_name == plain), None)
    return size.repo + name[len(plain) :] if size else name


def size_of(name: str) -> ModelSize | None:
    """Return the released model that a name stands for, also in another form and by other publishers.

    A short name, a repository or a folder, "someone/Qwen3-VL-8B-Instruct-AWQ"; None for any other model.
    """
    title = repo_of(name).rstrip("/").rpartition("/")[2]
    return next((size for size in SIZES if title.startswith(size.repo.partition("/")[2])), None)


def form_of(name: str) -> Form:
    """Return the form in which a name's weights are published, as far as the name tells."""
    title = name.rstrip("/").rpartition("/")[2].upper()
    if any(word in title for word in _FOUR_BIT_NAMES):
        return Form.FOUR_BIT
    return Form.FP8 if Form.FP8 in title else Form.BF16


def largest_that_fits(
    memory_bytes: int, form: Form = Form.BF16, sizes: Iterable[ModelSize] = SIZES
) -> ModelSize | None:
    """Return the largest model that runs on a GPU with that much memory; None when none does.

    In 4 bits only those count that can be made so while loading.
    """
    makeable = (size for size in sizes if size.quantizes or form is not Form.FOUR_BIT)
    fitting = [size for size in makeable if size.fits(memory_bytes, form)]
    return max(fitting, key=lambda size: size.parameters, default=None)
