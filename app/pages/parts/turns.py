"""One question and its answer: while it is being answered, and afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from app.pages.parts.basis import show_basis, split_basis
from app.pages.parts.claims import show_claims
from app.pages.parts.evidence_moments import moments_of
from app.pages.parts.moment_card import LookAgain, moment_card
from app.pages.parts.steps import show_live_steps, show_steps
from app.pages.parts.text import answer_markdown, plain, plain_lines
from assistant.answer import Answer
from assistant.events import StepStarted, TextDelta

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.questions import Happened, RunningQuestion
    from app.state import AppState

WITNESS = ":material/visibility:"
CARDS_SHOWN = 4
"""Moments of an answer that are shown at once; a click shows the others."""
POLL_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 1.0
"""A poll of a question that takes long waits on the server for news: ten pages that ask would load it.

It waits when it has shown what is known: what a page shows fades while its next words are waited for.
"""

_PERSON = ":material/person:"


def show_question(question: str) -> None:
    """Show what the person asked."""
    with st.chat_message("user", avatar=_PERSON):
        st.markdown(plain_lines(question))


def show_turn(answer: Answer, state: AppState, key: str, on_look: LookAgain | None) -> None:
    """Show an earlier question with its answer and all that the answer rests on."""
    show_question(answer.question)
    with st.chat_message("assistant", avatar=WITNESS):
        text, basis = split_basis(answer.text)
        st.markdown(answer_markdown(text))
        if basis:
            st.caption(f":material/fact_check: {plain(basis)}")
        _show_moments(answer, state, key, on_look)
        show_claims(answer)
        show_steps(answer)
        show_basis(answer)


def show_running(running: RunningQuestion) -> None:
    """Show a question that is being answered, and keep it up to date without holding up the page."""
    show_question(running.question)
    with st.chat_message("assistant", avatar=WITNESS):
        st.fragment(_follow, run_every=None if running.done else POLL_SECONDS)(running)


def _follow(running: RunningQuestion) -> None:
    happened = running.happened
    show_live_steps(happened, running)
    if written := _written(happened):
        st.markdown(f"{answer_markdown(written)} ▌")
    if not running.done:
        st.button("Stop", icon=":material/stop_circle:", key="stop", on_click=running.stop)
        running.wait_for_more(len(happened), min(LONGEST_WAIT_SECONDS, running.seconds / 5))
    if running.stopped:
        st.info(f"Stopped after {running.seconds:.1f} s. Nothing of this question is kept.")
    elif running.error:
        st.error(plain(running.error))
    if running.done and st.session_state.get("ended") != running.key:
        show_ended(running)


def show_ended(running: RunningQuestion) -> NoReturn:
    """Show the page anew: the finished turn as every later visit will, and no polling.

    The session remembers which question was answered last, as ``answered``, to bring it into view.
    """
    st.session_state["ended"] = running.key
    if running.answered:
        st.session_state["answered"] = running.key
    st.rerun()


def _written(happened: Sequence[Happened]) -> str:
    """Return the answer so far; citations, which nobody has checked yet, in the look of checked ones."""
    written = ""
    for each in happened:
        if isinstance(each.event, StepStarted):
            written = ""  # what a model says before it uses a tool is no part of the answer
        elif isinstance(each.event, TextDelta):
            written += each.event.text
    return written.replace("[[", "(").replace("]]", ")")


def _show_moments(answer: Answer, state: AppState, key: str, on_look: LookAgain | None) -> None:
    moments = moments_of(answer)
    wanted = st.session_state.get(f"{key}-all", False)
    for number, moment in enumerate(moments if wanted else moments[:CARDS_SHOWN]):
        moment_card(state, moment, key=f"{key}-{number}", on_look=on_look)
    more = len(moments) - CARDS_SHOWN
    if more > 0 and not wanted:
        st.button(
            f"Show {more} more moments" if more > 1 else "Show one more moment",
            key=f"{key}-more",
            on_click=st.session_state.update,
            args=({f"{key}-all": True},),
        )
