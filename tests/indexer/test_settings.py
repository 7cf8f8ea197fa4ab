"""Settings: an argument beats the environment beats the file, and a misspelt one is never ignored."""

import pytest

from indexer.errors import SettingsError
from indexer.settings import load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_order_of_the_sources(empty_folder, monkeypatch):
    assert load_settings().port == 8501
    (empty_folder / "witness.toml").write_text("port = 1111\nlanguage = 'Chinese'\n")
    assert load_settings().port == 1111
    monkeypatch.setenv("WITNESS_PORT", "2222")
    assert load_settings().port == 2222
    assert load_settings(port=3333).port == 3333
    assert load_settings(port=None).language == "Chinese", "None means not given"


def test_an_unknown_variable_is_refused_with_the_known_ones(monkeypatch):
    monkeypatch.setenv("WITNESS_LIBARY", "x")
    with pytest.raises(SettingsError, match=r"WITNESS_LIBARY.*WITNESS_LIBRARY"):
        load_settings()


def test_an_unknown_key_in_the_file_is_refused_with_the_known_ones(empty_folder):
    (empty_folder / "witness.toml").write_text("visoin = 'observer'\n")
    with pytest.raises(SettingsError, match=r"visoin.*vision"):
        load_settings()


@pytest.mark.parametrize("text", ["port = 'many'", "port = 0", "port = ", "segment_seconds = 0.1"])
def test_a_bad_value_or_file_is_refused_with_its_name(empty_folder, text):
    (empty_folder / "witness.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"witness\.toml"):
        load_settings()


def test_keys_do_not_show(monkeypatch):
    monkeypatch.setenv("WITNESS_CHAT_KEY", "sk-very-secret")
    settings = load_settings()
    assert "very-secret" not in repr(settings)
    assert settings.chat_key.get_secret_value() == "sk-very-secret"
