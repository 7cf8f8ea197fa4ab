"""The page of the incidents without a browser: what it shows, and what it asks before it deletes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

import app.pages
from app import state as app_state
from app.incidents.desk import IncidentDesk, person_at_this_machine
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
    page = AppTest.from_file(PAGE, default_timeout=90)
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
    assert "Give the incident a name" in page.error[0].value
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
    assert "What the index says of it" in [each.label for each in page.expander]
    page.text_area(key=f"text-{second.moment_id}").input("the forklift")
    [_, save] = [each for each in page.button if each.label == "Save the note"]
    no_exception(save.click().run())
    assert [each.value for each in page.toast] == ["Saved"]
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


def test_a_note_is_saved_before_what_is_clicked_next(desk: IncidentDesk, incident_id: str) -> None:
    """Both clicks reach the server together: the report that is made then holds the notes."""
    page = open_page(incident_id)
    moment = desk.store.moments(incident_id)[0]
    page.text_area(key=f"text-{moment.moment_id}").input("the forklift")
    page.text_area(key=f"notes-text-{incident_id}").input("told the foreman")
    for each in page.button:
        if each.label in ("Save the notes", "Make the report") or each.form_id == f"note-{moment.moment_id}":
            each.click()
    no_exception(page.run())
    job = desk.reports.of(incident_id)
    assert job is not None and job.changed_at == desk.store.incident(incident_id).changed_at
    while job.running:
        time.sleep(0.05)
    record = json.loads(job.files[".json"].read_bytes())
    assert (record["incident"]["notes"], record["moments"][0]["note"]) == ("told the foreman", "the forklift")


def test_a_name_that_is_open_already_is_refused(desk: IncidentDesk) -> None:
    """In words, and no second incident is made."""
    desk.store.create("Gate left open", "anna")
    page = open_page()
    page.text_input[0].input("gate LEFT open")
    press(page, "Begin")
    assert "open already" in page.error[0].value and len(desk.store.incidents()) == 1


def test_a_person_gives_their_name(desk: IncidentDesk) -> None:
    """It stands in what they begin, in place of the server's account."""
    page = open_page()
    [field] = [each for each in page.text_input if each.label == "Your name"]
    assert field.value == person_at_this_machine()
    no_exception(field.input("Anna Berg").run())
    assert [each.value for each in page.toast] == ["Saved"]
    page.text_input[0].input("Gate left open")
    press(page, "Begin")
    assert desk.store.incidents()[0].created_by == "Anna Berg"


def dialog() -> None:
    """What the dialog of the button shows, as a page."""
    from app.pages.parts import incident_button as button  # AppTest runs this by itself
    from app.state import current
    from indexer.timeline import Span

    state = current()
    video_id = state.library.video("gate.mp4").video_id
    button._show(state, button._Marked(video_id, Span(1.2, 2.6), (), "", ""))


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave links out: the page that they lead to is not part of these runs."""
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)


@pytest.mark.usefixtures("no_links")
def test_the_form_goes_away_once_the_moment_was_added(desk: IncidentDesk) -> None:
    """What was added where stands in its place, also when it runs again; there is no second way in."""
    page = no_exception(AppTest.from_function(dialog, default_timeout=90).run())
    page.text_input(key="incident-name").input("Claim 4711")
    page.text_area(key="incident-note").input("white car")
    press(page, "Add the moment")
    for _ in range(2):
        assert page.success[0].value == "Added to Claim 4711\\."
        assert [each.label for each in page.button] == ["Close"] and not page.text_input
        no_exception(page.run())
    [incident] = desk.store.incidents()
    assert [each.note for each in desk.store.moments(incident.incident_id)] == ["white car"]


@pytest.mark.usefixtures("no_links")
def test_a_name_that_is_open_takes_the_moment_and_the_same_one_once(desk: IncidentDesk) -> None:
    """As somebody does who sends the form twice: one incident, one moment, and it is said."""
    made = desk.store.create("Claim 4711", "anna")
    told = []
    for _ in range(2):
        page = no_exception(AppTest.from_function(dialog, default_timeout=90).run())
        page.selectbox(key="incident-choice").select_index(1).run()
        page.text_input(key="incident-name").input("claim 4711")
        press(page, "Add the moment")
        told.append((page.success or page.info)[0].value)
    assert "which was open already" in told[0] and "not added again" in told[1]
    assert len(desk.store.incidents()) == 1 and len(desk.store.moments(made.incident_id)) == 1
