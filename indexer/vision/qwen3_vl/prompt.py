"""From messages and frames to the model's tokens: the chat form, the place of each video, the limit.

Everything that a message carries is data, down to file names and text read off a screen, so the model's own
control tokens are taken out of it; only the chat template and the packing write them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from indexer.errors import VisionError
from indexer.timeline import Frame, Span
from indexer.vision.qwen3_vl.budget import VideoBudget, fit
from indexer.vision.qwen3_vl.loading import LoadedModel
from indexer.vision.qwen3_vl.packing import VIDEO_SLOT, VideoLayout, lay_out, pack
from indexer.vision.thinning import thin

FRAMES = "frames"
"""Type of a content part that holds frames; the other type is "text"."""
_VIDEO_TYPE = 2
"""What ``mm_token_type_ids`` says of a video token; text is 0."""
_CONTROL = re.compile(r"<(?=\|\w+\|>|/?tool_(?:call|response)>)")


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames within a prompt."""

    frames: tuple[Frame, ...]
    budget: VideoBudget
    span: Span | None = None
    """The stretch that the frames stand for."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text in the chat form, with one `VIDEO_SLOT` for each clip, in their order."""

    text: str
    clips: tuple[Clip, ...] = ()

    def __post_init__(self) -> None:
        slots = self.text.count(VIDEO_SLOT)
        if slots != len(self.clips):
            raise ValueError(f"a prompt has a slot for each clip, got {slots} for {len(self.clips)}")


@dataclass(frozen=True, slots=True, eq=False)
class PlannedPrompt:
    """A prompt's tokens and positions: all but the pixels, so that batches are sorted before packing."""

    ids: torch.Tensor
    """int64, shape (tokens,)."""
    types: torch.Tensor
    """int64, shape (tokens,): 2 for video tokens, 0 for text."""
    positions: torch.Tensor
    """int64, shape (3, tokens): time, row and column for the rotary embedding."""
    delta: int
    """What is added to a later token's number to get its position: a video has more tokens than steps."""
    clips: tuple[Clip, ...]
    """As they are shown: thinned to the frames that fit."""
    layouts: tuple[VideoLayout, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def pack(self) -> list[torch.Tensor]:
        """Return the patches of each clip, uint8."""
        return [pack(clip.frames, layout) for clip, layout in zip(self.clips, self.layouts, strict=True)]


def render(
    tokenizer: PreTrainedTokenizerBase,
    messages: Sequence[Mapping[str, Any]],
    budget: VideoBudget,
    tools: Sequence[Mapping[str, Any]] | None = None,
) -> Prompt:
    """Write messages in the model's chat form, up to where its answer begins.

    Args:
        tokenizer: Its chat template is used; without one the same form is written here.
        messages: Dicts of "role" and "content", which is a text or a list of parts: ``{"type": "text",
            "text": …}`` or ``{"type": "frames", "frames": …, "span": … or absent}``. Assistant messages may
            have "tool_calls", as chat templates take them.
        budget: What each part of frames may cost.
        tools: JSON schemas of functions that the model may call.

    Raises:
        VisionError: There are tools, and the tokenizer has no chat template to show them.
    """
    clips = tuple(
        Clip(tuple(part["frames"]), budget, part.get("span"))
        for message in messages
        if not isinstance(message.get("content"), str)
        for part in message.get("content") or ()
        if part["type"] == FRAMES
    )
    plain = [_plain(message) for message in messages]
    if tokenizer.chat_template:
        text = tokenizer.apply_chat_template(
            plain,
            tools=[dict(tool) for tool in tools] if tools else None,
            tokenize=False,
            add_generation_prompt=True,
        )
        return Prompt(str(text), clips)
    if tools:
        raise VisionError("this model's tokenizer has no chat template, so it cannot be shown tools")
    return Prompt("".join(map(_turn, plain)) + "<|im_start|>assistant\n", clips)


def plan(loaded: LoadedModel, prompt: Prompt, limit: int) -> PlannedPrompt:
    """Lay a prompt out in tokens; a prompt over the limit has the frames of its clips thinned evenly.

    Args:
        loaded: The model whose tokens they are.
        prompt: Made by `render`.
        limit: Most tokens that it may have.

    Raises:
        VisionError: Even with one frame in each clip it has more.
    """
    counts = [len(clip.frames) for clip in prompt.clips]
    while True:
        # Always thinned from all frames: thinning twice would leave holes of several widths.
        sizes = [
            fit(clip.frames[:count], clip.budget) for clip, count in zip(prompt.clips, counts, strict=True)
        ]
        clips = tuple(
            replace(clip, frames=thin(clip.frames, count))
            for clip, (_, _, count) in zip(prompt.clips, sizes, strict=True)
        )
        layouts = tuple(
            lay_out(clip.frames, height, width, span=clip.span)
            for clip, (height, width, _) in zip(clips, sizes, strict=True)
        )
        ids = loaded.tokenizer.encode(_expand(prompt.text, layouts), add_special_tokens=False)
        if len(ids) <= limit:
            return _position(loaded, torch.tensor(ids), clips, layouts)
        if all(len(clip.frames) == 1 for clip in clips):
            raise VisionError(
                f"the question and what belongs to it have {len(ids):,} tokens; {limit:,} fit. Ask about "
                "less, or begin a new conversation"
            )
        counts = [_fewer(len(clip.frames), limit / len(ids)) for clip in clips]


def _position(
    loaded: LoadedModel, ids: torch.Tensor, clips: tuple[Clip, ...], layouts: tuple[VideoLayout, ...]
) -> PlannedPrompt:
    """Ask the model for the positions of its tokens; on the CPU, so that the GPU is not held up."""
    types = (ids == loaded.video_id).long() * _VIDEO_TYPE
    expected = sum(layout.tokens for layout in layouts)
    if int((types > 0).sum()) != expected:
        raise VisionError(f"the prompt has {int((types > 0).sum())} video tokens, and its frames {expected}")
    grids = torch.tensor([layout.grid for layout in layouts]) if layouts else None
    positions, delta = loaded.model.model.get_rope_index(ids[None], types[None], video_grid_thw=grids)
    return PlannedPrompt(ids, types, positions[:, 0], int(delta), clips, layouts)


def _fewer(count: int, share: float) -> int:
    return max(1, min(count - 1, int(count * share)))


def _expand(text: str, layouts: Sequence[VideoLayout]) -> str:
    """Put each video's marks and placeholders in its slot."""
    before, *rest = text.split(VIDEO_SLOT)
    return before + "".join(layout.text() + after for layout, after in zip(layouts, rest, strict=True))


def _plain(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as chat templates take it: frames as videos, and no control tokens in what it says."""
    plain = {key: _harmless(value) for key, value in message.items() if key != "content"}
    content = message.get("content")
    if content is None or isinstance(content, str):
        return plain | {"content": _harmless(content or "")}
    parts = [
        {"type": "video"} if part["type"] == FRAMES else {"type": "text", "text": _harmless(part["text"])}
        for part in content
    ]
    return plain | {"content": parts}


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        return _CONTROL.sub("< ", value)
    if isinstance(value, Mapping):
        return {key: _harmless(item) for key, item in value.items()}
    return [_harmless(item) for item in value] if isinstance(value, list | tuple) else value


def _turn(message: Mapping[str, Any]) -> str:
    """Write one message as the released chat template does."""
    content = message["content"]
    if not isinstance(content, str):
        content = "".join(part.get("text", VIDEO_SLOT) for part in content)
    return f"<|im_start|>{message['role']}\n{content}<|im_end|>\n"
