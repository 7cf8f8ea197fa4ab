"""The timeline page without a browser: what it is of, where it is open, and what a click does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from chat_fakes import DOCK, FakeAssistant, FakeLibrary, make_answer, make_record
from indexed_library import happens, minutes, publish
from streamlit.testing.v1 import AppTest

import app.pages
from app import state as app_state
from app.owner import owner_of_session
from app.pages.parts.timeline_chart import CLICKED, DRAGGED
from app.pages.parts.timeline_view import _displayed, legend
from app.state import AppState
from app.timeline.facts import Facts, Whole
from app.timeline.kinds import Kinds
from assistant.answer import Citation, Source
from indexer.library.activity import Stretch
from indexer.library.library import Library
from indexer.settings import Settings
from indexer.timeline import Span

PAGE = str(Path(app.pages.__file__).with_name("timeline.py"))
GATE, YARD = "gate".rjust(16, "0"), "yard".rjust(16, "0")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Two cameras at the same time, and a video of unknown time."""
    opened = Library(tmp_path / "library", timezone="UTC")
    walk = happens(12, 14, "a person", "walks in")
    publish(opened, "gate", minutes(2, walk), camera="Gate", starts_at="2026-03-01T14:30:00+00:00")
    publish(opened, "yard", minutes(2, walk), camera="Yard", starts_at="2026-03-01T14:31:00+00:00")
    publish(opened, "plain", minutes(1, walk))
    yield opened
    opened.close()


@pytest.fixture
def assistant(library: Library, cookies: dict[str, str]) -> FakeAssistant:
    return FakeAssistant(library, make_answer())  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def state(library: Library, assistant: FakeAssistant) -> Iterator[AppState]:
    """The server's state over that library."""
    installed = AppState(Settings(library=library.folder), lambda _settings: assistant)  # type: ignore[arg-type,return-value]
    app_state.install(installed)
    yield installed
    app_state._Holder.state = None


def open_page(**address: str | list[str]) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=90)
    for name, value in address.items():
        page.query_params[name] = value
    return no_exception(page.run())


def no_exception(page: AppTest) -> AppTest:
    assert not page.exception, [problem.value for problem in page.exception]
    return page


def shown(page: AppTest) -> str:
    """The captions and Markdown as a person reads them."""
    text = "\n".join(element.value for element in [*page.markdown, *page.caption])
    return re.sub(r"\\([^\w\s])", r"\1", text)


def alt_of(page: AppTest) -> str:
    (chart,) = page.get("vega_lite_chart")
    return str(chart.proto.alt)


def test_the_latest_recording_is_shown_at_first(library: Library) -> None:
    page = open_page()
    assert page.selectbox[0].value == YARD
    assert alt_of(page).startswith("Timeline of yard.mp4, 0:00–2:00: activity, 12 segments, 1 events.")
    assert page.query_params["video"] == YARD


def test_a_link_opens_the_second_and_plays_it() -> None:
    """The moment's card is below, with the caption of that second, and the player is started once."""
    page = open_page(video=GATE, at="12.5")
    assert "**gate.mp4** 0:12.5" in shown(page)
    assert "a person walks in" in shown(page)
    names = [element.proto.component_name for element in page.get("bidi_component")]
    assert "witness_timeline_play" in names and "witness_evidence" in names


