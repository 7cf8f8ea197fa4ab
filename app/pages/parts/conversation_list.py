"""Which conversation the page shows, kept in its address; and the list of one's own, with its tools."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import streamlit as st

from app.conversation_export import conversation_json, conversation_markdown, file_name
from app.pages.parts.text import plain
from assistant.conversations import MAX_TITLE, Conversation
from indexer.errors import WitnessError

if TYPE_CHECKING:
    from app.owner import Owner
    from app.state import AppState
    from assistant.conversations import Conversations

MOST_SHOWN = 30

_PARAMETER = "conversation"
_SHOWN, _NEW = "shown_conversation", "new_conversation"


def conversation_id() -> str:
    """Return the id of the conversation that is shown; a new one, not yet in the address, when none is.

    Whoever comes back from another page, whose address knows none, finds the one that was shown before.
    """
    if in_address := st.query_params.get(_PARAMETER):
        return in_address
    if begun := st.session_state.get(_SHOWN):
        st.query_params[_PARAMETER] = begun
        return str(begun)
    return str(st.session_state.setdefault(_NEW, uuid.uuid4().hex))


def remember(conversation: str) -> None:
    """Come back to this conversation, one's own, from other pages."""
    st.session_state[_SHOWN] = conversation


def keep_in_address(conversation: str) -> None:
    """Put the conversation into the page's address."""
    st.query_params[_PARAMETER] = st.session_state[_SHOWN] = conversation
    st.session_state.pop(_NEW, None)


def new_conversation_button() -> None:
    """Show the button that leaves the shown conversation for an empty one."""
    st.button("New conversation", icon=":material/add:", width="stretch", on_click=_go_to, args=(None,))


def show_conversations(state: AppState, owner: Owner, shown: str) -> None:
    """List the owner's conversations that were used last, or those that a search finds; a click shows one."""
    history = state.assistant.history
    conversations = history.of(owner.key, limit=MOST_SHOWN)
    if not conversations:
        return
    st.subheader("Conversations", anchor=False)
    words = st.text_input(
        "Search conversations", key="conversation_words", placeholder="Words of a question or an answer"
    )
    if words.strip():
        conversations = history.of(owner.key, words, limit=MOST_SHOWN)
        if not conversations:
            st.caption("No conversation has these words.")
    with st.container(gap="xxsmall"):
        for conversation in conversations:
            _show_entry(conversation, shown)
            if conversation.conversation_id == shown:
                show_tools(state, owner, shown, "sidebar")


def show_tools(state: AppState, owner: Owner, conversation: str, place: str = "") -> None:
    """Show what can be done with one's own conversation; nothing for one that has no turn yet.

    Args:
        state: The server's state.
        owner: Whose it is.
        conversation: Its id.
        place: Where on the page, as it may stand there twice.
    """
    history = state.assistant.history
    kept = _kept(history, owner, conversation)
    if kept is None:
        return
    label = "Rename, export, delete" if place else "Conversation"
    with st.popover(label, icon=":material/more_horiz:", type="tertiary"):
        _rename(history, kept, place)
        _export(history, kept, place)
        _delete(state, kept, place)


def show_heading(state: AppState, owner: Owner, conversation: str) -> None:
    """Show a conversation's name with what can be done with it; nothing for one that has no turn yet."""
    kept = _kept(state.assistant.history, owner, conversation)
    if kept is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{plain(kept.title)}**", width="stretch")
        show_tools(state, owner, conversation)


def _kept(history: Conversations, owner: Owner, conversation: str) -> Conversation | None:
    return next((each for each in history.of(owner.key) if each.conversation_id == conversation), None)


def _show_entry(conversation: Conversation, shown: str) -> None:
    st.button(
        plain(conversation.title),
        key=f"conversation-{conversation.conversation_id}",
        help=f"Last used {conversation.updated_at.astimezone():%Y-%m-%d %H:%M}",
        type="secondary" if conversation.conversation_id == shown else "tertiary",
        on_click=_go_to,
        args=(conversation.conversation_id,),
    )


def _rename(history: Conversations, kept: Conversation, place: str) -> None:
    with st.form(f"rename-{kept.conversation_id}{place}", border=False):
        title = st.text_input("Name", value=kept.title, max_chars=MAX_TITLE)
        if st.form_submit_button("Rename", icon=":material/edit:"):
            try:
                history.rename(kept.conversation_id, title)
            except WitnessError as error:
                st.error(plain(str(error)))
                return
            st.rerun()


def _export(history: Conversations, kept: Conversation, place: str) -> None:
    key, title = kept.conversation_id, kept.title
    st.download_button(
        "Export as Markdown",
        lambda: conversation_markdown(title, history.turns(key)),
        file_name(title, "md"),
        "text/markdown",
        key=f"markdown-{key}{place}",
        icon=":material/download:",
        on_click="ignore",
    )
    st.download_button(
        "Export as JSON",
        lambda: conversation_json(title, history.turns(key)),
        file_name(title, "json"),
        "application/json",
        key=f"json-{key}{place}",
        icon=":material/download:",
        on_click="ignore",
    )


def _delete(state: AppState, kept: Conversation, place: str) -> None:
    """Delete a conversation once it was confirmed."""
    sure = st.checkbox("Delete it for good", key=f"sure-{kept.conversation_id}{place}")
    key = f"delete-{kept.conversation_id}{place}"
    if st.button("Delete", icon=":material/delete:", disabled=not sure, key=key):
        if running := state.questions.of(kept.conversation_id):
            running.stop()
        state.assistant.forget(kept.conversation_id)
        _go_to(None)
        st.rerun()


def _go_to(conversation: str | None) -> None:
    for name in (_NEW, _SHOWN, "turns_shown"):
        st.session_state.pop(name, None)
    if conversation is None:
        st.query_params.pop(_PARAMETER, None)
    else:
        st.query_params[_PARAMETER] = conversation
