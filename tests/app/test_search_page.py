"""The search page without a browser: words, filters, pictures, pages, and what stands on a hit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from chat_fakes import FakeAssistant, make_answer
from indexed_library import happens, minutes, publish
from streamlit.testing.v1 import AppTest

import app.pages
from app import state as app_state
from app.pages.parts.search_hits import MOST_MOMENTS, Search, find_hits
from app.state import AppState
from indexer.embedding.configured import make_embedder
from indexer.library.frames import FrameHit, FrameIndex
from indexer.library.library import Library
from indexer.settings import Settings
from indexer.timeline import Span

PAGE = str(Path(app.pages.__file__).with_name("search.py"))
GATE, YARD = "gate".rjust(16, "0"), "yard".rjust(16, "0")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A dog at the gate on the first of March, and dogs and a bus in the yard on the second."""
    opened = Library(tmp_path / "library", timezone="UTC")
    dog = happens(12, 14, "a black dog", "runs to the fence")
    bus = happens(43, 46, "a yellow bus", "drives past the fence")
    publish(opened, "gate", minutes(1, dog), camera="Gate", starts_at="2026-03-01T14:30:00+00:00")
    publish(opened, "yard", minutes(1, dog, bus), camera="Yard", starts_at="2026-03-02T14:30:00+00:00")
    embedder = make_embedder("lexical")
    for video in (GATE, YARD):
        opened.store_vectors(embedder, opened.catalog.drafts(video, "f"))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def state(library: Library, cookies: dict[str, str]) -> Iterator[AppState]:
    """The server's state over that library."""
    assistant = FakeAssistant(library, make_answer())  # type: ignore[arg-type]
    installed = AppState(Settings(library=library.folder), lambda _settings: assistant)  # type: ignore[arg-type,return-value]
    app_state.install(installed)
    yield installed
    app_state._Holder.state = None


def found(library: Library, **search: object) -> list[tuple[str, Span]]:
    hits = find_hits(library, Search(**search))  # type: ignore[arg-type]
    return sorted((hit.video_id.lstrip("0"), hit.span) for hit in hits)


def open_page(**address: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=90)
    for name, value in address.items():
        page.query_params[name] = value
    return no_exception(page.run())


def no_exception(page: AppTest) -> AppTest:
    assert not page.exception, [problem.value for problem in page.exception]
    return page


def shown(page: AppTest) -> str:
    text = "\n".join(element.value for element in [*page.markdown, *page.caption, *page.info])
    return re.sub(r"\\([^\w\s])", r"\1", text)


DOG, BUS = Span(12, 14), Span(43, 46)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({"words": "black dog"}, [("gate", DOG), ("yard", DOG)]),
        ({"words": "dog", "camera": "Gate"}, [("gate", DOG)]),
        ({"words": "dog", "day": date(2026, 3, 2)}, [("yard", DOG)]),
        ({"words": "dog", "day": date(2026, 3, 2), "camera": "Gate"}, []),
        ({"words": "dog", "video_id": GATE}, [("gate", DOG)]),
        ({"words": "fence", "video_id": YARD, "span": Span(40, 60)}, [("yard", BUS)]),
        ({"words": "fence", "event": "bus|lorry drives"}, [("yard", BUS)]),
        ({"event": "bus"}, [("yard", BUS)]),
        ({"words": "elephant"}, []),
        ({"words": "dog", "video_id": "f" * 16}, []),
    ],
)
def test_all_filters_hold(
    library: Library, search: dict[str, object], expected: list[tuple[str, Span]]
) -> None:
    assert found(library, **search) == expected


def test_what_was_said_comes_first(library: Library) -> None:
    """Words of the sound are found word for word, with their source, within the filters."""
    from indexer.library.texts import replace_texts
    from indexer.texts.model import TextSource, TimedText

    said = TimedText(Span(20, 22), "open the fence now", TextSource.SPEECH, "transcribed")
    replace_texts(library.catalog, GATE, "sound", "1", [said])
    first, *_ = find_hits(library, Search(words="“open the fence”"))
    assert (first.video_id, first.span, first.source) == (GATE, Span(20, 22), "speech")
    assert find_hits(library, Search(words="open the fence", camera="Yard"))[0].source == ""


