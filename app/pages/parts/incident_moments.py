"""The moments of an incident as cards: frames and player, note, order, and which frames are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app.incidents.model import MOST_FRAMES, NOTES_LENGTH, Moment
from app.incidents.telling import descriptions
from app.pages.parts.evidence import show_strip
from app.pages.parts.incident_saving import save_typed
from app.pages.parts.links import chat_link, go_to, timeline_link
from app.pages.parts.text import answer_markdown, plain
from app.wall_clock import span_in_both_clocks, told_span, told_time
from indexer.errors import VideoNotFound, WitnessError

if TYPE_CHECKING:
    from app.state import AppState
    from indexer.library.records import VideoRecord

_A_PAGE = 15
_PICTURE_WIDTH = 220


def show_moments(state: AppState, moments: list[Moment]) -> None:
    """Show the moments in their order, page by page."""
    if not moments:
        st.markdown(
            "Nothing is in it yet. **Add to incident** stands on every moment in the chat, the search and "
            "the timeline; or add one below."
        )
    first = 0
    if len(moments) > _A_PAGE:
        pages = -(-len(moments) // _A_PAGE)
        page = st.number_input(f"Page of moments (1 to {pages})", 1, pages, key="moments-page")
        first = (int(page) - 1) * _A_PAGE
    for place, moment in enumerate(moments[first : first + _A_PAGE], start=first):
        _show_card(state, moment, place, len(moments))


def _show_card(state: AppState, moment: Moment, place: int, count: int) -> None:
    record = _record(state, moment)
    with st.container(border=True, gap="small"):
        times = span_in_both_clocks(record, moment.span) if record else told_span(moment.span)
        st.markdown(f"**{place + 1}. {plain(moment.video_name)}** {plain(times)}")
        _show_frames(state, moment, record)
        if moment.question:
            st.markdown(f":gray[{'Asked' if moment.answer else 'Searched for'}:] {plain(moment.question)}")
        if moment.answer:
            st.markdown(answer_markdown(str(moment.answer.get("answer", ""))))
        _show_known(moment)
        _show_note(state, moment)
        _show_actions(state, moment, record, place, count)


def _show_known(moment: Moment) -> None:
    """Show, folded, what the index said of the moment when it was marked: the report tells it too."""
    nothing: dict[str, list[Any]] = {"captions": [], "texts": [], "notes": [], "not_seen": []}
    lines = descriptions(nothing | moment.known)
    if lines:
        with st.expander("What the index says of it"):
            for line in lines:
                st.markdown(plain(line))


def _record(state: AppState, moment: Moment) -> VideoRecord | None:
    try:
        return state.library.video(moment.video_id)
    except VideoNotFound:
        return None


def _show_frames(state: AppState, moment: Moment, record: VideoRecord | None) -> None:
    if moment.remark:
        st.caption(plain(moment.remark))
    missing = _why_missing(state, record)
    if record is not None and not missing:
        seconds = [frame.taken.pts_seconds for frame in moment.frames]
        show_strip(state.library, record, moment.span, seconds, key=f"moment-{moment.moment_id}")
        return
    st.warning(f"{plain(missing)} What was kept of it stays.", icon=":material/videocam_off:")
    pictures = [state.incidents.store.picture(frame.frame_id) for frame in moment.frames]
    if pictures:
        st.image(
            list(pictures),
            caption=[told_time(frame.taken.pts_seconds) for frame in moment.frames],
            width=_PICTURE_WIDTH,
        )


def _why_missing(state: AppState, record: VideoRecord | None) -> str:
    """Say why the video cannot be played, "" when it can."""
    if record is None:
        return "The video was removed from the library."
    try:
        state.library.file_of(record.video_id)
    except WitnessError as error:
        return f"{error}."
    return ""


def _show_note(state: AppState, moment: Moment) -> None:
    key = f"text-{moment.moment_id}"

    def keep() -> None:
        save_typed(key, lambda text: state.incidents.store.set_note(moment.moment_id, text))

    with st.form(f"note-{moment.moment_id}", border=False):
        st.text_area(
            "Note on this moment",
            moment.note,
            max_chars=NOTES_LENGTH,
            height=80,
            key=key,
        )
        st.form_submit_button("Save the note", on_click=keep)


def _show_actions(
    state: AppState, moment: Moment, record: VideoRecord | None, place: int, count: int
) -> None:
    store, key = state.incidents.store, moment.moment_id
    with st.container(horizontal=True, gap="xsmall"):
        if _button("Move up", ":material/arrow_upward:", key, disabled=place == 0):
            store.move(moment.moment_id, -1)
            st.rerun()
        if _button("Move down", ":material/arrow_downward:", key, disabled=place == count - 1):
            store.move(moment.moment_id, 1)
            st.rerun()
        if _button("Choose frames", ":material/photo_library:", key, disabled=record is None):
            _choose_frames(state, moment)
        if record is not None and _button("Ask about this", ":material/forum:", key):
            go_to(chat_link(moment.video_id, span=moment.span))
        if record is not None and _button("Timeline", ":material/timeline:", key):
            go_to(timeline_link(moment.video_id, moment.span.start_seconds))
        if _button("Remove", ":material/delete:", key):
            _confirm_removal(state, moment)


def _button(label: str, icon: str, key: int, *, disabled: bool = False) -> bool:
    return st.button(label, icon=icon, type="tertiary", key=f"{label}-{key}", disabled=disabled)


@st.dialog("Frames of this moment")
def _choose_frames(state: AppState, moment: Moment) -> None:
    """Take frames out, or add the one displayed at a second."""
    moment = state.incidents.store.moment(moment.moment_id)
    for frame in moment.frames:
        shown = told_time(frame.taken.pts_seconds)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.image(
                state.incidents.store.picture(frame.frame_id), width=_PICTURE_WIDTH, alt=f"Frame at {shown}"
            )
            if st.button(f"Take out {shown}", key=f"out-{frame.frame_id}"):
                state.incidents.store.remove_frame(moment.moment_id, frame.frame_id)
                st.rerun(scope="fragment")
    if len(moment.frames) >= MOST_FRAMES:
        st.caption(f"A moment holds {MOST_FRAMES} frames.")
    else:
        _add_frame(state, moment)
    if st.button("Done", type="primary"):
        st.rerun()


def _add_frame(state: AppState, moment: Moment) -> None:
    with st.form("add-frame", border=False):
        seconds = st.number_input(
            "Second of the video", 0.0, None, moment.span.start_seconds, step=0.1, format="%.3f"
        )
        if not st.form_submit_button("Add this frame"):
            return
    try:
        state.incidents.add_frame(moment.moment_id, float(seconds))
    except WitnessError as error:
        st.error(plain(str(error)))
        return
    st.rerun(scope="fragment")


@st.dialog("Remove the moment")
def _confirm_removal(state: AppState, moment: Moment) -> None:
    """Take a moment out once the person has said so."""
    st.markdown(
        f"**{plain(moment.video_name)}** {plain(told_span(moment.span))} will be taken out of the incident, "
        "with its note and its kept frames. The video stays."
    )
    with st.container(horizontal=True):
        if st.button("Remove it", type="primary"):
            state.incidents.store.remove(moment.moment_id)
            st.rerun()
        if st.button("Keep it"):
            st.rerun()
