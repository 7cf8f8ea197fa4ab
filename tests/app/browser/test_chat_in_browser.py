"""The chat as a person uses it: a real server, the indexed demo clip, a real Chromium."""

from __future__ import annotations

import re

import pytest
from browser_watch import Watch
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

RECORD_SEEKS = """video => {
    window.seeks = [];
    video.addEventListener("seeked", () => window.seeks.push(video.currentTime));
}"""


def ask(page: Page, question: str, about: str) -> None:
    """Choose a video and type a question."""
    page.get_by_role("combobox", name="Ask about").click(timeout=30_000)
    page.get_by_role("option", name=about).click()
    page.get_by_role("textbox", name="Ask about your videos").fill(question)
    page.keyboard.press("Enter")


def test_question_about_second_5_leads_to_its_frames_and_the_player(
    page: Page, address: str, watch: Watch
) -> None:
    """Ask, read the answer, see its frames, click one: the player is at that second. A reload keeps all."""
    page.goto(address)
    ask(page, "what happened at second 5?", about="dock.mp4")
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer).to_contain_text(re.compile(r"\bred\b"), timeout=60_000)
    expect(answer).to_contain_text("0:05")

    frames = page.get_by_role("button", name=re.compile(r"^Play dock\.mp4 0:05"))
    expect(frames.first).to_be_visible(timeout=30_000)
    picture = frames.first.locator("img")
    expect(picture).to_have_js_property("complete", True, timeout=20_000)
    assert picture.evaluate("image => image.naturalWidth") > 0

    video = page.locator("video")
    video.evaluate(RECORD_SEEKS)
    frames.first.click()
    page.wait_for_function("() => window.seeks.length > 0", timeout=15_000)
    assert page.evaluate("() => window.seeks[0]") == pytest.approx(5, abs=0.3)
    assert video.evaluate("video => video.readyState") >= 1
    assert video.evaluate("video => video.duration") == pytest.approx(30, abs=0.2)
    frames.last.click()
    page.wait_for_function("() => window.seeks.length > 1", timeout=15_000)
    assert 5 < page.evaluate("() => window.seeks.at(-1)") < 6

    page.get_by_text("What was inspected, and what was not").click()
    expect(answer.get_by_text(re.compile("inspected: 0:05"))).to_be_visible()

    page.reload()
    expect(answer).to_contain_text(re.compile(r"\bred\b"), timeout=30_000)
    expect(frames.first).to_be_visible(timeout=30_000)
    assert watch.hosts <= {"localhost", ""}, "the page asked another host"  # "" is a blob: or data: address
    assert watch.complaints == []


def test_video_that_the_browser_does_not_play_shows_its_frame(page: Page, address: str) -> None:
    """MPEG-4 Part 2 in AVI: the frame in large, and words that say why."""
    page.goto(address)
    ask(page, "what happened at second 5?", about="old.avi")
    page.get_by_role("button", name=re.compile(r"^Play old\.avi 0:05")).first.click(timeout=60_000)
    expect(page.locator("figcaption")).to_contain_text("does not play mpeg4", timeout=15_000)
    expect(page.locator("video")).to_be_hidden()
    still = page.locator("figure img")
    expect(still).to_have_js_property("complete", True, timeout=15_000)
    assert still.evaluate("image => image.naturalWidth") == 384


def test_hostile_picture_in_a_question_makes_no_request(page: Page, address: str, watch: Watch) -> None:
    """Neither Markdown nor the policy lets a remote picture be loaded."""
    page.goto(address)
    ask(page, "what happened at second 15? ![x](http://evil.example/pixel.png)", about="dock.mp4")
    expect(page.get_by_text("What was inspected, and what was not")).to_be_visible(timeout=60_000)
    page.evaluate("() => { new Image().src = 'http://evil.example/direct.png' }")  # the policy alone
    page.wait_for_timeout(500)
    refused = [text for text in watch.complaints if "Content Security Policy" in text]
    assert refused and all("direct.png" in text for text in refused)


def test_phone_width_has_no_sideways_scrolling(page: Page, address: str) -> None:
    """At 390 pixels the page fits, and the input can be reached."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    expect(page.get_by_role("textbox", name="Ask about your videos")).to_be_in_viewport(timeout=30_000)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
