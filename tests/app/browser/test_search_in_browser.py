"""The search as a person uses it: words, a hit, its frames, and from there to the timeline."""

from __future__ import annotations

import re

import pytest
from browser_media import played_from
from browser_watch import Watch
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_hit_plays_and_leads_to_the_timeline(page: Page, address: str, watch: Watch) -> None:
    """Search for the box that falls: the first hit plays at second 5, and opens on the timeline there."""
    page.goto(address)
    page.get_by_role("link", name="Search").click()
    words = page.get_by_role("textbox", name="What to look for")
    words.fill("red box falls")
    words.press("Enter")
    frames = page.get_by_role("button", name=re.compile(r"^Play dock\.mp4 0:05"))
    expect(frames.first).to_be_visible()
    expect(page.get_by_text(re.compile("a red region moved downwards")).first).to_be_visible()
    page.wait_for_url(re.compile(r"words=red\+box\+falls"))

    label = frames.first.get_attribute("aria-label") or ""
    frames.first.click()
    video = page.locator("video:visible")
    seconds = float(re.findall(r" 0:([\d.]+)", label)[0])
    assert played_from(video) == pytest.approx(seconds, abs=0.1)

    page.get_by_role("button", name="Timeline").first.click()
    page.wait_for_url(re.compile(r"/timeline\?.*at=[45]\."))
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    assert watch.complaints == []


def test_search_fits_a_phone(page: Page, address: str) -> None:
    """At 390 pixels the hits stand below each other and nothing has to be scrolled sideways."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/search?words=moved")
    expect(page.get_by_role("button", name=re.compile("^Play ")).first).to_be_attached()
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_role("textbox", name="With an event that says")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
