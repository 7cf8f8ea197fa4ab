"""The chat model is built from the settings, and a setting that cannot be used says why."""

from __future__ import annotations

import pytest
from assistant_fakes import FakeLibrary
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant.models.configured import make_chat_model
from assistant.models.planner import OfflinePlanner
from indexer.errors import SettingsError
from indexer.settings import Settings


def test_offline_is_the_planner_and_knows_the_library(library: FakeLibrary) -> None:
    model = make_chat_model(Settings(), library)  # type: ignore[arg-type, call-arg]
    assert isinstance(model, OfflinePlanner)
    assert model.reader is not None and model.reader("second 5", None).handles == ("dock.mp4",)


def test_a_key_for_openai_is_not_sent_to_another_server(
    library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    model = make_chat_model(Settings(chat="openai:qwen", chat_url="http://127.0.0.1:1/v1"), library)  # type: ignore[arg-type, call-arg]
    assert isinstance(model, ChatOpenAI) and isinstance(model.openai_api_key, SecretStr)
    assert model.openai_api_key.get_secret_value() != "sk-mine"


@pytest.mark.parametrize("chat", ["nonsense", "martian:model", "ibm:granite", "openai:gpt-4.1"])
def test_what_cannot_be_used_is_a_clear_error(
    library: FakeLibrary, monkeypatch: pytest.MonkeyPatch, chat: str
) -> None:
    """An unknown name, an unknown provider, a package that is not installed, a key that is missing."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError) as raised:
        make_chat_model(Settings(chat=chat), library)  # type: ignore[arg-type, call-arg]
    assert chat in str(raised.value)
