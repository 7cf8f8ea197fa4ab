"""The chat: ask, watch the steps, read the answer, and look at the frames that it rests on."""

from __future__ import annotations

import streamlit as st

from app.owner import Owner, owner_of_session
from app.pages.parts.chat_scope import choose_scope, say_scope, take_from_address
from app.pages.parts.conversation_list import (
    conversation_id,
    keep_in_address,
    new_conversation_button,
    remember,
    show_conversations,
    show_heading,
)
from app.pages.parts.evidence_keys import keyboard
from app.pages.parts.library_list import invite_to_add, show_library
from app.pages.parts.moment_card import CardMoment
from app.pages.parts.text import plain
from app.pages.parts.turns import show_ended, show_running, show_turn
from app.state import AppState, current
from assistant.conversations import NOBODY
from assistant.narrowing import Narrowing

QUICK_SECONDS = 1.0
TURNS_SHOWN = 6  # of a long conversation, the last ones; a click shows earlier ones

_NOT_ASKED = "not_asked"
_EXAMPLES = ("What happened at second 5?", "What moved in the last 10 seconds?", "What text can be read?")
_HOW_TO_INDEX = """
### No videos yet

Witness answers from videos that it has indexed once. Add some on the library's page, or in a terminal:

```
witness index path/to/your/videos
```

or, for a clip of half a minute that Witness draws itself: `witness demo`

This page shows the videos as they come.
"""


def main() -> None:
    """Compose the page."""
    state, owner = current(), owner_of_session()
    history = state.assistant.history
    if not owner.signed_in and not st.session_state.setdefault("adopted", False):
        history.adopt(owner.key)
        st.session_state["adopted"] = True
    conversation = conversation_id()
    videos = state.library.videos()
    take_from_address(videos)
    with st.sidebar:
        new_conversation_button()
        narrowing = choose_scope(videos)
        show_conversations(state, owner, conversation)
        st.subheader("Library", anchor=False)
        show_library(state.library, videos)
    if not videos:
        st.markdown(_HOW_TO_INDEX)
        invite_to_add()
        return
    whose = history.owner(conversation)
    if whose in (None, owner.key) or (whose == NOBODY and not owner.signed_in):
        _converse(state, owner, conversation, narrowing, can_ask=any(video.answerable for video in videos))
    else:
        _read_along(state, owner, conversation)


def _converse(
    state: AppState, owner: Owner, conversation: str, narrowing: Narrowing, *, can_ask: bool
) -> None:
    """Show one's own conversation, and take the next question."""
    show_heading(state, owner, conversation)
    answered = _show_turns(state, conversation, own=True)
    if answered:
        remember(conversation)
    question, asked_of = _asked(narrowing)
    running = state.questions.of(conversation)
    if not can_ask and not answered:
        st.markdown("### Nothing can be asked yet\n\nThe list beside this shows what is being indexed.")
    elif not answered and not question and running is None:
        question = _suggest()
    if question:
        keep_in_address(conversation)
        state.assistant.history.begin(conversation, owner.key)
        running = state.questions.start(question, conversation, asked_of)
        if (running.question, running.narrowing) != (question, asked_of):
            st.session_state[_NOT_ASKED] = question
    if running is not None:
        show_running(running)
    busy = running is not None and not running.done
    _say_not_asked(busy=busy)
    say_scope(narrowing)
    _question_input(can_ask=can_ask, busy=busy)
    keyboard(f"{running.key} is asked" if running and busy else st.session_state.get("answered", ""))
    if question and running is not None and running.wait(QUICK_SECONDS):
        show_ended(running)  # most answers of the embedded default come so fast that no poll is needed


def _question_input(*, can_ask: bool, busy: bool) -> None:
    """Show the input; what is sent stands in the session as ``sent`` before the page's next run."""
    words = "Ask about your videos" if can_ask else "No video is indexed yet"
    st.chat_input(
        "Answering; stop it to ask something else" if busy else words,
        disabled=busy or not can_ask,
        key="question",
        on_submit=lambda: st.session_state.update(sent=st.session_state["question"]),
    )


def _asked(narrowing: Narrowing) -> tuple[str | None, Narrowing | None]:
    """Take what was just sent, from the input or from a card, and what it is asked of."""
    sent = st.session_state.pop("sent", None)
    look: tuple[str, Narrowing] | None = st.session_state.pop("look_again", None)
    return look or (sent, narrowing or None)


def _say_not_asked(*, busy: bool) -> None:
    """Tell of a question that came while another was being answered; it goes back into the input after it."""
    question = st.session_state.get(_NOT_ASKED)
    if not question:
        return
    if busy:
        st.warning(
            f"Not asked: “{plain(question)}”. Another question is being answered; this one comes back into "
            "the input when that has ended or is stopped."
        )
        return
    st.session_state["question"] = st.session_state.pop(_NOT_ASKED)


def _read_along(state: AppState, owner: Owner, conversation: str) -> None:
    """Show a conversation that another browser began: its address lets one read it, not go on with it."""
    if owner.signed_in:
        st.info("This conversation is another person's.")
        return
    st.info("This conversation was begun in another browser. You can read it here, and ask in a new one.")
    _show_turns(state, conversation, own=False)
    keyboard()


def _show_turns(state: AppState, conversation: str, *, own: bool) -> int:
    """Show the last turns of a conversation; returns how many there are in all."""
    answers = state.assistant.conversation(conversation)
    shown = st.session_state.get("turns_shown", TURNS_SHOWN)
    first = max(0, len(answers) - shown)
    if first:
        st.button(
            f"Show earlier turns ({first})",
            on_click=st.session_state.update,
            args=({"turns_shown": shown + TURNS_SHOWN},),
        )
    for number, answer in enumerate(answers[first:], start=first):
        show_turn(answer, state, f"evidence-{conversation}-{number}", _look_again if own else None)
    return len(answers)


def _look_again(moment: CardMoment, question: str) -> None:
    """Ask a question of one moment: one look at its frames, as the next turn of the conversation."""
    st.session_state["look_again"] = (question, Narrowing(moment.video_id, moment.span))
    st.rerun()


def _suggest() -> str | None:
    """Offer questions to begin with; returns the one that was chosen."""
    place = st.empty()
    with place.container():
        st.markdown("### What did your videos see?")
        with st.container(horizontal=True):
            chosen = [example for example in _EXAMPLES if st.button(example)]
    if not chosen:
        return None
    place.empty()
    return chosen[0]


main()
