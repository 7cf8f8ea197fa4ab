"""The server's memory over a long scripted session: a person who asks, plays and browses all the time."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as Late

from bench.app.crowded import CLIP
from bench.app.pages import PAGES
from bench.app.serving import chromium, served

_WARM_UP_SHARE = 0.2
_MIB = 1024 * 1024
_A_GLANCE_MS = 4000


def measure_memory(library: Path, minutes: float) -> None:
    """Print the memory along the session, and how fast it grows once the server is warm."""
    samples: list[tuple[float, int]] = []
    with served(library) as server, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        begun, rounds, late = time.monotonic(), 0, 0
        while (passed := (time.monotonic() - begun) / 60) < minutes:
            samples.append((passed, server.memory_bytes()))
            try:
                _one_round(page, server.address, rounds)
            except Late:  # another load on the machine; what counts here is the memory
                late += 1
            rounds += 1
        samples.append((minutes, server.memory_bytes()))
    warm = [each for each in samples if each[0] >= minutes * _WARM_UP_SHARE]
    slope = float(np.polyfit(*zip(*warm, strict=True), 1)[0]) / _MIB * 60 if len(warm) > 2 else float("nan")
    print(f"{rounds} rounds of question, pages and player in {minutes:g} minutes, {late} broken off as late")
    print("| minute | memory of the server and its children |\n|---:|---:|")
    for wanted in np.linspace(0, minutes, 7):
        minute, size = min(samples, key=lambda each: abs(each[0] - wanted))
        print(f"| {minute:.0f} | {size / _MIB:.0f} MiB |")
    print(f"growth after the first {_WARM_UP_SHARE:.0%}: {slope:+.1f} MiB an hour")


def _one_round(page: Page, address: str, number: int) -> None:
    page.goto(address)
    box = page.get_by_role("textbox", name="Ask about your videos")
    box.fill(f"what happened at second {number % 28} of {CLIP}?", timeout=60_000)
    box.press("Enter")
    play = page.get_by_role("button", name=re.compile(rf"^Play {re.escape(CLIP)}")).first
    play.wait_for(timeout=120_000)
    play.click()
    page.wait_for_timeout(_A_GLANCE_MS)
    for name in PAGES[1:]:
        page.goto(f"{address}/{name}")
        page.wait_for_timeout(_A_GLANCE_MS)
