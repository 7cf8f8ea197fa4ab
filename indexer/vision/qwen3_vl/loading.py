"""From a folder of weights to a model that runs: device, precision, attention, quantisation."""

from __future__ import annotations

import importlib.util
import json
import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, AutoTokenizer, PreTrainedTokenizerBase

from indexer.errors import SettingsError, VisionError
from indexer.vision.qwen3_vl.arrival import telling
from indexer.vision.qwen3_vl.attention import stack_frames
from indexer.vision.qwen3_vl.extras import missing_for_4bit
from indexer.vision.qwen3_vl.packing import VIDEO_PAD, VISION_END, VISION_START
from indexer.vision.qwen3_vl.sizes import Form, form_of, size_of
from indexer.vision.qwen3_vl.weights import Weights

log = logging.getLogger(__name__)

MODEL_TYPES = ("qwen3_vl", "qwen3_vl_moe")
QUANTIZATIONS = ("4bit",)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """One set of weights with its tokenizer, on one device."""

    model: Any
    """A ``Qwen3VLForConditionalGeneration`` or its mixture of experts, in evaluation mode."""
    tokenizer: PreTrainedTokenizerBase
    device: torch.device
    dtype: torch.dtype
    """Of the activations."""
    end_ids: frozenset[int]
    """Tokens that end an answer."""

    @property
    def text_config(self) -> Any:
        """Configuration of the language model: layers, heads, context."""
        return self.model.config.text_config

    @property
    def video_id(self) -> int:
        """Token that stands for 32×32 pixels of two frames."""
        return int(self.model.config.video_token_id)


def load(
    weights: Weights, *, device: str | None = None, quantize: str | None = None, attention: str | None = None
) -> LoadedModel:
    """Load a model; safetensors only, and never code from its repository.

    AutoProcessor is not used: it needs torchvision. Variants that are published quantised, FP8 or AWQ, say
    so in their own configuration and load as any other.

    Args:
        weights: Which model.
        device: "cuda", "cuda:1", "cpu"; None takes the GPU when there is one.
        quantize: "4bit" quantises while loading, with bitsandbytes; None keeps 16 bits.
        attention: Kernel as transformers calls it, "sdpa", "flash_attention_2"; None takes the best one.

    Raises:
        VisionError: The weights are not here, are no Qwen3-VL, or do not fit into memory.
        SettingsError: The quantisation is unknown.
    """
    target = pick_device(device)
    extra = _placement(target) | _quantization(weights, target, quantize)
    folder = weights.fetch()
    _check_type(folder)
    log.debug("loading %s on %s", folder, target)
    try:
        with telling(f"Loading {weights.name}"):
            # transformers' own type information is lost behind its lazy imports
            loader: Any = AutoModelForImageTextToText
            model = loader.from_pretrained(
                folder,
                dtype=pick_dtype(target),
                attn_implementation=attention or pick_attention(target),
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                **extra,
            )
        if "device_map" not in extra:
            model = model.to(target)
        if attention is None:
            tune_attention(model, target)
    except torch.OutOfMemoryError:
        raise VisionError(
            f"{weights.name} does not fit into the memory of {target}. Take a smaller one (--model 2B), or "
            "--quantize 4bit; witness doctor says which fits"
        ) from None
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        raise VisionError(f"{weights.name} in {folder} cannot be loaded: {error}") from None
    return assemble(model.eval(), _load_tokenizer(folder), target)


def assemble(model: Any, tokenizer: PreTrainedTokenizerBase, device: torch.device) -> LoadedModel:
    """Put a model and its tokenizer together; both may come from anywhere, random weights included.

    Raises:
        VisionError: The tokenizer is not that of a Qwen3-VL.
    """
    for token in (VISION_START, VIDEO_PAD, VISION_END):
        if len(tokenizer.encode(token, add_special_tokens=False)) != 1:
            raise VisionError(f"the tokenizer does not know {token}, so it is not that of a Qwen3-VL")
    ends: set[int] = set()
    for end in (
        model.generation_config.eos_token_id,
        model.config.text_config.eos_token_id,
        tokenizer.eos_token_id,
    ):
        ends |= set(end) if isinstance(end, Collection) else {end}
    return LoadedModel(model, tokenizer, device, pick_dtype(device), frozenset(ends - {None}))


def pick_device(device: str | None) -> torch.device:
    """Return the device asked for, or the GPU when there is one."""
    return torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))


def pick_dtype(device: torch.device) -> torch.dtype:
    """Return bfloat16 on a GPU, in which the model was trained; float32 on a CPU, which is faster there."""
    return torch.bfloat16 if device.type == "cuda" else torch.float32


def pick_attention(device: torch.device) -> str:
    """Return flash attention where it is installed: it takes all frames of a batch in one call."""
    if device.type == "cuda" and importlib.util.find_spec("flash_attn") is not None:
        return "flash_attention_2"
    return "sdpa"


def tune_attention(model: Any, device: torch.device) -> None:
    """Spare a GPU thousands of small calls where flash attention is not there to do it."""
    if device.type == "cuda" and model.config._attn_implementation == "sdpa":
        stack_frames(model)


def _placement(device: torch.device) -> dict[str, Any]:
    """Return what reads the weights straight to the GPU, with accelerate; without it they are moved later."""
    if device.type != "cuda" or importlib.util.find_spec("accelerate") is None:
        return {}
    return {"device_map": {"": device}}


def _quantization(weights: Weights, device: torch.device, quantize: str | None) -> dict[str, Any]:
    """Return what from_pretrained needs to quantise while loading."""
    if quantize is None:
        return {}
    if quantize not in QUANTIZATIONS:
        raise SettingsError(f"quantize = {quantize!r} is not known; allowed: {', '.join(QUANTIZATIONS)}")
    size = size_of(weights.name)
    if size is not None and not size.quantizes:
        raise VisionError(f"{size.short_name} cannot be quantised while loading; take {size.short_name}-FP8")
    if form_of(weights.name) is not Form.BF16:
        raise VisionError(f"{weights.name} is published in {form_of(weights.name)}; leave --quantize out")
    if missing := missing_for_4bit():
        raise VisionError(missing)
    if device.type != "cuda":
        raise VisionError(
            "--quantize 4bit needs a CUDA GPU; leave it out on the CPU, or use --vision observer"
        )
    from transformers import BitsAndBytesConfig

    make: Any = BitsAndBytesConfig
    settings = make(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=pick_dtype(device),
        llm_int8_skip_modules=["visual", "lm_head"],
    )
    return {"quantization_config": settings}


def _check_type(folder: Path) -> None:
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind not in MODEL_TYPES:
        raise VisionError(
            f"{folder} holds a {kind} and no Qwen3-VL; take 2B, 4B, 8B or a folder of one of them"
        )


def _load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    loader: Any = AutoTokenizer
    tokenizer: PreTrainedTokenizerBase = loader.from_pretrained(
        folder, trust_remote_code=False, local_files_only=True
    )
    return tokenizer
