"""``--explain``: how an answer came about, for people."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.answer import SECOND_LOOK_STEP, Answer, Step
from indexer.plurals import counted
from indexer.timeline import format_seconds

_MAX_RETRIEVED = 10


def explain(answer: Answer) -> Iterator[str]:
    """Write the plan, every retrieval with its ranks, every look, and how each statement stands."""
    yield "Read from the question"
    yield from (f"  {line}" for line in answer.reading)
    yield "Done"
    if not answer.steps:
        yield "  nothing was looked up"
    for number, step in enumerate(answer.steps, start=1):
        yield f"  {number}. {describe_step(step)}"
        yield from (f"     {line}" for line in _details(step))
    if answer.claims:
        yield "Statements"
    for claim in answer.claims:
        reason = f" ({claim.reason})" if claim.reason else ""
        yield f"  {claim.verdict.value}{reason}: {claim.text}"
    if answer.refused_citations:
        yield f"Citations taken out: {', '.join(answer.refused_citations)}"


def describe_step(step: Step) -> str:
    """Write a step in one line: tool, arguments, how long it took."""
    if step.tool == SECOND_LOOK_STEP:
        most = counted(int(step.arguments.get("at_most", 0)), "statement")
        return f"second look at the frames of at most {most} {step.seconds:.2f} s"
    arguments = ", ".join(f"{name}={value}" for name, value in step.arguments.items() if value is not None)
    return f"{step.tool}({arguments}) {step.seconds:.2f} s"


def _details(step: Step) -> Iterator[str]:
    if step.why:
        yield f"why: {step.why}"
    for number, found in enumerate(step.retrieved[:_MAX_RETRIEVED], start=1):
        yield f"found {number}: {found.video} {found.span}, ranks: {found.ranks}"
    if len(step.retrieved) > _MAX_RETRIEVED:
        yield f"found {len(step.retrieved) - _MAX_RETRIEVED} more"
    for look in step.looks:
        seconds = format_seconds(round(look.looked.span.duration_seconds, 2))
        yield (
            f"looked: {look.video} {look.looked.span} ({seconds} long), "
            f"{counted(look.looked.frames, 'frame')}, {look.looked.frames_per_second:.3g} a second, "
            f"by {look.model}, {step.seconds:.2f} s"
        )
    if not step.retrieved and not step.looks:
        yield f"result: {step.result}"
