"""The chat: ask, watch the steps, read the answer, and look at the frames that it rests on."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st

from app.pages.parts.conversation_list import (
    conversation_id,
    keep_in_address,
    new_conversation_button,
    show_conversations,
)
from app.pages.parts.library_list import choose_scope, show_library
from app.pages.parts.text import plain
from app.pages.parts.turns import WITNESS, answer_live, show_question, show_turn
from app.state import AppState, current
from indexer.errors import WitnessError

_log = logging.getLogger(__name__)

_LOGO = str(Path(__file__).with_name("logo.svg"))
_EXAMPLES = ("What happened at second 5?", "What moved in the last 10 seconds?", "What text can be read?")
_HOW_TO_INDEX = """
### No videos yet

Witness answers from videos that it has indexed once. In a terminal:

```
witness index path/to/your/videos
```

or, for a clip of half a minute that Witness draws itself: `witness demo`

This page shows the videos as they come.
"""


def main() -> None:
    """Compose the page."""
    st.set_page_config(page_title="Witness", page_icon=_LOGO, layout="centered")
    st.logo(_LOGO, size="large")
    state = current()
    conversation = conversation_id()
    videos = state.library.videos()
    with st.sidebar:
        st.title("Witness", anchor=False)
        new_conversation_button()
        st.subheader("Library", anchor=False)
        scope = choose_scope(videos)
        show_library(state.library, videos)
        show_conversations(state.assistant.conversations(), conversation)
    if not videos:
        st.markdown(_HOW_TO_INDEX)
        return
    _show_conversation(state, conversation, scope, answerable=any(video.answerable for video in videos))


def _show_conversation(state: AppState, conversation: str, scope: str | None, *, answerable: bool) -> None:
    answers = state.assistant.conversation(conversation)
    for number, answer in enumerate(answers):
        show_turn(answer, state.library, key=f"evidence-{conversation}-{number}")
    question = st.chat_input(
        "Ask about your videos" if answerable else "No video is indexed yet", disabled=not answerable
    )
    if not answerable and not answers:
        st.markdown("### Nothing can be asked yet\n\nThe list beside this shows what is being indexed.")
    elif not answers and not question:
        question = _suggest()
    if question:
        _ask(state, question, conversation, scope)


def _ask(state: AppState, question: str, conversation: str, scope: str | None) -> None:
    keep_in_address(conversation)
    show_question(question)
    with st.chat_message("assistant", avatar=WITNESS), state.answering() as assistant:
        try:
            answer_live(assistant.ask(question, conversation_id=conversation, video=scope))
        except WitnessError as error:
            _log.warning("a question could not be answered: %s", error)
            st.error(plain(str(error)))
            return
    st.rerun()  # shows the finished turn as every later visit will


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
