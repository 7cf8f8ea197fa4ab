"""What the app's tests share: a small library, an assistant over it, and the server's state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_fakes import FakeAssistant, FakeLibrary, make_answer, make_record
from streamlit.runtime.context import ContextProxy

from app import state as app_state
from app.owner import COOKIE
from app.questions import RunningQuestion
from app.state import AppState
from indexer.settings import Settings


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    """A library with one ready video."""
    return FakeLibrary([make_record(tmp_path)])


@pytest.fixture
def assistant(library: FakeLibrary, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAssistant]:
    """An assistant over that library; a page waits for its answers however long a busy machine takes."""
    made, wait = FakeAssistant(library, make_answer()), RunningQuestion.wait

    def patient(running: RunningQuestion, timeout_seconds: float) -> bool:
        return wait(running, max(timeout_seconds, 60.0) if made.may_go_on.is_set() else timeout_seconds)

    monkeypatch.setattr(RunningQuestion, "wait", patient)
    yield made
    made.may_go_on.set()


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The cookies of the browser that every page of a test is opened in."""
    kept = {COOKIE: "0" * 32}
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _self: kept))
    return kept


@pytest.fixture
def state(tmp_path: Path, assistant: FakeAssistant, cookies: dict[str, str]) -> Iterator[AppState]:
    """The server's state over that assistant, installed for the page."""
    installed = AppState(Settings(library=tmp_path / "library"), lambda _settings: assistant)  # type: ignore[arg-type,return-value]
    app_state.install(installed)
    yield installed
    app_state._Holder.state = None
