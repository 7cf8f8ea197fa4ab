"""Look again at the frames of a span."""

from __future__ import annotations

from collections.abc import Sequence

import prompts
from assistant.answer import Source
from assistant.data import as_data
from assistant.evidence import Evidence, Findings
from assistant.replies import read_reply
from assistant.tools.context import Result, ToolContext, say_evidence, searched_part
from assistant.turn import Mode, Turn
from indexer.library.records import VideoRecord
from indexer.plurals import counted
from indexer.timeline import Frame, Span, subtract_spans, unseen_within
from indexer.vision.model import FrameBudget, Look, Reply, frames_shown

_AROUND_SECONDS = 2.0
"""What a model that measures is shown before and after a short stretch: within a second, a slow thing hardly
leaves its own place, and what it uncovers looks like a thing too."""


def look(context: ToolContext, record: VideoRecord, span: Span, question: str, turn: Turn) -> Result:
    """Have the vision model look at a span's frames with a question, and tell what it says.

    One day a chat model that takes images could be handed the frames themselves here.
    """
    handle, judges = context.library.handle(record), context.vision.judges
    requests = _requests(context, record, span, _prompt(record, span, question, turn, context.language))
    if not requests:
        findings = Findings(searched=(searched_part(context.library, record, span),))
        return f"Nothing of {span} could be seen when {handle} was decoded.", findings.to_artifact()
    with context.looking:
        replies = context.vision.look(requests)
        shown = [_of_span(frames_shown(context.vision, each), each.told or each.span) for each in requests]
    evidence = tuple(
        Evidence(
            handle,
            record.video_id,
            each.told or each.span,
            Source.LOOK,
            read_reply(reply, each.told or each.span, around=each.span, judges=judges),
            tuple(frame.pts_seconds for frame in frames),
            judged=judges,
        )
        for each, reply, frames in zip(requests, replies, shown, strict=True)
    )
    findings = Findings(evidence=evidence, vision=context.vision.name)
    densities = [_density(frames, entry.span) for entry, frames in zip(evidence, shown, strict=True)]
    body = replies[0] if judges else say_evidence(evidence)
    return "\n".join([*densities, as_data(f"{handle}\n{body}")]), findings.to_artifact()


def _requests(context: ToolContext, record: VideoRecord, span: Span, prompt: str) -> list[Look]:
    """Return one look for a model that judges; else one for each part between what could not be seen.

    What is measured from a frame before such a stretch to one behind it never happened.
    """
    judges, budget = context.vision.judges, context.vision.look_budget
    around = span if judges else _around(record, span, budget)
    frames = context.library.frames_in(record.video_id, around, budget)
    gaps = unseen_within(around, record.unseen)
    parts = subtract_spans(around, gaps)
    if not parts and not any(around.contains(frame.pts_seconds) for frame in frames):
        return []  # there is only what was displayed before it
    looks = []
    for part in [around] if judges or len(parts) < 2 else parts:
        own = frames if part == around else [each for each in frames if part.contains(each.pts_seconds)]
        told = part.intersect(span)
        if own and told is not None:
            # A measuring model ignores the prompt, and its events are exact in the caption's form only.
            reply = Reply.TEXT if judges else Reply.CAPTION
            looks.append(Look(tuple(own), part, prompt, reply, told=None if told == part else told))
    return looks


def _around(record: VideoRecord, span: Span, budget: FrameBudget) -> Span:
    """Return a short stretch with what surrounds it, as long as that does not thin its own frames.

    It ends where what could not be decoded begins: no frame is displayed there.
    """
    seen = span.duration_seconds - sum(gap.duration_seconds for gap in unseen_within(span, record.unseen))
    left = budget.max_frames / budget.frames_per_second - seen
    reach = max(0.0, min(_AROUND_SECONDS, left / 2))
    gaps = [gap.span for gap in record.unseen]
    first = max((gap.end_seconds for gap in gaps if gap.end_seconds <= span.start_seconds), default=0.0)
    last = min(
        (gap.start_seconds for gap in gaps if gap.start_seconds >= span.end_seconds),
        default=record.duration_seconds,
    )
    return Span(max(first, span.start_seconds - reach), min(last, span.end_seconds + reach))


def _of_span(frames: Sequence[Frame], span: Span) -> Sequence[Frame]:
    """Return the frames of a span: those that begin in it, or else the one that is displayed then."""
    inside = [frame for frame in frames if span.start_seconds - 1e-6 <= frame.pts_seconds < span.end_seconds]
    before = [frame for frame in frames if frame.pts_seconds < span.start_seconds]
    return inside or before[-1:] or frames[:1]


def _prompt(record: VideoRecord, span: Span, question: str, turn: Turn, language: str) -> str:
    stretch = stretch_in_words(record, span)
    if turn.mode is Mode.CLASSIFY:
        actions = "\n".join(f"- {action}" for action in turn.actions)
        return prompts.load("classify", span=stretch, actions=actions, language=language)
    if turn.mode in (Mode.TIMELINE, Mode.SAFETY):
        return prompts.load(turn.mode.value, span=stretch, language=language)
    return prompts.load("look", span=stretch, question=question, language=language)


def stretch_in_words(record: VideoRecord, span: Span) -> str:
    """Write a stretch as prompts name it, with what of it could not be seen."""
    if gaps := unseen_within(span, record.unseen):
        return prompts.load("unseen", span=_seconds(span), unseen=", ".join(map(_seconds, gaps)))
    return _seconds(span)


def _seconds(span: Span) -> str:
    return f"{span.start_seconds:g}–{span.end_seconds:g} s"


def _density(frames: Sequence[Frame], span: Span) -> str:
    rate = len(frames) / span.duration_seconds
    warning = "; what is shorter than the gaps may be missed, look at a shorter span" if rate < 1 else ""
    return f"Looked again at {span}: {counted(len(frames), 'frame')}, {rate:.2g} per second{warning}."
