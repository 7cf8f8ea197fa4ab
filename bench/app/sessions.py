"""Ten people at once: each asks in a browser of their own, alone and while another video is being indexed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from app.demo.draw import draw_demo
from bench.app.crowded import CLIP
from bench.app.serving import Served, chromium, processor_seconds_of_browsers, served
from indexer.library.library import Library
from indexer.settings import Settings

_SECONDS_ASKED = (5, 15, 22, 2, 10, 18, 25, 7, 12, 28)
_MILLISECONDS = 300_000
_WATCH = """() => {
    window.askedAt = performance.now();
    const said = () => Array.from(document.querySelectorAll("summary"))
        .some(one => one.textContent.includes("What was inspected, and what was not"));
    const watcher = new MutationObserver(() => {
        if (!said()) return;
        window.answeredIn = (performance.now() - window.askedAt) / 1000;
        watcher.disconnect();
    });
    watcher.observe(document.body, {childList: true, subtree: true});
}"""
_UNIQUE_TAIL = b"\x00\x00\x00\x08free"  # an empty box, so that the same pictures are another video


def measure_sessions(library: Path, folder: Path, sessions: int = 10) -> None:
    """Ask in one browser, then in many at once, then in many while videos are indexed; print the times.

    Server and browsers share this machine, so their processor time is told apart.

    Args:
        library: A library that holds the demo clip.
        folder: Where videos for the indexing meanwhile may lie.
        sessions: How many browsers.
    """
    print(
        f"{sessions} browser sessions at once, the embedded default; seconds from Enter to the checked answer"
    )
    print(f"{'':36}{'first':>8}{'median':>8}{'last':>8}{'own only':>10}{'server':>9}{'browsers':>10}")
    with served(library) as server, chromium() as browser:
        _ask_at_once(browser, server, 1)  # what is loaded at first use is none of the others' matter
        _report("one alone", _ask_at_once(browser, server, 1))
        _report(f"{sessions} at once", _ask_at_once(browser, server, sessions))
        indexing = _Indexing(library, folder)
        indexing.begin(browser, server.address)
        asked = _ask_at_once(browser, server, sessions, indexing.mark)
        _report(f"{sessions} at once, indexing meanwhile", asked)
        print(f"while they were answered, {indexing.told()}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of asking in several browsers at once."""

    seconds: Sequence[float]
    """From Enter to the checked answer, in each browser."""
    private: bool
    """Whether each browser lists nothing but its own conversation."""
    server_seconds: float
    """Processor time of the server meanwhile."""
    browser_seconds: float
    """Processor time of the browsers meanwhile, which are on this machine too."""


def _ask_at_once(
    browser: Browser, server: Served, sessions: int, at_the_start: Callable[[], None] = lambda: None
) -> _Asked:
    contexts = [browser.new_context() for _ in range(sessions)]
    pages = [_open(context, server.address) for context in contexts]
    for page, second in zip(pages, _SECONDS_ASKED, strict=False):
        page.get_by_role("textbox", name="Ask about your videos").fill(f"what happened at second {second}?")
    at_the_start()
    before = server.processor_seconds(), processor_seconds_of_browsers()
    for page in pages:
        page.evaluate(_WATCH)
        page.keyboard.press("Enter")
    for page in pages:
        page.wait_for_function("() => window.answeredIn !== undefined", polling=500, timeout=_MILLISECONDS)
    after = server.processor_seconds(), processor_seconds_of_browsers()
    taken = [float(page.evaluate("() => window.answeredIn")) for page in pages]
    private = all(
        _listed(page) == [f"what happened at second {second}?"]
        for page, second in zip(pages, _SECONDS_ASKED, strict=False)
    )
    for context in contexts:
        context.close()
    return _Asked(taken, private, after[0] - before[0], after[1] - before[1])


def _open(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address, timeout=_MILLISECONDS)
    page.get_by_role("textbox", name="Ask about your videos").wait_for(timeout=_MILLISECONDS)
    page.get_by_role("combobox", name="Ask about").click()
    page.get_by_role("option", name=CLIP).click()
    return page


def _listed(page: Page) -> list[str]:
    """Return the names of the conversations that the page lists."""
    page.reload()
    buttons = page.get_by_test_id("stSidebar").get_by_role("button", name="what happened")
    buttons.first.wait_for(timeout=_MILLISECONDS)
    return [text.strip() for text in buttons.all_inner_texts()]


def _report(name: str, asked: _Asked) -> None:
    ordered = sorted(asked.seconds)
    figures = f"{ordered[0]:8.1f}{ordered[len(ordered) // 2]:8.1f}{ordered[-1]:8.1f}"
    spent = f"{asked.server_seconds:7.1f} s{asked.browser_seconds:8.1f} s"
    print(f"{name:36}{figures}{'yes' if asked.private else 'NO':>10}{spent}", flush=True)


class _Indexing:
    """Videos that the server indexes meanwhile, added on the library's page."""

    def __init__(self, library: Path, folder: Path, videos: int = 30) -> None:
        self._library = library
        self._folder = folder / "meanwhile"
        clip = draw_demo(self._folder / "copy.mp4").read_bytes()
        for number in range(videos):
            (self._folder / f"copy-{number}.mp4").write_bytes(clip + _UNIQUE_TAIL * (number + 1))
        self._before = 0

    def begin(self, browser: Browser, address: str) -> None:
        """Add the folder, and wait until its first video is ready."""
        before = self._indexed()
        page = browser.new_page()
        page.goto(f"{address}/videos", timeout=_MILLISECONDS)
        page.get_by_text("Add videos").click()
        page.get_by_role("tab", name="Path on this machine").click()
        page.get_by_role("textbox", name="Files and folders, one a line").fill(str(self._folder))
        page.get_by_role("button", name="Add", exact=True).click()
        while self._indexed() == before:
            page.wait_for_timeout(200)
        page.close()

    def mark(self) -> None:
        """Count from here."""
        self._before = self._indexed()

    def told(self) -> str:
        """Say how far indexing came."""
        return f"{self._indexed() - self._before} of the videos beside them were indexed"

    def _indexed(self) -> int:
        with closing(Library.open(Settings(library=self._library))) as library:
            return sum(video.answerable for video in library.videos())
