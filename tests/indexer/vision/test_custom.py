"""``python:module:factory`` makes a person's own vision model, or says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import SettingsError, VisionError
from indexer.settings import Settings
from indexer.vision.configured import make_vision

MODULE = """
from indexer.vision.model import FrameBudget

class Model:
    name, judges, looks_at_once = "mine-1", False, 1
    caption_budget = look_budget = FrameBudget(4, 1.0, 64)
    def look(self, requests):
        return ["seen" for _ in requests]

def make():
    return Model()

def half():
    return type("Half", (), {"name": "half"})()

def broken():
    raise RuntimeError("no licence")
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "vision_of_mine.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return "python:vision_of_mine"


def test_the_factory_s_model_is_used(module: str) -> None:
    model = make_vision(Settings(vision=f"{module}:make"))
    assert model.name == "mine-1" and model.look([]) == []


@pytest.mark.parametrize(
    ("ending", "problem"),
    [
        (":nothing", "has no nothing"),
        ("", "names no factory"),
        (":half", "judges is a bool.*look"),
        ("_no:make", "cannot be imported.*PYTHONPATH"),
    ],
)
def test_what_is_wrong_is_said(module: str, ending: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        make_vision(Settings(vision=module + ending))


def test_a_factory_that_fails_is_a_vision_error(module: str) -> None:
    with pytest.raises(VisionError, match="no licence"):
        make_vision(Settings(vision=f"{module}:broken"))
