"""A Qwen3-VL of the real architecture that is small enough for tests, with random weights, and a tokenizer.

The tokenizer knows the released control tokens and spells everything else out in bytes.
"""

from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3VLConfig, Qwen3VLForConditionalGeneration

from indexer.timeline import Frame, Span
from indexer.vision.model import Look, Reply
from indexer.vision.qwen3_vl.loading import LoadedModel, assemble

torch.set_num_threads(1)
"""Threads cost a model of this size more than they save, and on a busy machine a hundred times as much."""

CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
           "<|image_pad|>", "<|video_pad|>")  # fmt: skip
TAGS = ("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")
TEMPLATE = """\
{%- if tools %}<|im_start|>system
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}<|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}
{% if message.content is string %}{{ message.content }}{% else %}
{%- for part in message.content %}
{%- if part.type == 'video' %}<|vision_start|><|video_pad|><|vision_end|>{% else %}{{ part.text }}{% endif %}
{%- endfor %}{% endif %}
{%- for call in message.tool_calls or [] %}<tool_call>
{{ call | tojson }}
</tool_call>{% endfor %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def make_tokenizer() -> PreTrainedTokenizerFast:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: number for number, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in CONTROL])
    tokenizer.add_tokens([AddedToken(token, special=False) for token in TAGS])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=TEMPLATE,
    )


def make_config(tokenizer: PreTrainedTokenizerFast) -> Qwen3VLConfig:
    text = {
        "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 16, "vocab_size": len(tokenizer),
        "max_position_embeddings": 4096, "eos_token_id": tokenizer.eos_token_id, "bos_token_id": None,
        "rope_theta": 10_000.0,
        "rope_scaling": {"rope_type": "default", "mrope_interleaved": True, "mrope_section": [4, 2, 2]},
    }  # fmt: skip
    vision = {
        "hidden_size": 32, "intermediate_size": 48, "depth": 2, "num_heads": 2, "out_hidden_size": 64,
        "deepstack_visual_indexes": [0], "num_position_embeddings": 64,
    }  # fmt: skip
    ids = {
        f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{token}|>")
        for name, token in (
            ("video", "video_pad"), ("image", "image_pad"),
            ("vision_start", "vision_start"), ("vision_end", "vision_end"),
        )
    }  # fmt: skip
    return Qwen3VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=False, **ids)


def make_model(tokenizer: PreTrainedTokenizerFast) -> Qwen3VLForConditionalGeneration:
    """Random weights, with a spread that is wide enough for answers to differ from prompt to prompt.

    It writes printable letters only, so that answers can be compared as text.
    """
    torch.manual_seed(3)
    model = Qwen3VLForConditionalGeneration(make_config(tokenizer)).eval()
    letters = tokenizer.convert_tokens_to_ids([chr(code) for code in range(33, 127)])
    silent = torch.ones(len(tokenizer), dtype=torch.bool).index_fill_(0, torch.tensor(letters), False)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(6)
        model.lm_head.weight[silent] = 0
    return model


def make_loaded() -> LoadedModel:
    tokenizer = make_tokenizer()
    return assemble(make_model(tokenizer), tokenizer, torch.device("cpu"))


def make_frames(*seconds: float, seed: int = 0, height: int = 64, width: int = 96) -> tuple[Frame, ...]:
    random = np.random.default_rng(seed)
    shape = (height, width, 3)
    return tuple(Frame(time, random.integers(0, 255, shape, dtype=np.uint8)) for time in seconds)


def make_look(
    seconds: Sequence[float] = (0.0, 0.5), prompt: str = "What?", *,
    seed: int = 0, reply: Reply = Reply.CAPTION, max_new_tokens: int = 8, width: int = 96,
) -> Look:  # fmt: skip
    frames = make_frames(*seconds, seed=seed, width=width)
    span = Span(seconds[0], seconds[-1] + 0.5)
    return Look(frames, span, prompt, reply, max_new_tokens)


def unpack(patches: torch.Tensor, grid: tuple[int, int, int]) -> np.ndarray:
    """Put packed patches together to frames again: uint8, shape (frames, height, width, 3)."""
    time, rows, columns = grid
    video = patches.reshape(time, rows // 2, columns // 2, 2, 2, 3, 2, 16, 16)
    return video.permute(0, 6, 1, 3, 7, 2, 4, 8, 5).reshape(time * 2, rows * 16, columns * 16, 3).numpy()
