"""The library's page without a browser, over a real catalog: what it lists, and what its controls do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import pytest
import streamlit as st
from chat_fakes import FakeAssistant, make_answer
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

import app.pages
from app import state as app_state
from app.indexing.activity import Doing, Problem
from app.pages.parts.videos_dialogs import REMOVE, SET_START
from app.pages.parts.videos_progress import POLL_SECONDS, READING, doing_line
from app.state import AppState
from indexer.clock.start import StartSource
from indexer.library.library import Library
from indexer.settings import Settings

PAGE = str(Path(app.pages.__file__).with_name("videos.py"))
HOSTILE = "![x](http://evil.example/x.png) <img src=x> :red[z].mp4"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library.open(Settings(library=tmp_path / "library"))
    yield library
    library.close()


@pytest.fixture
def state(library: Library, tmp_path: Path) -> Iterator[AppState]:
    """The server's state over that library; its worker is not started."""
    assistant = FakeAssistant(library, make_answer())  # type: ignore[arg-type]
    settings = Settings(library=tmp_path / "library", watch_folders=(tmp_path / "nvr",), timezone="UTC")
    installed = AppState(settings, lambda _settings: assistant)  # type: ignore[arg-type,return-value]
    app_state.install(installed)
    yield installed
    installed.worker.close()
    app_state._Holder.state = None


