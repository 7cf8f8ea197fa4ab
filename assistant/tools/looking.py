"""Look again at the frames of a span."""

from __future__ import annotations

from collections.abc import Sequence

import prompts
from assistant.answer import Source
from assistant.data import as_data
from assistant.evidence import Evidence, Findings
from assistant.replies import read_reply
from assistant.tools.context import Result, ToolContext, say_evidence
from assistant.turn import Mode, Turn
from indexer.library.records import VideoRecord
from indexer.plurals import counted
from indexer.timeline import Frame, Span
from indexer.vision.model import FrameBudget, Look, Reply, frames_shown

_AROUND_SECONDS = 2.0
"""What a model that measures is shown before and after a short stretch: within a second, a slow thing hardly
leaves its own place, and what it uncovers looks like a thing too."""


def look(context: ToolContext, record: VideoRecord, span: Span, question: str, turn: Turn) -> Result:
    """Have the vision model look at a span's frames with a question, and tell what it says.

    One day a chat model that takes images could be handed the frames themselves here.
    """
    judges = context.vision.judges
    around = span if judges else _around(record, span, context.vision.look_budget)
    frames = context.library.frames_in(record.video_id, around, context.vision.look_budget)
    request = Look(
        frames=tuple(frames),
        span=around,
        told=None if around == span else span,
        prompt=_prompt(span, question, turn, context.language),
        # A measuring model ignores the prompt, and its events are exact in the caption's form only.
        reply=Reply.TEXT if judges else Reply.CAPTION,
    )
    with context.looking:
        reply = context.vision.look([request])[0]
        shown = _of_span(frames_shown(context.vision, request), span)
    handle = context.library.handle(record)
    lines = read_reply(reply, span, around=around, judges=judges)
    seconds = tuple(frame.pts_seconds for frame in shown)
    evidence = Evidence(handle, record.video_id, span, Source.LOOK, lines, seconds, judged=judges)
    findings = Findings(evidence=(evidence,), vision=context.vision.name)
    body = reply if judges else say_evidence([evidence])
    return "\n".join([_density(shown, span), as_data(f"{handle}\n{body}")]), findings.to_artifact()


def _around(record: VideoRecord, span: Span, budget: FrameBudget) -> Span:
    """Return a short stretch with what surrounds it, as long as that does not thin its own frames.

    It ends where what could not be decoded begins: no frame is displayed there.
    """
    left = budget.max_frames / budget.frames_per_second - span.duration_seconds
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


def _prompt(span: Span, question: str, turn: Turn, language: str) -> str:
    stretch = f"{span.start_seconds:g}–{span.end_seconds:g} s"
    if turn.mode is Mode.CLASSIFY:
        actions = "\n".join(f"- {action}" for action in turn.actions)
        return prompts.load("classify", span=stretch, actions=actions, language=language)
    if turn.mode in (Mode.TIMELINE, Mode.SAFETY):
        return prompts.load(turn.mode.value, span=stretch, language=language)
    return prompts.load("look", span=stretch, question=question, language=language)


def _density(frames: Sequence[Frame], span: Span) -> str:
    rate = len(frames) / span.duration_seconds
    warning = "; what is shorter than the gaps may be missed, look at a shorter span" if rate < 1 else ""
    return f"Looked again at {span}: {counted(len(frames), 'frame')}, {rate:.2g} per second{warning}."
