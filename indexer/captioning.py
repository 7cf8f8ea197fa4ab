"""From prepared segments to captions: one look each, asked once more where the reply did not parse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import prompts
from indexer.errors import VisionError
from indexer.parts import Indexer
from indexer.segmenting.sampling import spread_frames, telling_frames
from indexer.segmenting.segments import WalkedSegment
from indexer.timeline import Caption, Event, Frame, Span
from indexer.vision.captions import parse_caption
from indexer.vision.model import Look, Reply, VisionModel

_CAPTION_TOKENS = 1024
_CUT_WORDS = "changes at once to another view, as at a cut of the scene"
_CUT_SECONDS = 0.1
"""Length given to a cut, which has none, so that it can be found and cited."""


def caption_look(indexer: Indexer, walked: WalkedSegment) -> Look | None:
    """Return what the vision model is asked about a segment; None when there is nothing to look at."""
    frames = _frames(indexer.vision, walked)
    if not frames:
        return None
    prompt = prompts.load(
        "caption",
        span=_span(walked, len(frames)),
        language=indexer.settings.language,
        watch=_watch(indexer.settings.watch),
    )
    return Look(frames, walked.span, prompt, Reply.CAPTION, max_new_tokens=_CAPTION_TOKENS)


def _frames(vision: VisionModel, walked: WalkedSegment) -> tuple[Frame, ...]:
    """Choose what tells most for a model that judges; one that measures needs frames at an even rate."""
    if vision.judges:
        return telling_frames(walked, vision.caption_budget)
    return spread_frames(walked.frames, walked.span, vision.caption_budget)


def _span(walked: WalkedSegment, frames: int) -> str:
    # In plain seconds, as the marks before the frames are written.
    span = f"{walked.span.start_seconds:g}–{walked.span.end_seconds:g} s"
    return prompts.load("still", span=span) if walked.still and frames == 1 else span


def _watch(watched: Sequence[str]) -> str:
    if not watched:
        return ""
    return prompts.load("watch", watch="; ".join(f'"{each}"' for each in watched))


@dataclass(frozen=True, slots=True)
class Captions:
    """What a model said of some segments."""

    found: list[Caption | None]
    """In the order of the looks; None for those that had no answer when the model failed."""
    error: VisionError | None = None
    """Why it failed, None when it did not."""


def caption(vision: VisionModel, looks: Sequence[Look]) -> Captions:
    """Have the model caption segments, in order. A reply that does not parse is asked for once more.

    What is still broken then is kept as plain text, with ``well_formed`` False. A model that fails costs the
    answers that had not come; those that had are paid for, and returned.
    """
    first = _captions(vision, looks)
    broken = [number for number, each in enumerate(first.found) if each is not None and not each.well_formed]
    if not broken or not vision.judges or first.error is not None:
        return first
    second = _captions(vision, [_asked_again(looks[number]) for number in broken])
    found = list(first.found)
    for number, mended in zip(broken, second.found, strict=True):
        if mended is None or mended.well_formed:  # a second broken reply is no better than the first
            found[number] = mended
    return Captions(found, second.error)


def _captions(vision: VisionModel, looks: Sequence[Look]) -> Captions:
    if not looks:
        return Captions([])
    replies: Sequence[str | None]
    error = None
    try:
        replies = vision.look(looks)
    except VisionError as failure:
        error, replies = failure, failure.replies or [None] * len(looks)
    found = [
        None if reply is None else parse_caption(reply, look.span)
        for reply, look in zip(replies, looks, strict=True)
    ]
    return Captions(found, error)


def _asked_again(look: Look) -> Look:
    return replace(look, prompt=prompts.load("repair", prompt=look.prompt))


def with_cut(caption: Caption, span: Span) -> Caption:
    """Add the cut that a segment starts with: all its frames lie behind it, so no model can see it."""
    end_seconds = min(span.start_seconds + _CUT_SECONDS, span.end_seconds)
    cut = Event(Span(span.start_seconds, end_seconds), "the picture", _CUT_WORDS)
    return replace(caption, events=(cut, *caption.events))
