"""A moment as a card: its frames, the player, what was noted on it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from app.owner import owner_of_session
from app.pages.parts.evidence import show_strip
from app.pages.parts.incident_button import incident_button
from app.pages.parts.links import chat_link, go_to, timeline_link
from app.pages.parts.text import plain, plain_lines
from app.wall_clock import span_in_both_clocks, told_span
from assistant.answer import Answer
from indexer.errors import LibraryError, VideoNotFound, WitnessError
from indexer.library.notes import MAX_LENGTH, PERSON, SECOND_LOOK, remove_note
from indexer.timeline import Span

if TYPE_CHECKING:
    from app.state import AppState
    from indexer.library.notes import Note
    from indexer.library.records import VideoRecord

_LOOK, _WRONG = "look", "wrong"
_ROOM = 240
"""Characters of a card's text that are shown at once, when it has several lines."""
LookAgain = Callable[["CardMoment", str], None]


@dataclass(frozen=True, slots=True)
class CardMoment:
    """A stretch of one video, and why it is shown."""

    video_id: str
    span: Span
    frame_seconds: tuple[float, ...] = ()
    """PTS of the frames to show; empty for a frame where the stretch begins."""
    text: str = ""
    """What is told of it, in a line or two: footage words, shown as they are."""
    source: str = ""
    """Where that is known from, ``read in the index`` say."""
    question: str = ""
    """What was asked, for an incident that it is added to."""
    answer: Answer | str = ""
    """What was answered, likewise."""


def moment_card(state: AppState, moment: CardMoment, *, key: str, on_look: LookAgain | None = None) -> None:
    """Show a moment; nothing where its video was taken out of the library.

    Args:
        state: The server's state.
        moment: What to show.
        key: Distinguishes this card from all others of the page, the same in every run of it.
        on_look: Asks a question of this moment alone, on this page; without it a click leads to the chat.
    """
    try:
        record = state.library.video(moment.video_id)
    except VideoNotFound:
        return
    st.fragment(_show)(state, record, moment, key, on_look)


def _show(
    state: AppState, record: VideoRecord, moment: CardMoment, key: str, on_look: LookAgain | None
) -> None:
    with st.container(border=True, gap="small"):
        said = span_in_both_clocks(record, moment.span)
        source = f" :gray[· {plain(moment.source)}]" if moment.source else ""
        st.markdown(f"**{plain(state.library.handle(record))}** {plain(said)}{source}")
        if moment.text:
            _show_text(moment.text)
        show_strip(state.library, record, moment.span, moment.frame_seconds, key)
        for note in state.library.notes(moment.video_id, moment.span):
            st.markdown(note_line(note))
        _show_actions(state, record, moment, key, on_look)


def _show_text(text: str) -> None:
    """Show what is told of a moment: its first lines at once, the others on demand; no line is cut."""
    first, rest = split_text(text)
    st.markdown(plain_lines(first))
    if rest:
        with st.expander("More of this moment"):
            st.markdown(plain_lines(rest))


def split_text(text: str) -> tuple[str, str]:
    """Return the first lines of a text, about as many as a card has room for, and the others."""
    lines = text.splitlines()
    shown = 1
    while shown < len(lines) and sum(map(len, lines[: shown + 1])) <= _ROOM:
        shown += 1
    return "\n".join(lines[:shown]), "\n".join(lines[shown:])


def note_line(note: Note) -> str:
    """Return a note as Markdown: who says what of which stretch."""
    by = f"a {note.author}" if note.author == SECOND_LOOK else note.author
    when = plain(told_span(note.span))
    return f":orange[:material/edit_note:] {when} noted by {plain(by)}: {plain(note.text)}"


def _show_actions(
    state: AppState, record: VideoRecord, moment: CardMoment, key: str, on_look: LookAgain | None
) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if on_look is None:
            if _action("Ask about this", ":material/forum:", key):
                go_to(chat_link(moment.video_id, span=moment.span))
        else:
            _panel_button("Look again here", ":material/search:", key, _LOOK)
        _panel_button("This is wrong", ":material/flag:", key, _WRONG)
        if _action("Timeline", ":material/timeline:", key):
            go_to(timeline_link(moment.video_id, moment.span.start_seconds))
        incident_button(
            state,
            moment.video_id,
            moment.span,
            key=f"{key}-incident",
            frame_seconds=moment.frame_seconds,
            question=moment.question,
            answer=moment.answer,
        )
    match st.session_state.get(f"{key}-panel"):
        case "look" if on_look is not None:
            _ask_again(moment, key, on_look)
        case "wrong":
            _note_wrong(state, record, moment, key)


def _action(label: str, icon: str, key: str) -> bool:
    return st.button(label, icon=icon, type="tertiary", key=f"{key}-{label}")


def _panel_button(label: str, icon: str, key: str, panel: str) -> None:
    """Show the button that opens or closes a panel of the card; only one is open."""

    def toggle() -> None:
        name = f"{key}-panel"
        st.session_state[name] = None if st.session_state.get(name) == panel else panel

    st.button(label, icon=icon, type="tertiary", key=f"{key}-{panel}-button", on_click=toggle)


def _ask_again(moment: CardMoment, key: str, on_look: LookAgain) -> None:
    with st.form(f"{key}-look", border=False):
        words = st.text_input(
            f"What to look for in {told_span(moment.span)}",
            placeholder="What does the sign say?",
            key=f"{key}-words",
        )
        if st.form_submit_button("Look again") and words.strip():
            st.session_state[f"{key}-panel"] = None
            on_look(moment, words.strip())


def _note_wrong(state: AppState, record: VideoRecord, moment: CardMoment, key: str) -> None:
    field, problem = f"{key}-note", f"{key}-problem"
    author = owner_of_session().name

    def keep() -> None:
        try:
            state.library.add_note(record.video_id, moment.span, st.session_state[field], author)
        except WitnessError as error:
            st.session_state[problem] = str(error)
        else:
            st.session_state[f"{key}-panel"] = None

    with st.form(f"{key}-wrong", border=False):
        st.text_area("What is wrong here, and what is right?", max_chars=MAX_LENGTH, height=80, key=field)
        st.caption("Kept as a note on this stretch. Later answers find it beside what the index says.")
        st.form_submit_button("Keep the note", on_click=keep)
    if said := st.session_state.pop(problem, ""):
        st.error(plain(said))
    for note in state.library.notes(record.video_id, moment.span):
        if note.author in (PERSON, author):
            st.button(
                f"Take back: {plain(_short(note.text))}",
                type="tertiary",
                key=f"{key}-back-{note.note_id}",
                on_click=_take_back,
                args=(state, note),
            )


def _take_back(state: AppState, note: Note) -> None:
    with suppress(LibraryError):  # it was taken back on another page
        remove_note(state.library.catalog, note.note_id)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
