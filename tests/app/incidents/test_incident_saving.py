"""What was typed is saved though another click comes in while it is."""

from __future__ import annotations

import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException

from app.pages.parts.incident_saving import save_typed


class Interrupted(dict[str, str]):
    """A session's state that is read while another click waits: as Streamlit's, it ends what runs, once."""

    waiting = True

    def __getitem__(self, key: str) -> str:
        if self.waiting:
            self.waiting = False
            raise RerunException(RerunData())
        return super().__getitem__(key)


def test_the_text_is_written_and_then_the_other_click_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interruption is passed on, as else that click would be lost."""
    monkeypatch.setattr("streamlit.session_state", Interrupted(note="the forklift"))
    written: list[str] = []
    with pytest.raises(RerunException):
        save_typed("note", written.append)
    assert written == ["the forklift"]
