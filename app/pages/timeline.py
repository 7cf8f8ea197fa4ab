"""The timeline of one video, or of several cameras stacked on the wall clock."""

from __future__ import annotations

import streamlit as st

from app.owner import Owner, owner_of_session
from app.pages.parts.evidence_keys import keyboard
from app.pages.parts.timeline_choice import choose_subject
from app.pages.parts.timeline_view import show_timeline
from app.state import AppState, current
from app.timeline.facts import Cited
from assistant.conversations import NOBODY
from indexer.library.recordings import find_recordings

_EMPTY = """
### Nothing to show yet

A timeline needs an indexed video. Add one on the Library page, or in a terminal:
`witness index path/to/your/videos`
"""


def main() -> None:
    """Compose the page."""
    st.set_page_config(layout="wide")
    state = current()
    st.title("Timeline", anchor=False)
    subject = choose_subject(state.library)
    if subject is None:
        if not find_recordings(state.library.catalog, limit=1):
            st.markdown(_EMPTY)
        return
    show_timeline(state, subject, cited_by_answer(state, owner_of_session()))
    keyboard()


def cited_by_answer(state: AppState, owner: Owner) -> list[Cited]:
    """Return what the last answer cites: of the conversation in the address, or the person's latest one."""
    history = state.assistant.history
    asked = st.query_params.get("conversation", "")
    if asked and history.owner(asked) not in ((owner.key,) if owner.signed_in else (owner.key, NOBODY)):
        asked = ""
    latest = [asked] if asked else [each.conversation_id for each in history.of(owner.key, limit=1)]
    answers = [answer for conversation in latest for answer in history.answers(conversation)[-1:]]
    return [
        Cited(each.video_id, each.span, answer.question) for answer in answers for each in answer.citations
    ]


main()
