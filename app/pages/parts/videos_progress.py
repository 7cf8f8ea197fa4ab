"""What indexing is doing, what keeps it from going on, and what it had to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.text import plain
from indexer.discovery import printable
from indexer.library.browsing import count_by_status
from indexer.library.records import VideoStatus
from indexer.timeline import format_seconds

if TYPE_CHECKING:
    from app.indexing.activity import Doing, Notice
    from app.state import AppState

POLL_SECONDS = 2
READING = "reading its first part"
"""Instead of a share of nothing: what is known of a file while its first segment is looked at."""
_MOST_NOTICES = 8


def doing_line(doing: Doing) -> str:
    """Say in words what is being done: ``gate.mp4: 0:42 of 10:00, 12.3 times real time, 0:45 left``."""
    if doing.note:
        return f"{plain(printable(doing.path.name))}: {plain(doing.note)}"
    done = format_seconds(round(doing.done_seconds)) if doing.done_seconds else READING
    length = format_seconds(round(doing.total_seconds)) if doing.total_seconds else ""
    parts = [f"{done} of {length}" if doing.done_seconds and length else done]
    if length and not doing.done_seconds:
        parts.append(f"{length} long")
    return f"{plain(printable(doing.path.name))}: {', '.join([*parts, *speed_parts(doing)])}"


def speed_parts(doing: Doing) -> list[str]:
    """Say how fast it goes and how long it will take, as far as that is known."""
    parts = [f"{doing.speed:.1f} times real time"] if doing.speed else []
    if doing.left_seconds is not None:
        parts.append(f"{format_seconds(round(doing.left_seconds))} left")
    return parts


def notice_line(notice: Notice) -> str:
    """Return a notice as Markdown."""
    mark = ":red[:material/error:]" if notice.bad else ":gray[:material/info:]"
    return f"{mark} :gray[{notice.at:%H\\:%M\\:%S}] {plain(notice.text)}"


def show_progress(state: AppState) -> None:
    """Show what is being done; nothing where all is done and there is nothing to tell."""
    worker = state.worker
    problem, doing = worker.activity.problem, worker.activity.doing
    if problem is not None:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":orange[:material/warning:] Indexing waits: {plain(problem.text)} "
                f":gray[It is tried again at {problem.retry_at:%H\\:%M\\:%S}; nothing is lost.]"
            )
            st.button("Try again now", key="retry-now", on_click=worker.retry_now)
    elif doing is not None:
        share = min(1.0, doing.done_seconds / doing.total_seconds) if doing.total_seconds else 0.0
        st.progress(share, text=f"Indexing {doing_line(doing)}{_waiting(state)}")
    for folder, reason in worker.unreadable_folders.items():
        st.markdown(
            f":orange[:material/folder_off:] The watched folder {plain(printable(folder))} cannot be read: "
            f"{plain(reason)}. It is watched again as soon as it is back."
        )
    _show_notices(state)


def _waiting(state: AppState) -> str:
    waiting = count_by_status(state.library.catalog).get(VideoStatus.QUEUED, 0)
    return f" · {waiting:,} more {'waits' if waiting == 1 else 'wait'}" if waiting else ""


def _show_notices(state: AppState) -> None:
    notices = state.worker.activity.notices()
    if not notices:
        return
    bad = any(notice.bad for notice in notices)
    with st.expander("What happened lately", expanded=bad, icon=":material/history:"):
        for notice in notices[:_MOST_NOTICES]:
            st.markdown(notice_line(notice))
        st.button("Clear", key="clear-notices", on_click=state.worker.activity.forget_notices)
