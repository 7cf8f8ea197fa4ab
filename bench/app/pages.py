"""How soon a page is painted with thousands of videos in the library, and how soon a citation plays.

All times are the browser's own: its paint timings, and its clock from a click to the player's event.
"""

from __future__ import annotations

import re
import statistics
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.app.crowded import CLIP
from bench.app.serving import Served, chromium, served

PAGES = ("", "videos", "timeline", "search", "incidents", "alerts")
QUESTION = "what happened at second 5?"

_MARK_CONTENT = """
new MutationObserver(() => {
  if (!window.contentAt && document.querySelector('[data-testid="stMainBlockContainer"] h1,'
      + '[data-testid="stMainBlockContainer"] h2, [data-testid="stMainBlockContainer"] h3,'
      + '[data-testid="stChatInput"]')) window.contentAt = performance.now();
}).observe(document, { childList: true, subtree: true });
"""
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
_TIME_CLICK = """video => {
  window.played = null;
  document.addEventListener("pointerdown", () => { window.clickedAt = performance.now(); }, true);
  video.addEventListener("playing", () => {
    window.played ??= [performance.now() - window.clickedAt, video.currentTime];
  });
}"""


def measure_pages(library: Path, rounds: int) -> None:
    """Print the times of each page after a cold start, and of clicks on a citation."""
    firsts: dict[str, list[tuple[float, float]]] = {name: [] for name in PAGES}
    listening, clicks = [], []
    for _ in range(rounds):
        for name in PAGES:
            with served(library) as server, chromium() as browser:
                listening.append(server.seconds_to_listen)
                firsts[name].append(_first_visit(server, browser, name))
    with served(library) as server, chromium() as browser:
        clicks = _clicks(server, browser, max(5, rounds))
    print(f"server listens after {statistics.median(listening):.1f} s (median of {len(listening)})\n")
    print("| first visit after a cold start | painted | content there |")
    print("|---|---:|---:|")
    for name, times in firsts.items():
        painted, content = (statistics.median(column) / 1000 for column in zip(*times, strict=True))
        print(f"| /{name} | {painted:.2f} s | {content:.2f} s |")
    seconds = [each[0] / 1000 for each in clicks]
    places = [each[1] for each in clicks]
    print(
        f"\nclick on a citation to playing: median {statistics.median(seconds):.2f} s of {len(seconds)}, ",
        end="",
    )
    print(f"longest {max(seconds):.2f} s; the player was at {min(places):.2f} to {max(places):.2f} s")


def _first_visit(server: Served, browser: Browser, name: str) -> tuple[float, float]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(_MARK_CONTENT)
    page.goto(f"{server.address}/{name}")
    page.wait_for_function("() => window.contentAt", timeout=60_000)
    page.wait_for_function(_PAINT, timeout=10_000)  # the browser notes it a frame later
    painted = page.evaluate(_PAINT)
    return float(painted), float(page.evaluate("() => window.contentAt"))


def _clicks(server: Served, browser: Browser, count: int) -> list[tuple[float, float]]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    _ask(page, server.address)
    found = []
    for _ in range(count):
        page.reload()
        button = page.get_by_role("button", name=re.compile(rf"^Play {re.escape(CLIP)}.* 0:05")).first
        button.wait_for(timeout=60_000)
        page.wait_for_timeout(1000)
        page.locator("video").first.evaluate(_TIME_CLICK)
        button.click()  # by the mouse: a browser plays nothing that nobody asked for
        page.wait_for_function("() => window.played", timeout=15_000)
        milliseconds, at = page.evaluate("() => window.played")
        found.append((float(milliseconds), float(at)))
    return found


def _ask(page: Page, address: str) -> None:
    page.goto(address)
    box = page.get_by_role("textbox", name="Ask about your videos")
    box.fill(f"{QUESTION[:-1]} of {CLIP}?", timeout=60_000)
    box.press("Enter")
    page.get_by_role("button", name=re.compile(rf"^Play {re.escape(CLIP)}")).first.wait_for(timeout=120_000)
