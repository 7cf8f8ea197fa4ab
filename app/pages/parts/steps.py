"""What the agent did on the way to an answer: in words, while it happens and afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app.pages.parts.text import plain
from app.wall_clock import told_time
from assistant.answer import Answer, Step
from assistant.events import StepFinished, StepStarted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.questions import Happened, RunningQuestion

_SHORTEST_SHOWN_SECONDS = 0.05
_TITLES = {
    "list_videos": "List the videos",
    "recall_span": "Read the index",
    "search_moments": "Search the index",
    "list_events": "Count events",
    "look_again": "Look again",
    "second_look": "Check the statements",
}
_QUOTED = frozenset({"question", "query"})


def describe(tool: str, arguments: dict[str, Any]) -> str:
    """Say a tool call in words: ``Look again: dock.mp4 0:05–0:06, “what moves?”``."""
    rest = {name: value for name, value in arguments.items() if value is not None}
    where = f"{rest.pop('video', '')} {_take_span(rest)}".strip()
    said = [where] if where else []
    said += [_argument(name, value) for name, value in rest.items()]
    title = _TITLES.get(tool, tool.replace("_", " "))
    return f"{title}: {', '.join(said)}" if said else title


def finished_line(step: Step, *, failed: bool = False) -> str:
    """Return the Markdown line of a step that came back."""
    seconds = f"{step.seconds:.1f} s" if step.seconds >= _SHORTEST_SHOWN_SECONDS else "at once"
    mark = ":red[:material/error:]" if failed else ":green[:material/check:]"
    return f"{mark} {plain(describe(step.tool, step.arguments))} · {seconds}"


def started_line(tool: str, arguments: dict[str, Any], seconds: float = 0.0) -> str:
    """Return the Markdown line of a step that is under way, with how long it has taken so far."""
    so_far = f" · {seconds:.0f} s" if seconds >= 1 else ""
    return f":gray[:material/hourglass_top:] {plain(describe(tool, arguments))} …{so_far}"


def summary(steps: tuple[Step, ...]) -> str:
    """Say how much was done: ``3 steps, the longest 1.2 s``; steps overlap, so that no sum is true."""
    longest = f"{max(step.seconds for step in steps):.1f} s"
    return f"1 step, {longest}" if len(steps) == 1 else f"{len(steps)} steps, the longest {longest}"


def show_steps(answer: Answer) -> None:
    """Show what was read from an earlier question and what was done for it, folded."""
    if not answer.steps:
        return
    with st.expander(f"What was done: {summary(answer.steps)}", icon=":material/list:"):
        for line in answer.reading:
            st.markdown(f":gray[:material/subject: {plain(line)}]")
        for step in answer.steps:
            st.markdown(finished_line(step))


def show_live_steps(happened: Sequence[Happened], running: RunningQuestion) -> None:
    """Show the steps of a question that is being answered, with how long each took or takes."""
    lines: dict[str, str] = {}
    for each in happened:
        match each.event:
            case StepStarted(call_id, tool, arguments):
                lines[call_id] = started_line(tool, arguments, running.seconds - each.seconds)
            case StepFinished(call_id, step, failed):
                lines[call_id] = finished_line(step, failed=failed)
    if running.done and not lines:
        return
    label, icon = "Looking into it", ":material/hourglass_top:"
    if running.done:
        label = f"{'Stopped' if running.stopped else 'Ended'} after {running.seconds:.1f} s"
        icon = ":material/flag:"
    # Neither st.status, in which something turns, nor a label that counts, at which it opens anew: either
    # costs a browser without a graphics card a fifth of a core all the time.
    with st.expander(label, expanded=True, icon=icon):
        for line in lines.values():
            st.markdown(line)
        if not running.done:
            st.caption(f"{running.seconds:.0f} s so far")


def _take_span(arguments: dict[str, Any]) -> str:
    bounds = (arguments.pop("start_seconds", None), arguments.pop("end_seconds", None))
    return "–".join(told_time(bound) for bound in bounds if isinstance(bound, int | float))


def _argument(name: str, value: Any) -> str:
    return f"“{value}”" if name in _QUOTED else f"{name.replace('_', ' ')} {value}"
