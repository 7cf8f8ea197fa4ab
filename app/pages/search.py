"""Search: a grid of moments for words, or for a picture."""

from __future__ import annotations

import streamlit as st

from app.pages.parts.evidence_keys import keyboard
from app.pages.parts.moment_card import CardMoment, moment_card
from app.pages.parts.search_form import ENDLESS, read_form
from app.pages.parts.search_hits import MOST_MOMENTS, Search, find_hits
from app.pages.parts.text import plain
from app.state import AppState, current
from app.wall_clock import told_span, told_time
from indexer.errors import WitnessError
from indexer.library.library import Library
from indexer.library.recordings import recording
from indexer.plurals import counted
from indexer.timeline import Span

PER_PAGE = 9
COLUMNS = 3

_HITS, _PAGE = "search-hits", "search-page"
_HOW = "Words are searched in what the index says of each moment, a picture by how the frames look."


def main() -> None:
    """Compose the page."""
    st.set_page_config(layout="wide")
    state = current()
    st.title("Search", anchor=False)
    search = read_form(state.library)
    if not search:
        st.caption(_HOW)
        return
    try:
        hits = _hits(state, search)
    except WitnessError as error:
        st.info(plain(str(error)), icon=":material/info:")
        return
    if not hits:
        st.markdown(
            f"Nothing in the index fits {_told(search, state.library)}. Other words or fewer filters may."
        )
        return
    _show_grid(state, search, hits)
    keyboard()


def _hits(state: AppState, search: Search) -> list[CardMoment]:
    """Search once for each request and each state of the library, however often the page runs."""
    wanted = (search, state.library.catalog.generation)
    kept = st.session_state.get(_HITS)
    if kept is None or kept[0] != wanted:
        with st.spinner("Searching"):
            kept = (wanted, find_hits(state.library, search, state.settings.reranker))
        st.session_state[_HITS] = kept
        st.session_state.pop(_PAGE, None)
    hits: list[CardMoment] = kept[1]
    return hits


def _told(search: Search, library: Library) -> str:
    """Say as Markdown what was searched for, and within which filters."""
    video = recording(library.catalog, search.video_id)
    filters = [
        video.name if video else "",
        _span(search.span),
        search.camera,
        f"{search.day}" if search.day else "",
        f"events that say {search.event}" if search.event and search.words else "",
    ]
    what = "the picture" if search.picture else f"“{plain(search.asked)}”"
    return " · ".join([what, *(plain(each) for each in filters if each)])


def _span(span: Span | None) -> str:
    if span is None:
        return ""
    endless = span.end_seconds >= ENDLESS
    return f"from {told_time(span.start_seconds)}" if endless else told_span(span)


def _show_grid(state: AppState, search: Search, hits: list[CardMoment]) -> None:
    pages = -(-len(hits) // PER_PAGE)
    count = f"The best {MOST_MOMENTS}" if len(hits) == MOST_MOMENTS else counted(len(hits), "moment")
    st.caption(f"{count} for {_told(search, state.library)}")
    page = min(st.session_state.get(_PAGE, 1), pages)
    first = (page - 1) * PER_PAGE
    shown = hits[first : first + PER_PAGE]
    for row in range(0, len(shown), COLUMNS):
        for column, hit in zip(st.columns(COLUMNS), shown[row : row + COLUMNS], strict=False):
            with column:
                moment_card(state, hit, key=_key(hit))
    if pages > 1:
        st.pagination(pages, key=_PAGE)


def _key(hit: CardMoment) -> str:
    return f"hit-{hit.video_id}-{hit.span.start_seconds:.3f}-{hit.span.end_seconds:.3f}-{hit.source}"


main()
