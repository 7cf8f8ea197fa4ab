"""The command line: notes, conversations, and how an answer came about."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.commands.note import parse_span
from app.explanation import describe_step
from assistant.answer import SECOND_LOOK_STEP, Step
from indexer.errors import LibraryError, SettingsError
from indexer.library.library import Library
from indexer.timeline import Span


@pytest.fixture
def run(monkeypatch):
    """Run a command in this process, and return what it printed."""
    monkeypatch.setenv("WITNESS_VISION", "observer")
    monkeypatch.setenv("COLUMNS", "160")

    def ran(*arguments):
        result = CliRunner().invoke(app, list(map(str, arguments)))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    return ran


def test_a_second_look_reads_as_what_it_is():
    step = Step(SECOND_LOOK_STEP, {"at_most": 6}, 1.25, "2 confirmed")
    assert describe_step(step) == "second look at the frames of at most 6 statements 1.25 s"


def test_a_stretch_is_a_second_or_from_to():
    assert parse_span("1:23") == Span(83, 84)
    assert parse_span("5-7.5") == parse_span("0:05–0:07.5") == Span(5, 7.5)
    with pytest.raises(SettingsError, match="not after"):
        parse_span("7-5")


def test_a_note_is_made_listed_and_taken_back(run, tmp_path):
    library = Library(tmp_path)
    library.import_captions("dock.mp4", 30.0, [(0, 30, "A dock.")])
    library.close()
    where = ("--library", tmp_path)
    (note,) = json.loads(run("note", "dock.mp4", "0:01-0:02", "a [bold]test[/] card", *where, "--json"))
    assert (note["start_seconds"], note["end_seconds"], note["author"]) == (1, 2, "a person")
    assert "0:01–0:02 a [bold]test[/] card  a person" in run("note", "dock.mp4", *where)
    assert "nothing is noted" in run("note", "dock.mp4", "--remove", note["note_id"], *where)
    with pytest.raises(SettingsError, match="what is to be noted is missing"):
        run("note", "dock.mp4", "0:01", *where)
    with pytest.raises(LibraryError, match="no note 99"):
        run("note", "dock.mp4", "--remove", 99, *where)


def test_a_conversation_goes_on_and_is_explained(run, demo_library):
    where = ("--library", demo_library)
    told = run("ask", "when did the lights go out?", *where, "--conversation", "test", "--explain")
    assert "Read from the question" in told and "ranks: " in told and "cited: The light dropped" in told
    answer = json.loads(run("ask", "and then?", *where, "--conversation", "test", "--explain", "--json"))
    assert answer["reading"][0].startswith("goes on from the answer before")
    assert all(step["arguments"]["start_seconds"] >= 20 for step in answer["steps"])
    assert all(step["why"] for step in answer["steps"])
