"""Addresses of the pages, for links from one to another; a page reads them as its query parameters."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import parse_qsl, urlencode, urlsplit

import streamlit as st

from indexer.timeline import Span


def chat_link(
    video_id: str | None = None, question: str = "", *, span: Span | None = None, conversation: str = ""
) -> str:
    """Return the chat's address, narrowed to a video and with a question written down but not sent.

    Args:
        video_id: Narrow the next question to this video.
        question: What stands ready to be asked.
        span: Narrow it to this stretch of the video.
        conversation: Show this conversation instead of an empty one.
    """
    bounds = (f"{span.start_seconds:.3f}", f"{span.end_seconds:.3f}") if span else ("", "")
    return _address(
        "/", conversation=conversation, video=video_id or "", start=bounds[0], end=bounds[1], ask=question
    )


def timeline_link(video_id: str, seconds: float | None = None) -> str:
    """Return the address of a video's timeline, at a second of it."""
    return _address("/timeline", video=video_id, at="" if seconds is None else f"{seconds:.3f}")


def search_link(words: str = "") -> str:
    """Return the address of a search for words."""
    return _address("/search", words=words)


def incident_link(incident_id: str) -> str:
    """Return the address of one incident."""
    return _address("/incidents", incident=incident_id)


def videos_link(words: str = "") -> str:
    """Return the address of the library's page, with its videos filtered by words."""
    return _address("/videos", words=words)


def go_to(link: str) -> NoReturn:
    """Leave this page for another one in the same tab, as a click on the link would.

    Args:
        link: One of the addresses above; its page has to stand in `app/pages/home.py`.
    """
    parts = urlsplit(link)
    st.switch_page(f"{parts.path.strip('/') or 'chat'}.py", query_params=parse_qsl(parts.query))


def _address(path: str, **parameters: str) -> str:
    """Return a path with the parameters that are not empty."""
    given = {name: value for name, value in parameters.items() if value}
    return f"{path}?{urlencode(given)}" if given else path
