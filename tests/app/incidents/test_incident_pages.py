"""The page of the incidents without a browser: what it shows, and what it asks before it deletes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

import app.pages
from app import state as app_state
from app.incidents.desk import IncidentDesk
from app.state import AppState
from indexer.library.library import Library
from indexer.settings import Settings

PAGE = str(Path(app.pages.__file__).with_name("incidents.py"))


@pytest.fixture(autouse=True)
def state(library: Library, desk: IncidentDesk) -> Iterator[AppState]:
    """The server's state over the library and the desk of these tests."""
    assistant = SimpleNamespace(library=library, close=lambda: None)
    installed = AppState(Settings(library=library.folder), lambda _settings: assistant)  # type: ignore[arg-type,return-value]
    installed._incidents = desk
    app_state.install(installed)
    yield installed
    app_state._Holder.state = None


def open_page(incident_id: str | None = None) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=30)
    if incident_id:
        page.query_params["incident"] = incident_id
    return no_exception(page.run())


def no_exception(page: AppTest) -> AppTest:
    assert not page.exception, [problem.value for problem in page.exception]
    return page


def press(page: AppTest, label: str) -> AppTest:
    [button, *_] = [each for each in page.button if each.label == label]
    return no_exception(button.click().run())


def test_an_incident_is_begun_and_opened(desk: IncidentDesk) -> None:
    """An empty name is refused in words; a real one leads to the incident, which says how to fill it."""
    page = open_page()
    assert "Add to incident" in page.markdown[-1].value
    press(page, "Begin")
    assert "1 to 200 characters" in page.error[0].value.replace("\\", "")
    page.text_input[0].input("Gate *left* open")
    press(page, "Begin")
    [incident] = desk.store.incidents()
    assert incident.incident_id in page.query_params["incident"]
    assert page.title[0].value == r"Gate \*left\* open"
    assert "Nothing is in it yet" in "".join(each.value for each in page.markdown)


def test_a_note_is_kept_and_the_order_changed(desk: IncidentDesk, incident_id: str) -> None:
    """Both stand in the store, and the page shows them."""
    page = open_page(incident_id)
    first, second = desk.store.moments(incident_id)
    page.text_area(key=f"text-{second.moment_id}").input("the forklift")
    [_, save] = [each for each in page.button if each.label == "Save the note"]
    no_exception(save.click().run())
    [down, *_] = [each for each in page.button if each.label == "Move down"]
    no_exception(down.click().run())
    kept = desk.store.moments(incident_id)
    assert [each.moment_id for each in kept] == [second.moment_id, first.moment_id]
    assert kept[0].note == "the forklift"


def test_deleting_asks_first(desk: IncidentDesk, incident_id: str) -> None:
    """A click says what would be gone, and offers to keep it; nothing is gone yet."""
    page = press(open_page(incident_id), "Delete")
    assert "with its 2 moments" in "".join(each.value for each in page.markdown)
    assert {"Delete it", "Keep it"} <= {each.label for each in page.button}
    assert len(desk.store.incidents()) == 1


def test_a_removed_video_is_told_and_its_pictures_stay(
    desk: IncidentDesk, library: Library, incident_id: str
) -> None:
    """The card of the other moment is as it was; markup in names stays text."""
    library.catalog.remove_video(library.video("yard.mp4").video_id)
    page = open_page(incident_id)
    [warning] = page.warning
    assert "removed from the library" in warning.value and "stays" in warning.value
    assert page.title[0].value.startswith(r"Gate \<script\>")
    assert len([each for each in page.button if each.label == "Timeline"]) == 1


def test_an_unknown_incident_leads_to_the_list() -> None:
    """With a word about it."""
    page = open_page("0123456789ab")
    assert "deleted" in page.warning[0].value and page.title[0].value == "Incidents"
