"""Which conversation the page shows: kept in its address, so that a reload and a bookmark come back to it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import streamlit as st

from app.pages.parts.text import plain
from assistant.conversations import Conversation

MOST_SHOWN = 30

_PARAMETER = "conversation"


def conversation_id() -> str:
    """Return the id of the conversation that is shown; a new one, not yet in the address, when none is."""
    in_address = st.query_params.get(_PARAMETER)
    if in_address:
        return in_address
    return str(st.session_state.setdefault("new_conversation_id", uuid.uuid4().hex))


def keep_in_address(conversation: str) -> None:
    """Put the conversation into the page's address."""
    st.query_params[_PARAMETER] = conversation
    st.session_state.pop("new_conversation_id", None)


def new_conversation_button() -> None:
    """Show the button that leaves the shown conversation for an empty one."""
    st.button("New conversation", icon=":material/add:", width="stretch", on_click=_go_to, args=(None,))


def show_conversations(conversations: Sequence[Conversation], shown: str) -> None:
    """List the conversations that were used last; a click shows one."""
    if not conversations:
        return
    st.subheader("Conversations", anchor=False)
    with st.container(gap="xxsmall"):
        for conversation in conversations[:MOST_SHOWN]:
            st.button(
                plain(conversation.title),
                key=f"conversation-{conversation.conversation_id}",
                help=f"Last used {conversation.updated_at.astimezone():%Y-%m-%d %H:%M}",
                type="secondary" if conversation.conversation_id == shown else "tertiary",
                on_click=_go_to,
                args=(conversation.conversation_id,),
            )


def _go_to(conversation: str | None) -> None:
    st.session_state.pop("new_conversation_id", None)
    if conversation is None:
        st.query_params.pop(_PARAMETER, None)
    else:
        st.query_params[_PARAMETER] = conversation
