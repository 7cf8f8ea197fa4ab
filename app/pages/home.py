"""The entry of every visit: which pages there are, and which of them is shown."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.owner import owner_of_session
from app.pages.parts.text import plain
from app.signin.gate import SIGN_OUT

_FOLDER = Path(__file__).parent
_LOGO = str(_FOLDER / "logo.svg")
_PAGES = (
    ("chat.py", "Chat", ":material/forum:"),
    ("search.py", "Search", ":material/search:"),
    ("timeline.py", "Timeline", ":material/timeline:"),
    ("videos.py", "Library", ":material/video_library:"),
    ("incidents.py", "Incidents", ":material/assignment:"),
    ("alerts.py", "Alerts", ":material/notifications:"),
)


def main() -> None:
    """Show the page that the address names; the chat is at the root."""
    st.set_page_config(page_title="Witness", page_icon=_LOGO)
    st.logo(_LOGO, size="large")
    pages = [
        st.Page(_FOLDER / file, title=title, icon=icon, default=file == "chat.py")
        for file, title, icon in _PAGES
    ]
    page = st.navigation(pages, position="top")
    owner = owner_of_session()
    if owner.signed_in:
        with st.sidebar:
            st.caption(f"Signed in as {plain(owner.name)} · [Sign out]({SIGN_OUT})")
    page.run()


main()
