"""An answer as the documented JSON object of ``witness ask --json``."""

from __future__ import annotations

from typing import Any

from assistant.answer import Answer, Claim, Step, VideoCoverage
from indexer.clock.start import WallSpan
from indexer.timeline import Span


def answer_json(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """Write an answer for programs; ``explain`` adds how it came about."""
    told = {
        "question": answer.question,
        "answer": answer.text,
        "citations": [
            {
                "video": citation.video,
                "video_id": citation.video_id,
                **_span(citation.span),
                "source": citation.source.value,
                "frame_seconds": list(citation.frame_seconds),
                "wall_clock": _wall(citation.wall),
            }
            for citation in answer.citations
        ],
        "claims": [_claim(claim) for claim in answer.claims],
        "coverage": [_coverage(entry) for entry in answer.coverage],
        "steps": [_step(step, explain=explain) for step in answer.steps],
        "models": {
            "chat": answer.models.chat,
            "vision": answer.models.vision,
            "embedding": answer.models.embedding,
        },
    }
    return {**told, "reading": list(answer.reading)} if explain else told


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "text": claim.text,
        "verdict": claim.verdict.value,
        "reason": claim.reason,
        "spans": [{"video_id": each.video_id, **_span(each.span)} for each in claim.spans],
    }


def _coverage(entry: VideoCoverage) -> dict[str, Any]:
    return {
        "video": entry.video,
        "video_id": entry.coverage.video_id,
        "inspected": [_span(span) for span in entry.coverage.inspected],
        "not_inspected": [
            {**_span(unseen.span), "reason": unseen.reason} for unseen in entry.coverage.not_inspected
        ],
        "still": [_span(span) for span in entry.still],
        "looks": [
            {
                **_span(look.span),
                "frames": look.frames,
                "frames_per_second": round(look.frames_per_second, 2),
            }
            for look in entry.looks
        ],
        **({"reason": entry.reason} if entry.reason else {}),
    }


def _step(step: Step, *, explain: bool) -> dict[str, Any]:
    told = {"tool": step.tool, "arguments": step.arguments, "seconds": round(step.seconds, 3)}
    if not explain:
        return told
    looks = [
        {
            "video": look.video,
            **_span(look.looked.span),
            "frames": look.looked.frames,
            "frames_per_second": round(look.looked.frames_per_second, 2),
            "model": look.model,
        }
        for look in step.looks
    ]
    retrieved = [{"video": one.video, **_span(one.span), "ranks": one.ranks} for one in step.retrieved]
    return {**told, "why": step.why, "result": step.result, "retrieved": retrieved, "looks": looks}


def _wall(wall: WallSpan | None) -> dict[str, Any] | None:
    if wall is None:
        return None
    return {
        "start": wall.start.isoformat(timespec="milliseconds"),
        "end": wall.end.isoformat(timespec="milliseconds"),
        "error_seconds": round(wall.error_seconds, 3),
    }


def _span(span: Span) -> dict[str, float]:
    return {"start_seconds": span.start_seconds, "end_seconds": span.end_seconds}