def test_a_moment_shows_the_frames_displayed_then_at_their_own_times(tmp_path: Path) -> None:
    """A click falls between two frames; twice the same frame is shown once."""
    state = SimpleNamespace(library=FakeLibrary([make_record(tmp_path)]))
    assert _displayed(state, DOCK, [12.51, 12.515, 13.0]) == (12.48, 13.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("at", ["-5", "nan", "x", "1e99"])
def test_a_second_that_is_none_in_the_address_does_no_harm(at: str) -> None:
    page = open_page(video=GATE, at=at)
    assert "Timeline of gate.mp4" in alt_of(page)


def test_buttons_zoom_and_move(library: Library) -> None:
    page = open_page(video=GATE)
    page = no_exception(click(page, "1 min"))
    assert "0:30–1:30" in shown(page)
    assert "0:00–1:00" in shown(no_exception(click(page, "Earlier")))
    assert "0:00–2:00" in shown(no_exception(click(page, "Whole")))


def test_next_event_leads_there_and_says_when_there_is_none() -> None:
    page = no_exception(click(open_page(video=GATE), "Next event"))
    assert page.query_params["at"] == "12.000"
    page = no_exception(click(page, "Next event"))
    assert "There is no later event." in shown(page)
    assert page.query_params["at"] == "12.000"


def test_next_event_goes_on_from_the_moment_whatever_is_zoomed_to(library: Library) -> None:
    """From second 30, with the first ten seconds open, it does not jump back to what is in the window."""
    walks = [happens(at, at + 1, "a person", "walks") for at in (4, 50)]
    publish(library, "twice", minutes(2, *walks))
    page = open_page(video="twice".rjust(16, "0"), at="30")
    page.session_state["timeline-view"].window = Span(0, 10)
    page = no_exception(click(page, "Next event"))
    assert page.query_params["at"] == "50.000"
    page.session_state["timeline-view"].window = Span(60, 70)
    assert no_exception(click(page, "Previous event")).query_params["at"] == "4.000"


def test_a_typed_time_is_gone_to() -> None:
    page = open_page(video=GATE)
    page = no_exception(page.text_input(key="timeline-place").set_value("1:05").run())
    assert page.query_params["at"] == "65.000"
    page = no_exception(page.text_input(key="timeline-place").set_value("9:00").run())
    assert "9:00 lies outside of 0:00–2:00" in shown(page)


def test_cameras_share_the_wall_clock() -> None:
    page = open_page(day="2026-03-01")
    assert page.multiselect[0].value == ["Gate", "Yard"]
    assert "2026-03-01 14:30:00–14:33:00" in shown(page)
    assert ":blue-badge[walks]" in "\n".join(element.value for element in page.markdown)
    page = no_exception(page.multiselect[0].set_value(["Yard"]).run())
    assert "2026-03-01 14:31:00–14:33:00" in shown(page)
    page = no_exception(page.text_input(key="timeline-place").set_value("14:31:30").run())
    assert (page.query_params["video"], page.query_params["at"]) == (YARD, "30.000")


def test_one_of_fifty_is_found_by_its_name(library: Library) -> None:
    """The page offers a few of many videos, and finds the others by part of a name."""
    for number in range(60):
        publish(library, f"more{number}", minutes(1), starts_at=f"2026-04-01T12:{number:02}:00+00:00")
    page = open_page()
    assert len(page.selectbox[0].options) == 50
    page = no_exception(page.text_input(key="timeline-find").set_value("plain").run())
    assert page.selectbox[0].options == ["plain.mp4"]
    page = no_exception(page.text_input(key="timeline-find").set_value("nothing like it").run())
    assert "No indexed video fits." in shown(page)


def test_only_ones_own_answer_is_marked(assistant: FakeAssistant, state: AppState) -> None:
    """The last answer of the person's conversation is; another person's is not, though its id is known."""
    citation = Citation("gate.mp4", GATE, Span(12, 14), Source.INDEX)
    assistant.history.begin("theirs", "somebody else")
    assistant.history.add("theirs", make_answer(citations=(citation,)))
    page = open_page(video=GATE, conversation="theirs")
    assert "cited" not in rows_of(page)
    assistant.history.begin("mine", owner_of_session().key)
    assistant.history.add("mine", make_answer(citations=(citation,)))
    assert "cited" in rows_of(open_page(video=GATE))


def test_an_empty_library_says_what_to_do(library: Library) -> None:
    for video in library.videos():
        library.catalog.remove_video(video.video_id)
    page = open_page()
    assert "witness index" in shown(page)
    assert not page.get("vega_lite_chart")


def test_the_legend_names_only_what_is_there() -> None:
    whole = Whole(Kinds(("runs", "other"), {}), 0.1, has_notes=True)
    stretch = Stretch(0, Span(0, 1), 1, "x")
    empty = Facts([], [], [], [])
    told = legend(whole, Facts([], [], [stretch], [stretch], [stretch]), cameras=True)
    for badge in [":blue-badge[runs]", ":gray-badge[other]", ":red-badge[not seen]", ":yellow-badge[note]"]:
        assert badge in told
        assert badge not in legend(whole, empty, cameras=False)


def test_names_of_what_the_pointer_does_are_those_of_the_chart() -> None:
    """The page asks the chart for these two; another name would never be answered."""
    (chart,) = open_page(video=GATE).get("vega_lite_chart")
    assert sorted(chart.proto.selection_mode) == sorted([CLICKED, DRAGGED])


def click(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def rows_of(page: AppTest) -> list[str]:
    """The names of the chart's rows, as the browser gets them."""
    import pyarrow as pa

    (chart,) = page.get("vega_lite_chart")
    (labels,) = [each for each in chart.proto.datasets if each.name == "labels"]
    return list(pa.ipc.open_stream(labels.data.data).read_all()["text"].to_pylist())
