"""``witness report``, ``verify`` and ``export`` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.incidents.desk import IncidentDesk
from indexer.errors import LibraryError, SettingsError, WitnessError


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(desk: IncidentDesk, incident_id: str) -> Path:
    """The library's folder, with an incident in it."""
    assert incident_id
    return desk.library.folder


def test_a_report_is_written_and_verifies(folder: Path, incident_id: str, tmp_path: Path) -> None:
    """By the beginning of its id, with the clips beside; exit status 0 while all matches, 1 after an edit."""
    out = tmp_path / "out" / "fall.json"
    done = run("report", incident_id[:5], "--out", out, "--by", "ben", "--library", folder)
    assert done.exit_code == 0, done.output
    record = json.loads(out.read_text())
    assert record["report"]["made_by"] == "ben" and record["seals"]["whole"] in done.output
    assert (tmp_path / "out" / "fall-clips" / "clip-01.mp4").is_file()

    verified = run("verify", out)
    assert verified.exit_code == 0 and "everything matches" in verified.output
    out.write_text(out.read_text().replace("What fell?", "What flew?", 1))
    failed = run("verify", out)
    assert failed.exit_code == 1 and "not everything matches" in failed.output
    assert "moment 1 (text" in failed.output


def test_verify_for_programs(folder: Path, clips: Path, tmp_path: Path) -> None:
    """One JSON document, also when something is missing."""
    out = tmp_path / "report.html"
    incident = json.loads(run("report", "--list", "--json", "--library", folder).output)[0]
    assert (incident["moments"], incident["status"]) == (2, "open")
    assert run("report", incident["name"], "--out", out, "--library", folder).exit_code == 0
    (clips / "yard.mp4").unlink()
    failed = run("verify", out, "--json")
    told = json.loads(failed.output)
    assert failed.exit_code == 1 and told["matches"] is False
    missing = [item["item"] for item in told["items"] if item["verdict"] == "missing"]
    assert missing == ["source 2, yard.mp4", "moment 2, frame at 0:02.48", "moment 2, clip clip-02.mp4"]


def test_what_cannot_be_reported_is_said(folder: Path, tmp_path: Path) -> None:
    """An unknown incident, an unknown form, a file that is no report."""
    assert isinstance(run("report", "nothing", "--library", folder).exception, LibraryError)
    wrong_form = run("report", "x", "--out", "report.docx", "--library", folder)
    assert isinstance(wrong_form.exception, SettingsError)
    (tmp_path / "x.json").write_text("{}")
    assert isinstance(run("verify", tmp_path / "x.json").exception, WitnessError)


def test_export_prints_or_writes(folder: Path, tmp_path: Path) -> None:
    """One video goes to the output, several into a folder; a table is one file that spreadsheets read."""
    printed = run("export", "gate.mp4", "--format", "vtt", "--library", folder)
    assert printed.output.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n")
    assert isinstance(run("export", "gate.mp4", "yard.mp4", "--library", folder).exception, SettingsError)
    done = run("export", "gate.mp4", "yard.mp4", "--out", tmp_path / "subs", "--library", folder)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "subs").iterdir()) == ["gate.srt", "yard.srt"]
    table = tmp_path / "events.csv"
    run("export", "gate.mp4", "yard.mp4", "--format", "csv", "--out", table, "--library", folder)
    assert table.read_bytes().startswith(b"\xef\xbb\xbfvideo,camera,")
