"""``witness clock`` shows when a video was recorded, and takes what a person says."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.pages.parts.library_list import video_line
from app.wall_clock import both_clocks, recorded
from indexer.clock.start import RecordingStart, StartSource
from indexer.clock.zones import parse_start
from indexer.errors import SettingsError, VideoNotFound
from indexer.library.library import Library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library that knows one video."""
    with closing(Library(tmp_path / "library")) as library:
        library.catalog.add_video("v", tmp_path / "gate.mp4", 1000)
    return tmp_path / "library"


def run(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(
        app, ["clock", "gate.mp4", *arguments, "--library", str(folder), "--timezone", "Europe/Berlin"]
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_a_video_of_which_nothing_is_known_says_how_to_tell_it(folder: Path) -> None:
    assert "--starts-at" in run(folder)


def test_what_a_person_says_is_stored_and_shown(folder: Path) -> None:
    shown = run(folder, "--starts-at", "2026-03-01 14:30:00", "--camera", "the gate")
    assert "2026-03-01 14:30:00 +01:00 (given)" in shown and "camera the gate" in shown
    told = json.loads(run(folder, "--json"))
    assert (told["starts_at"], told["camera"]) == ("2026-03-01T14:30:00+01:00", "the gate")
    assert (told["starts_at_source"], told["clock_rate"]) == ("given", 1.0)


def test_a_start_that_cannot_be_read_is_refused_and_nothing_changes(folder: Path) -> None:
    with pytest.raises(SettingsError, match="no date with a time of day"):
        run(folder, "--starts-at", "half past two")
    assert json.loads(run(folder, "--json"))["starts_at"] is None


def test_saying_it_and_reading_it_at_once_is_refused(folder: Path) -> None:
    with pytest.raises(SettingsError, match="choose one"):
        run(folder, "--starts-at", "2026-03-01 14:30:00", "--again")


def test_an_unknown_video_is_an_error(folder: Path) -> None:
    with pytest.raises(VideoNotFound):
        done = CliRunner().invoke(app, ["clock", "yard.mp4", "--library", str(folder)])
        assert done.exception is not None
        raise done.exception


def test_one_start_for_a_folder_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        ["index", str(tmp_path), "--starts-at", "2026-03-01 14:30", "--library", str(tmp_path / "l")],
        env={"WITNESS_VISION": "observer"},
    )
    assert isinstance(done.exception, SettingsError) and "one file" in str(done.exception)
    assert not (tmp_path / "l").exists()


def test_lists_and_frames_tell_both_clocks_and_mark_estimates(folder: Path) -> None:
    with closing(Library(folder)) as library:
        moment = parse_start("2026-03-01 14:30:00+01:00", None)
        library.catalog.set_start("v", RecordingStart(moment, StartSource.CONTAINER, 32.0))
        video = library.video("v")
    assert recorded(video) == "~2026-03-01 14:30:00"
    assert both_clocks(video, 5.2) == "0:05.2 (14:30:05 ±32 s)"
    assert "14\\:30\\:00" in video_line("gate.mp4", video)