def add(library: Library, path: Path, *, failure: str = "") -> str:
    """Put a video into the catalog, ready or failed; its id is made from its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(path.name.encode())
    video_id = path.name.encode().hex()[:16]
    facts = path.stat()
    library.catalog.add_video(video_id, path, facts.st_size)
    library.catalog.note_file(path, video_id, facts.st_size, facts.st_mtime_ns)
    library.catalog.query("UPDATE videos SET duration_seconds = 30 WHERE video_id = ?", video_id)
    if failure:
        library.catalog.set_failure(video_id, failure, attempts=3)
    else:
        library.catalog.publish(video_id, "made")
    return video_id


def open_page(**parameters: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=90)
    for name, value in parameters.items():
        page.query_params[name] = value
    return no_exception(page.run())


def no_exception(page: AppTest) -> AppTest:
    assert not page.exception, [problem.value for problem in page.exception]
    return page


def open_dialog(which: str, video_id: str) -> AppTest:
    """The page as the menu of a video leaves it, because these tests cannot choose from a menu."""
    page = AppTest.from_file(PAGE, default_timeout=90)
    page.session_state["videos-dialog"] = (which, video_id)
    return no_exception(page.run())


def button(page: AppTest, label: str) -> Button:
    return next(each for each in page.button if each.label == label)


def words(page: AppTest) -> str:
    """All text of the page as a person reads it."""
    shown = [
        element.value for element in [*page.markdown, *page.caption, *page.info, *page.error, *page.success]
    ]
    return re.sub(r"\\([^\w\s]|_)", r"\1", "\n".join(shown))


@pytest.mark.usefixtures("state")
def test_empty_library_says_how_to_begin() -> None:
    """The ways to add videos stand open, and nothing else is in the way."""
    page = open_page()
    assert "No videos yet" in words(page)
    assert [tab.label for tab in page.tabs] == ["Upload", "Path on this machine", "Watched folders"]
    assert not page.selectbox


@pytest.mark.usefixtures("state")
def test_thousands_are_a_page_and_words_find_one(library: Library, tmp_path: Path) -> None:
    """Twenty are on the page whatever the library holds; the address brings words along and keeps them."""
    with library.catalog.transaction() as connection:
        connection.executemany(
            "INSERT INTO videos (video_id, name, path, size_bytes, fingerprint) VALUES (?, ?, ?, 1, 'made')",
            [(f"id-{number}", f"gate-{number}.mp4", b"/nvr/gate.mp4") for number in range(5000)],
        )
    page = open_page()
    assert "5,000 videos: 5,000 ready" in words(page)
    assert len(page.get("menu_button")) == 20
    found = open_page(words="gate-4321")
    assert "1 video of 5,000" in words(found) and "gate-4321.mp4" in words(found)
    found.text_input(key="videos-words").set_value("").run()
    assert "words" not in found.query_params and "5,000 videos:" in words(found)


def test_failed_video_says_why_and_is_tried_again(state: AppState, library: Library, tmp_path: Path) -> None:
    """What was set aside waits in the queue again after one click."""
    video_id = add(library, tmp_path / "bad.mp4", failure="the isolated decoder crashed.")
    page = open_page()
    assert "the isolated decoder crashed" in words(page) and "set aside" in words(page)
    no_exception(page.button(key=f"retry-{video_id}").click().run())
    assert [job.video_id for job in library.jobs.all()] == [video_id]
    assert not library.video(video_id).set_aside


def test_start_is_set_in_a_dialog(state: AppState, library: Library, tmp_path: Path) -> None:
    """What a person says is the start from then on; what cannot be read is refused, and the dialog stays."""
    video_id = add(library, tmp_path / "gate.mp4")
    page = open_dialog(SET_START, video_id)
    page.text_input(key=f"videos-starts-at-{video_id}").set_value("teatime")
    assert "teatime" in words(no_exception(button(page, "Save").click().run()))
    page.text_input(key=f"videos-starts-at-{video_id}").set_value("2026-03-01 14:30:00")
    page.text_input(key=f"videos-camera-{video_id}").set_value("north")
    page = no_exception(button(page, "Save").click().run())
    video = library.video(video_id)
    assert video.start is not None and video.start.source is StartSource.GIVEN
    assert (f"{video.start.starts_at:%H:%M %z}", video.camera) == ("14:30 +0000", "north")
    assert "Save" not in [each.label for each in page.button]


def test_save_holds_when_the_page_is_drawn_anew_instead_of_the_dialog(
    state: AppState, library: Library, tmp_path: Path
) -> None:
    """What a click does is done before anything is drawn, so it does not matter what is: here nothing is."""
    video_id = add(library, tmp_path / "gate.mp4")
    page = open_dialog(SET_START, video_id)
    page.text_input(key=f"videos-camera-{video_id}").set_value("north")
    with patch("app.pages.parts.videos_dialogs.show_dialog"):
        no_exception(button(page, "Save").click().run())
    assert library.video(video_id).camera == "north"


def test_nothing_is_drawn_anew_beneath_a_dialog(
    state: AppState, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The polling rests while something is asked, and goes on afterwards."""
    video_id = add(library, tmp_path / "gate.mp4")
    every: list[float | None] = []
    real = st.fragment

    def noting(function: Callable[..., None], *, run_every: float | None = None) -> Callable[..., None]:
        every.append(run_every)
        return real(function, run_every=run_every)

    monkeypatch.setattr(st, "fragment", noting)
    page = open_dialog(REMOVE, video_id)
    assert None in every and POLL_SECONDS not in every
    no_exception(button(page, "Keep it").click().run())
    assert every[-1] == POLL_SECONDS
    assert not state.worker.removing


def test_removal_is_asked_about_first(state: AppState, library: Library, tmp_path: Path) -> None:
    """The menu alone removes nothing; the dialog names the file that stays; only its button removes."""
    video_id = add(library, tmp_path / "gate.mp4")
    page = open_dialog(REMOVE, video_id)
    assert "The file itself stays where it is" in words(page) and str(tmp_path / "gate.mp4") in words(page)
    assert not state.worker.removing
    no_exception(button(page, "Remove it").click().run())
    assert state.worker.removing == {video_id}


