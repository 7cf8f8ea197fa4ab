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
from indexer.timeline import Frame, Span
from indexer.vision.model import Look, Reply, frames_shown


def look(context: ToolContext, record: VideoRecord, span: Span, question: str, turn: Turn) -> Result:
    """Have the vision model look at a span's frames with a question, and tell what it says.

    One day a chat model that takes images could be handed the frames themselves here.
    """
    frames = context.library.frames_in(record.video_id, span, context.vision.look_budget)
    judges = context.vision.judges
    request = Look(
        frames=tuple(frames),
        span=span,
        prompt=_prompt(span, question, turn, context.language),
        # A measuring model ignores the prompt, and its events are exact in the caption's form only.
        reply=Reply.TEXT if judges else Reply.CAPTION,
    )
    with context.looking:
        reply = context.vision.look([request])[0]
        shown = frames_shown(context.vision, request)
    handle = context.library.handle(record)
    lines = read_reply(reply, span, judges=judges)
    seconds = tuple(frame.pts_seconds for frame in shown)
    evidence = Evidence(handle, record.video_id, span, Source.LOOK, lines, seconds, judged=judges)
    findings = Findings(evidence=(evidence,), vision=context.vision.name)
    body = reply if judges else say_evidence([evidence])
    return "\n".join([_density(shown, span), as_data(f"{handle}\n{body}")]), findings.to_artifact()


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
    return f"Looked again at {span}: {len(frames)} frames, {rate:.2g} per second{warning}."
