"""From prepared segments to captions: one look each, asked once more where the reply did not parse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import prompts
from indexer.parts import Indexer
from indexer.segmenting.sampling import choose_frames
from indexer.segmenting.segments import WalkedSegment
from indexer.timeline import Caption, Event, Span
from indexer.vision.captions import parse_caption
from indexer.vision.model import Look, Reply, VisionModel

_CAPTION_TOKENS = 1024
_CUT_WORDS = "changes at once to another view, as at a cut of the scene"
_CUT_SECONDS = 0.1
"""Length given to a cut, which has none, so that it can be found and cited."""


def caption_look(indexer: Indexer, walked: WalkedSegment) -> Look | None:
    """Return what the vision model is asked about a segment; None when there is nothing to look at."""
    frames = choose_frames(walked.frames, walked.span, indexer.vision.caption_budget)
    if not frames:
        return None
    # In plain seconds, as the marks before the frames are written.
    span = f"{walked.span.start_seconds:g}–{walked.span.end_seconds:g} s"
    prompt = prompts.load(
        "caption", span=span, language=indexer.settings.language, watch=_watch(indexer.settings.watch)
    )
    return Look(frames, walked.span, prompt, Reply.CAPTION, max_new_tokens=_CAPTION_TOKENS)


def _watch(watched: Sequence[str]) -> str:
    if not watched:
        return ""
    return prompts.load("watch", watch="; ".join(f'"{each}"' for each in watched))


def caption(vision: VisionModel, looks: Sequence[Look]) -> list[Caption]:
    """Have the model caption segments, in order. A reply that does not parse is asked for once more.

    What is still broken then is kept as plain text, with ``well_formed`` False.

    Raises:
        VisionError: The model does not answer.
    """
    captions = _captions(vision, looks)
    broken = [number for number, each in enumerate(captions) if not each.well_formed]
    if not broken or not vision.judges:
        return captions
    second = _captions(vision, [_asked_again(looks[number]) for number in broken])
    for number, mended in zip(broken, second, strict=True):
        if mended.well_formed:  # a second broken reply is no better than the first
            captions[number] = mended
    return captions


def _captions(vision: VisionModel, looks: Sequence[Look]) -> list[Caption]:
    replies = vision.look(looks)
    return [parse_caption(reply, look.span) for reply, look in zip(replies, looks, strict=True)]


def _asked_again(look: Look) -> Look:
    return replace(look, prompt=prompts.load("repair", prompt=look.prompt))


def with_cut(caption: Caption, span: Span) -> Caption:
    """Add the cut that a segment starts with: all its frames lie behind it, so no model can see it."""
    end_seconds = min(span.start_seconds + _CUT_SECONDS, span.end_seconds)
    cut = Event(Span(span.start_seconds, end_seconds), "the picture", _CUT_WORDS)
    return replace(caption, events=(cut, *caption.events))