def test_an_uploaded_copy_goes_only_when_that_is_ticked(
    state: AppState, library: Library, tmp_path: Path
) -> None:
    """The box is there for a copy that the library made, not ticked, and says what it would delete."""
    elsewhere = add(library, tmp_path / "gate.mp4")
    uploaded = add(library, library.folder / "uploads" / "up_1.mp4")
    assert not open_dialog(REMOVE, elsewhere).checkbox
    page = open_dialog(REMOVE, uploaded)
    [box] = page.checkbox
    assert box.value is False and r"uploaded to this library (up\_1\.mp4)" in box.label
    assert "stays where it is" in words(page)
    page = no_exception(box.check().run())
    assert "cannot be brought back" in words(page) and "stays where it is" not in words(page)
    with patch.object(state.worker, "remove") as remove:
        no_exception(button(page, "Remove it").click().run())
    remove.assert_called_once_with(uploaded, delete_copy=True)
    with patch.object(state.worker, "remove") as remove:
        no_exception(button(open_dialog(REMOVE, uploaded), "Remove it").click().run())
    remove.assert_called_once_with(uploaded, delete_copy=False)


def test_path_is_added_or_refused_in_words(state: AppState, tmp_path: Path) -> None:
    """Each line for itself: what is there is taken, what is not says what to do."""
    (tmp_path / "my footage").mkdir()
    page = open_page()
    lines = [f'"{tmp_path}/my footage"', f"file://{tmp_path}/my%20footage", "gate.mp4", "/no/such/file.mp4"]
    page.text_area[0].set_value("\n".join(lines))
    page = no_exception(next(button for button in page.button if button.label == "Add").click().run())
    assert [f"{tmp_path}/my footage is added" in text.value.replace("\\", "") for text in page.success] == [
        True,
        True,
    ]
    assert "give the whole path" in words(page) and "can be uploaded" in words(page)
    assert state.worker.busy
    assert len(no_exception(page.run()).success) == 2, "what was said stays when the page is drawn anew"


def test_folders_are_watched_and_those_of_the_settings_stay(state: AppState, tmp_path: Path) -> None:
    """A person's folder is kept in the library and can be ended; a file is no folder."""
    (tmp_path / "gate").mkdir()
    page = open_page()
    assert "by the settings" in words(page) and str(tmp_path / "nvr") in words(page)
    field = next(each for each in page.text_input if each.label == "Folder to watch")
    field.set_value(str(tmp_path / "gate"))
    page = no_exception(next(button for button in page.button if button.label == "Watch").click().run())
    assert state.worker.watched == [(tmp_path / "nvr", True), (tmp_path / "gate", False)]
    page = open_page()
    no_exception(next(button for button in page.button if button.label == "Stop watching").click().run())
    assert state.worker.watched == [(tmp_path / "nvr", True)]


def test_what_keeps_indexing_is_told_with_the_next_attempt(
    state: AppState, library: Library, tmp_path: Path
) -> None:
    """A vision server that is gone is the person's to know."""
    add(library, tmp_path / "gate.mp4")
    state.worker.activity.problem = Problem(
        "the vision server does not answer", datetime(2026, 3, 1, 14, 32, 10)
    )
    page = open_page()
    assert "the vision server does not answer" in words(page) and "14:32:10" in words(page)
    assert page.button(key="retry-now")


def test_a_clip_of_one_segment_is_read_not_at_nothing() -> None:
    """Until its first segment is done there is no share to tell, only how long it is."""
    doing = Doing(Path("/nvr/gate.mp4"), 0.0, 4.0, None)
    assert doing_line(doing) == rf"gate\.mp4: {READING}, 0:04 long"
    assert doing_line(replace(doing, done_seconds=2.0)) == r"gate\.mp4: 0:02 of 0:04"


@pytest.mark.usefixtures("state")
def test_hostile_name_stays_text(library: Library, tmp_path: Path) -> None:
    """No image, link or directive in a name or a reason is left active."""
    library.catalog.add_video("id", tmp_path / "x.mp4", 1)
    library.catalog.query("UPDATE videos SET name = ? WHERE video_id = 'id'", HOSTILE)
    library.catalog.set_failure("id", HOSTILE)
    page = open_page()
    shown = [line for each in page.markdown for line in each.value.splitlines() if "evil" in line]
    assert len(shown) >= 2
    for text in shown:
        assert not re.search(r"(?<!\\)(!?\[x\]|<img|:red\[z)", text), text
