"""Watch rules as a person uses them: make one, review what it found, see what it has cost."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest
from browser_media import expect_picture
from browser_watch import Watch
from playwright.sync_api import Page, expect

from indexer.library.library import Library
from indexer.rules.rule import Check
from indexer.rules.store import Rules
from indexer.settings import Settings
from indexer.timeline import Span
from indexer.vision.verdicts import Verdict

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_rule_is_made_and_its_alert_is_reviewed(
    page: Page, address: str, library_folder: Path, watch: Watch
) -> None:
    """The model's answers come from elsewhere (this server has none); all that the person does is real."""
    page.goto(address)
    page.get_by_role("link", name="Alerts").click()
    page.get_by_role("textbox", name="Name").fill("spill")
    page.get_by_role("textbox", name="What to watch for").fill("Something red is on the floor")
    page.get_by_role("button", name="Add rule").click()
    expect(page.get_by_text("Not asked yet")).to_be_visible()

    with (
        closing(Library.open(Settings(library=library_folder))) as library,
        closing(Rules(library_folder)) as rules,
    ):
        found = Check(Span(5, 6), Verdict.YES, "a <b>red</b> thing lies there", (5.0, 5.48), 2.0)
        rules.write(rules.rule("spill"), library.video("dock.mp4").video_id, "a-model", [found])
    card = page.get_by_test_id("stMainBlockContainer")
    told = card.get_by_text("a <b>red</b> thing lies there")
    expect(told).to_be_visible()  # without a reload
    picture = page.get_by_role("button", name=re.compile(r"^Play dock\.mp4 0:05")).first.locator("img")
    expect_picture(picture)

    page.get_by_role("button", name="Right").click()
    expect(page.get_by_text("Nothing to review.")).to_be_visible()
    page.get_by_text("Confirmed", exact=True).click()
    expect(told).to_be_visible()
    page.reload()
    expect(page.get_by_text("Asked of 1 segment: 1 yes, 0 cannot tell.")).to_be_visible()

    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Something red is on the floor")).to_have_count(0)
    assert watch.complaints == []
