"""``witness rules`` and ``witness alerts``: made, listed with their cost, reviewed."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from indexer.errors import LibraryError, SettingsError
from indexer.rules.rule import Check
from indexer.rules.store import Rules
from indexer.timeline import Span
from indexer.vision.verdicts import Verdict


@pytest.fixture
def witness(tmp_path: Path):
    """Run a command on an empty library; returns what it prints."""

    def run(*arguments: str) -> str:
        options = ["--library", str(tmp_path / "library")]
        done = CliRunner().invoke(app, [*arguments, *options], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_a_rule_is_made_rests_and_goes(witness) -> None:
    """With the observer the person is told at once that the rule has nobody to judge it."""
    assert "no rule yet" in witness("rules")
    made = witness("rules", "add", "fall", "Someone [falls]")
    assert 'from now on: "Someone [falls]"' in " ".join(made.split()) and "observer only measures" in made
    witness("rules", "pause", "FALL")
    assert "rests" in witness("rules")
    witness("rules", "resume", "fall")
    [told] = json.loads(witness("rules", "--json"))
    assert told["enabled"] and told["question"] == "Someone [falls]" and told["looks"] == 0
    witness("rules", "remove", "fall")
    assert json.loads(witness("rules", "--json")) == []


def test_alerts_are_listed_and_reviewed(witness, tmp_path: Path) -> None:
    witness("rules", "add", "fall", "Someone falls")
    with closing(Rules(tmp_path / "library")) as rules:
        rule = rules.rule("fall")
        found = Check(Span(10, 20), Verdict.YES, "a man [lies] there", (10.0, 15.0), 1.5)
        rules.write(rule, "gone", "model-1", [found])
    listed = witness("alerts")
    assert "0:10" in listed and "a man [lies] there" in listed and "a video that was removed" in listed
    [alert] = json.loads(witness("alerts", "--json"))
    assert alert["frame_seconds"] == [10.0, 15.0] and alert["review"] == "new"
    witness("alerts", "--dismiss", str(alert["alert"]))
    assert "No alerts" in witness("alerts", "--review", "new")
    assert "asked of 1 segment " in witness("rules") and "0 to review" in witness("rules")


def test_what_cannot_be_is_refused_in_words(witness) -> None:
    with pytest.raises(LibraryError, match="no rule 'x'"):
        witness("rules", "pause", "x")
    witness("rules", "add", "fall", "Someone falls")
    with pytest.raises(SettingsError, match="observer only measures"):
        witness("rules", "ask", "fall", "clip.mp4")
