"""The timeline as a person uses it: point, see the frame, click, watch, drag to zoom in."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from browser_media import expect_picture, played_from
from browser_watch import Watch
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

GUTTER, MARGIN = 112, 4
"""Pixels beside the time axis, on its left and right."""
SECONDS = 30.0


def place(chart: Locator, share: float, down: float = 20) -> tuple[float, float]:
    """Return where a share of the time axis lies on the screen."""
    box = chart.bounding_box()
    assert box is not None
    return box["x"] + GUTTER + (box["width"] - GUTTER - MARGIN) * share, box["y"] + down


def open_timeline(page: Page, address: str) -> Locator:
    """Go there by the navigation, choose the dock, and return the chart once it is drawn."""
    page.goto(address)
    page.get_by_role("link", name="Timeline").click()
    page.get_by_role("textbox", name="Find a video").fill("dock")
    page.keyboard.press("Enter")
    chart = page.get_by_test_id("stVegaLiteChart").and_(
        page.get_by_label(re.compile(r"^Timeline of dock\.mp4, "))
    )
    expect(chart.locator("canvas, svg").first).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(1)  # the other one is gone
    expect(page.get_by_text("0:00–0:30")).to_be_visible()
    return chart


def point_at(page: Page, chart: Locator, second: float) -> tuple[float, float]:
    """Hover over a second until the chart says so; return the place."""
    said = re.compile(rf"0:{int(second):02d}\.\d+ \(\d\d:\d\d:\d\d\)")
    for _ in range(60):  # a chart that is still being laid out hears no mouse, or hears it elsewhere
        x, y = place(chart, second / SECONDS)
        page.mouse.move(x - 40, y)
        page.mouse.move(x, y, steps=4)
        page.wait_for_timeout(500)
        if page.locator("#vg-tooltip-element").get_by_text(said).first.is_visible():
            break
    expect(page.locator("#vg-tooltip-element")).to_contain_text(said)
    return x, y


def drag(page: Page, chart: Locator, start: float, end: float, *, until: Locator) -> None:
    """Drag over a share of the time axis until what that brings is there."""
    for _ in range(20):  # the player comes into view meanwhile, and takes the chart along
        chart.scroll_into_view_if_needed()
        x, y = place(chart, start)
        page.wait_for_timeout(500)
        if place(chart, start) != (x, y):
            continue
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(place(chart, end)[0], y, steps=5)
        page.mouse.up()
        with suppress(PlaywrightTimeoutError):  # a second drag would zoom into what comes late of the first
            until.wait_for(timeout=10_000)
            break
    expect(until).to_be_visible()


def test_pointing_shows_the_frame_and_a_click_plays_it(page: Page, address: str, watch: Watch) -> None:
    """Hover at second 12, click there: the player is at that second; a drag shows these seconds alone."""
    chart = open_timeline(page, address)
    x, y = point_at(page, chart, 12.1)
    tooltip = page.locator("#vg-tooltip-element")
    picture = tooltip.locator("img")
    expect_picture(picture)
    assert picture.evaluate("image => image.naturalWidth") == 320

    page.mouse.click(x, y)
    page.mouse.move(5, 5)
    video = page.locator("video")
    expect(video).to_have_count(1)
    page.wait_for_url(re.compile(r"at=12\.\d"))
    began = played_from(video)
    at = float(re.search(r"at=([\d.]+)", page.url)[1])  # type: ignore[index]
    assert at == pytest.approx(12.1, abs=SECONDS / 120)
    assert at <= video.evaluate("video => video.currentTime") <= SECONDS
    assert began == pytest.approx(at, abs=0.05)

    window = page.get_by_text(re.compile(r"^0:0[56](\.\d+)?–0:1[78](\.\d+)?$"))
    drag(page, chart, 0.2, 0.6, until=window)
    page.get_by_role("button", name="10 s", exact=True).click()
    page.get_by_role("button", name="Next event").click()
    page.wait_for_url(re.compile(r"at=18\."))

    page.set_viewport_size({"width": 390, "height": 844})
    strip = page.get_by_role("region", name=re.compile(r"^Frames of dock\.mp4 from 0:18"))
    expect(strip).to_have_class("scroller more-after")
    strip.evaluate("strip => strip.scrollTo(9999, 0)")
    expect(strip).to_have_class("scroller more-before")
    label = chart.locator("text", has_text="activity").last
    expect(label).to_have_css("fill", "rgb(49, 51, 63)")
    page.emulate_media(color_scheme="dark")
    expect(label).to_have_css("fill", "rgb(250, 250, 250)")

    page.set_viewport_size({"width": 1280, "height": 900})
    expect(tooltip).to_have_count(1)
    page.get_by_role("link", name="Incidents").click()
    expect(tooltip).to_have_count(0)  # with its last text
    assert watch.hosts <= {"localhost", ""}
    assert watch.complaints == [], "the chart works under the page's policy"


def test_cameras_by_the_clock_fit_a_phone(page: Page, address: str) -> None:
    """At 390 pixels the cameras' timeline is there, with a description for those who cannot see it."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/timeline")
    page.get_by_role("radio", name="Cameras by the clock").click()
    expect(page.get_by_text(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d–"))).to_be_visible()
    said = re.compile(r"Timeline of dock\.mp4, old\.avi, .*activity, \d+ segments, \d+ events")
    chart = page.get_by_test_id("stVegaLiteChart").and_(page.get_by_label(said))
    expect(chart).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
