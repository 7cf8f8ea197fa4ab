"""An incident as a person makes it: a moment from an answer, a note, a report, and whether it verifies."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from browser_server import witness
from browser_watch import Watch
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SLOW = 120_000
"""Milliseconds that a loaded machine may take for an answer, a report."""
NAME = "Pallet <b>fell</b> at the dock"


def verify(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = witness("verify", *map(str, arguments))
    return subprocess.run(command, capture_output=True, text=True, check=False)


def save(page: Page, button: str, path: Path) -> Path:
    """Save what a download button offers."""
    with page.expect_download(timeout=SLOW) as download:
        page.get_by_role("button", name=button).click()
    download.value.save_as(path)
    return path


def test_a_moment_becomes_a_report_that_verifies(
    page: Page, address: str, library_folder: Path, tmp_path: Path, watch: Watch
) -> None:
    """Ask, add the moment with a note, make the report, verify it; a changed source fails."""
    page.goto(address)
    page.get_by_role("textbox", name="Ask about your videos").fill("what happened at second 5 of dock.mp4?")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add to incident").first.click(timeout=SLOW)
    page.get_by_label("Name of the new incident").fill(NAME)
    page.get_by_label("Note on this moment").fill("Seen by the night shift")
    page.get_by_role("button", name="Add the moment").click()
    link = page.get_by_role("link", name="Open the incident")
    link.wait_for(timeout=SLOW)
    expect(page.get_by_role("button", name="Add the moment")).to_have_count(0)
    link.click()

    expect(page.get_by_role("heading", name=NAME)).to_be_visible(timeout=SLOW)
    expect(page.get_by_label("Note on this moment").first).to_have_value("Seen by the night shift")
    expect(page.get_by_role("button", name=re.compile(r"^Play dock\.mp4 0:05")).first).to_be_visible()
    page.get_by_label("Notes on the incident").fill("Told the foreman")
    page.get_by_role("button", name="Save the notes").click()
    page.get_by_role("button", name="Make the report").click()
    page.get_by_role("button", name="PDF").wait_for(timeout=SLOW)

    report = save(page, "JSON", tmp_path / "report.json")
    record = json.loads(report.read_bytes())
    assert (record["incident"]["name"], record["incident"]["notes"]) == (NAME, "Told the foreman")
    [moment] = record["moments"]
    assert moment["question"] == "what happened at second 5 of dock.mp4?"
    assert moment["answer"]["citations"] and moment["answer"]["models"]["chat"]
    assert moment["frames"] and moment["clip"]
    done = verify(report)
    assert done.returncode == 0 and "everything matches" in done.stdout, done.stdout + done.stderr
    assert verify(save(page, "Web page (HTML)", tmp_path / "report.html")).returncode == 0
    page.reload()
    expect(page.get_by_label("Notes on the incident")).to_have_value("Told the foreman", timeout=SLOW)
    assert watch.hosts <= {"localhost", ""}, "the page asked another host"

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("heading", name="Incidents")).to_be_visible(timeout=SLOW)

    source = library_folder.parent / "clips" / "dock.mp4"
    changed = bytearray(source.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "dock.mp4").write_bytes(changed)
    hidden = source.rename(source.with_suffix(".away"))
    try:
        failed = verify(report, "--folder", tmp_path / "copy")
    finally:
        hidden.rename(source)
    assert failed.returncode == 1
    assert re.search(r"differs +source 1, dock\.mp4: .*has changed", failed.stdout), failed.stdout
