"""One question and its answer: while it is being answered, and afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.basis import show_basis
from app.pages.parts.evidence import show_evidence
from app.pages.parts.steps import finished_line, show_steps, started_line, summary
from app.pages.parts.text import answer_markdown, plain_lines
from assistant.answer import Answer
from assistant.events import Answered, AskEvent, StepFinished, StepStarted, TextDelta

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from indexer.library.library import Library

WITNESS = ":material/visibility:"
_PERSON = ":material/person:"


def show_question(question: str) -> None:
    """Show what the person asked."""
    with st.chat_message("user", avatar=_PERSON):
        st.markdown(plain_lines(question))


def show_turn(answer: Answer, library: Library, key: str) -> None:
    """Show an earlier question with its answer and all that the answer rests on."""
    show_question(answer.question)
    with st.chat_message("assistant", avatar=WITNESS):
        st.markdown(answer_markdown(answer.text))
        show_evidence(answer, library, key=key)
        show_steps(answer.steps)
        show_basis(answer)


def answer_live(events: Iterable[AskEvent]) -> None:
    """Show the steps and the words of an answer as they come.

    Raises:
        WitnessError: The question cannot be answered; the text says why.
    """
    written = ""
    status = st.status("Looking into it", expanded=True)
    text = st.empty()
    lines: dict[str, DeltaGenerator] = {}
    for event in events:
        match event:
            case StepStarted(call_id, tool, arguments):
                written = ""  # what a model says before it uses a tool is no part of the answer
                text.empty()
                lines[call_id] = status.empty()
                lines[call_id].markdown(started_line(tool, arguments))
            case StepFinished(call_id, step, failed):
                lines.setdefault(call_id, status.empty()).markdown(finished_line(step, failed=failed))
            case TextDelta(piece):
                written += piece
                text.markdown(_draft(written))
            case Answered(answer):
                text.markdown(answer_markdown(answer.text))
                status.update(label=f"Done: {summary(answer.steps)}")
    status.update(state="complete", expanded=False)


def _draft(written: str) -> str:
    """Return the answer so far; citations, which nobody has checked yet, in the look of checked ones."""
    return answer_markdown(written.replace("[[", "(").replace("]]", ")")) + " ▌"
