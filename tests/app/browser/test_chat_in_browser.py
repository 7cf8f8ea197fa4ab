"""The chat as a person uses it: a real server, the indexed demo clip, a real Chromium."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from browser_media import expect_picture
from browser_watch import Watch
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

RECORD_SEEKS = """video => {
    window.seeks = [];
    video.addEventListener("seeked", () => window.seeks.push(video.currentTime));
}"""
SLOW = 120_000


def ask(page: Page, question: str, about: str = "") -> None:
    """Choose a video and type a question."""
    if about:
        page.get_by_role("combobox", name="Ask about").click()
        page.get_by_role("option", name=about).click()
    page.get_by_role("textbox", name="Ask about your videos").fill(question)
    page.keyboard.press("Enter")


def current_time(video: Locator) -> float:
    return float(video.evaluate("video => video.currentTime"))


def test_question_leads_to_its_frames_and_on_from_them(page: Page, address: str, watch: Watch) -> None:
    """Ask, see the frames, play one, step by frames, see what is before, look again, note what is wrong."""
    page.goto(address)
    ask(page, "what happened at second 5?", about="dock.mp4")
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer).to_contain_text(re.compile(r"\bred\b"), timeout=SLOW)
    frames = page.get_by_role("button", name=re.compile(r"^Play dock\.mp4 0:05"))
    picture = frames.first.locator("img")
    expect_picture(picture)

    video = page.locator("video")
    video.evaluate(RECORD_SEEKS)
    frames.first.click()
    page.wait_for_function("() => window.seeks.length > 0")
    assert page.evaluate("() => window.seeks[0]") == pytest.approx(5, abs=0.05)
    assert video.evaluate("video => video.duration") == pytest.approx(30, abs=0.2)

    page.keyboard.press("k")
    expect(video).to_have_js_property("paused", True)
    video.evaluate("video => { video.currentTime = 10.01 }")
    for key, seconds in ((".", 10.04), (".", 10.08), (",", 10.04)):
        page.keyboard.press(key)  # the clip has 25 frames a second
        expect(page.locator("figcaption")).to_contain_text(f"0:{seconds}")
        assert current_time(video) == pytest.approx(seconds, abs=0.002)
    page.keyboard.press("k")  # the caption names no frame any more that has gone by
    expect(page.locator("figcaption")).to_contain_text("From dock.mp4 0:10.")
    page.keyboard.press("k")
    expect(video).to_have_js_property("paused", True)
    video.evaluate("video => { video.currentTime = 10.04 }")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Ask about your videos")).to_be_focused()
    page.keyboard.type("k.,np")  # typing is no command
    assert current_time(video) == pytest.approx(10.04, abs=0.002)
    page.get_by_role("textbox", name="Ask about your videos").fill("")

    page.get_by_role("button", name="Show what is before this moment").click()
    expect(page.get_by_role("button", name=re.compile(r"^Play dock\.mp4 0:00 "))).to_be_visible()

    page.get_by_role("button", name="Look again here").click()
    page.get_by_role("textbox", name=re.compile("What to look for in 0:05")).fill("which text can be read?")
    page.keyboard.press("Enter")
    second = page.get_by_test_id("stChatMessage").nth(3)
    expect(second).to_contain_text("DOCK 4", timeout=SLOW)
    expect(second.get_by_text(re.compile(r"What was done: \d steps"))).to_be_visible()

    page.get_by_role("button", name="This is wrong").first.click()
    page.get_by_label("What is wrong here, and what is right?").fill("that *box* was thrown")
    page.get_by_role("button", name="Keep the note").click()
    noted = page.get_by_text("noted by a person: that *box* was thrown").first
    expect(noted).to_be_visible()
    page.reload()
    expect(noted).to_be_visible()
    assert watch.hosts <= {"localhost", ""}, "the page asked another host"  # "" is a blob: or data: address
    assert watch.complaints == []


def test_conversations_are_ones_own(page: Page, address: str, tmp_path: Path) -> None:
    """Stop a question, ask another, name it, find it again, export it, delete it; nobody else sees it."""
    page.goto(address)
    ask(page, "what happened between 0:00 and 0:30?", about="dock.mp4")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Nothing of this question is kept.")).to_be_visible()
    ask(page, "what happened at second 15?")
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2, timeout=SLOW)
    expect(page.get_by_role("button", name=re.compile("^Play dock"))).not_to_have_count(0, timeout=SLOW)

    menu = page.get_by_role("button", name="Conversation", exact=True)
    menu.click()
    page.get_by_role("textbox", name="Name", exact=True).fill("The night shift")
    page.get_by_role("button", name="Rename", exact=True).click()
    sidebar = page.get_by_test_id("stSidebar")
    listed = sidebar.get_by_role("button", name="The night shift")
    expect(listed).to_be_visible()
    search = page.get_by_role("textbox", name="Search conversations")
    for words, found in (("no such words", 0), ("SECOND 15", 1)):
        search.fill(words)
        search.press("Enter")
        expect(listed).to_have_count(found)

    assert page.context.browser is not None
    other = page.context.browser.new_context().new_page()
    other.goto(page.url)
    expect(other.get_by_text("begun in another browser")).to_be_visible()
    expect(other.get_by_role("button", name="The night shift")).to_have_count(0)
    expect(other.get_by_role("textbox", name="Ask about your videos")).to_have_count(0)
    other.close()

    export = page.get_by_role("button", name="Export as JSON")
    if not export.is_visible():  # it stays open where nothing closed it
        menu.click()
    with page.expect_download() as download:
        export.click()
    assert download.value.suggested_filename == "the-night-shift.json"
    download.value.save_as(tmp_path / "told.json")
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["title"] == "The night shift"
    assert [turn["question"] for turn in told["turns"]] == ["what happened at second 15?"]
    assert told["turns"][0]["citations"][0]["start_seconds"] >= 15

    page.get_by_text("Delete it for good").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(listed).to_have_count(0)
    page.wait_for_url(lambda url: "conversation=" not in url)


def test_video_that_the_browser_does_not_play_shows_its_frame(page: Page, address: str) -> None:
    """MPEG-4 Part 2 in AVI: the frame in large with words that say why, then a copy that plays."""
    page.goto(address)
    ask(page, "what happened at second 5?", about="old.avi")
    page.get_by_role("button", name=re.compile(r"^Play old\.avi 0:05")).first.click(timeout=SLOW)
    expect(page.get_by_text("does not play this file (mpeg4 video)")).to_be_visible()
    still = page.locator("figure img")
    expect(still).to_have_js_property("naturalWidth", 384)
    video = page.locator("video")
    expect(video).to_be_visible(timeout=SLOW)
    expect(video).to_have_js_property("videoWidth", 384, timeout=SLOW)
    page.wait_for_function("video => video.currentTime >= 5", arg=video.element_handle())
    began = video.evaluate("video => video.played.length ? video.played.start(0) : video.currentTime")
    assert began == pytest.approx(5, abs=1)


def test_hostile_picture_in_a_question_makes_no_request(page: Page, address: str, watch: Watch) -> None:
    """Neither Markdown nor the policy lets a remote picture be loaded; on a phone the page fits."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    expect(page.get_by_role("textbox", name="Ask about your videos")).to_be_in_viewport()
    ask(page, "what happened at second 15? ![x](http://evil.example/pixel.png)")
    expect(page.get_by_text("What was inspected, and what was not")).to_be_visible(timeout=SLOW)
    with page.expect_console_message(lambda message: "direct.png" in message.text):
        page.evaluate("() => { new Image().src = 'http://evil.example/direct.png' }")  # the policy alone
    refused = [text for text in watch.complaints if "Content Security Policy" in text]
    assert refused and all("direct.png" in text for text in refused)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
