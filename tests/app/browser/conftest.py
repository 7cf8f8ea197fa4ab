"""A real server over a real library, and a real Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest
from browser_server import serving, witness
from browser_watch import Watch
from playwright.sync_api import Page, sync_playwright

from app.demo.draw import draw_demo

LAUNCH = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def copy_as_mpeg4(clip: Path, copy: Path, seconds: float = 7.0) -> None:
    """Encode the clip's first seconds as browsers do not play them."""
    with av.open(str(clip)) as source, av.open(str(copy), "w") as target:
        stream = target.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 384, 216, "yuv420p"
        for number, frame in enumerate(source.decode(video=0)):
            if frame.time >= seconds:
                break
            small = frame.reformat(384, 216)
            small.pts, small.time_base = number, Fraction(1, 25)
            target.mux(stream.encode(small))
        target.mux(stream.encode())


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chromium. With ``TEST_BROWSER=1`` its absence fails instead of skips."""
    found = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if found is None and os.environ.get("TEST_BROWSER") == "1":
        pytest.fail("TEST_BROWSER=1, but there is no chromium, chromium-browser or google-chrome on the PATH")
    if found is None:
        pytest.skip("no Chromium is installed")
    return found


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Path:
    """A library with the demo clip, and its first seconds as MPEG-4 Part 2, indexed by the command line."""
    folder = tmp_path_factory.mktemp("browser")
    clip = draw_demo(folder / "clips" / "dock.mp4")
    copy_as_mpeg4(clip, folder / "clips" / "old.avi")
    library = folder / "library"
    command = witness("index", str(clip.parent), "--library", str(library))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return library


@pytest.fixture(scope="session")
def address(library_folder: Path) -> Iterator[str]:
    """The address that ``witness chat`` says, once it says it; Ctrl-C must end it cleanly."""
    with serving(library_folder) as said:
        yield said


@pytest.fixture
def watch() -> Watch:
    """The record of a page's requests and complaints."""
    return Watch()


@pytest.fixture
def page(chromium: str, watch: Watch) -> Iterator[Page]:
    """A fresh page of 1280 by 900."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        watch.follow(page)
        yield page
        browser.close()
