"""The entry of every visit: which pages there are, and which of them is shown."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

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
        if (_FOLDER / file).exists()
    ]
    st.navigation(pages, position="top").run()


main()