def test_a_hit_shows_what_happens_and_leads_on() -> None:
    """The event with its seconds and wall clock, and buttons to the chat, the timeline and an incident."""
    page = open_page(words="yellow bus")
    assert "1 moment for “yellow bus”" in shown(page)
    assert "**yard.mp4** 0:43–0:46 (2026-03-02 14:30:43–14:30:46)" in shown(page)
    assert "a yellow bus drives past the fence" in shown(page)
    labels = {button.label for button in page.button}
    assert {"Ask about this", "Timeline"} <= labels
    assert any("incident" in label for label in labels)


def test_words_and_filters_are_kept_in_the_address() -> None:
    page = open_page(words="dog", camera="Gate")
    assert page.selectbox(key="search-camera").value == "Gate"
    assert "1 moment for “dog” · Gate" in shown(page)
    page = no_exception(page.text_input(key="search-words").set_value("bus").run())
    assert page.query_params["words"] == "bus" and page.query_params["camera"] == "Gate"
    assert "Nothing in the index fits “bus” · Gate" in shown(page)


def test_nothing_asked_explains_the_search() -> None:
    assert "Words are searched in what the index says" in shown(open_page())


def test_a_picture_without_a_frame_index_says_how_to_make_one() -> None:
    """Before a picture is given, not after."""
    page = open_page()
    assert not page.get("file_uploader")
    assert "no vectors of frames" in shown(page) and "witness index" in shown(page)


def test_many_hits_come_in_pages(library: Library) -> None:
    """Nine to a page; the pages hold every hit once, and there are never more than can be looked through."""
    walks = [
        happens(10.0 * number + 1, 10.0 * number + 3, f"person {number}", "walks") for number in range(12)
    ]
    names = [f"many{number}" for number in range(4)]
    for name in names:
        publish(library, name, minutes(2, *walks))
        library.store_vectors(make_embedder("lexical"), library.catalog.drafts(f"{name:0>16}", "f"))
    hits = find_hits(library, Search(words="person walks"))
    assert 9 < len(hits) <= MOST_MOMENTS
    page = open_page(words="person walks")
    assert len(page.get("pagination")) == 1
    assert len([each for each in page.get("bidi_component") if "evidence" in each.proto.component_name]) == 9


HOSTILE = "![x](http://evil.example/x.png) <img src=x> $x$ :red[z]"


def test_hostile_words_stay_words(library: Library) -> None:
    """Neither what is searched for nor what a caption says becomes an image, a formula or a directive."""
    publish(library, "evil", minutes(1, happens(5, 6, "evil", HOSTILE)))
    library.store_vectors(make_embedder("lexical"), library.catalog.drafts("evil".rjust(16, "0"), "f"))
    page = open_page(words=f"evil {HOSTILE}")
    texts = [element.value for element in [*page.markdown, *page.caption] if "evil" in element.value]
    assert len(texts) >= 2
    for text in texts:
        assert not re.search(r"(?<!\\)(!\[x\]|<img|\$x|:red)", text), text


def test_a_picture_finds_the_moment_whose_frame_looks_most_like_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    (video,) = (each for each in library.videos() if each.video_id == YARD)
    segment = library.segments(YARD, Span(43, 44))[0]
    seen: list[object] = []

    def like(_index: FrameIndex, picture: object, *_: object) -> list[FrameHit]:
        seen.append(picture)
        return [FrameHit(video, segment, 44.5, 0.9)]

    monkeypatch.setattr(FrameIndex, "is_there", True)
    monkeypatch.setattr(FrameIndex, "like", like)
    page = open_page()
    page.file_uploader(key="search-picture").set_value(("bus.png", b"\x89PNG of a bus", "image/png"))
    page = no_exception(page.run())
    assert b"\x89PNG of a bus" in seen
    assert "1 moment for the picture" in shown(page)
    assert "yard.mp4" in shown(page)
