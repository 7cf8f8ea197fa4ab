"""A real server over a real library, and a real Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import pytest
from browser_server import browsing, serving
from browser_watch import Watch
from playwright.sync_api import Page, expect, sync_playwright

from indexer.library.library import Library
from indexer.settings import Settings

Witness = Callable[..., subprocess.CompletedProcess[str]]

_PATIENCE_MS = 60_000
"""How long a page may take for a step: two seconds mostly, but machines that run tests are busy."""
expect.set_options(timeout=_PATIENCE_MS)


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
def library_folder(tmp_path_factory: pytest.TempPathFactory, demo_clip: Path, witness: Witness) -> Path:
    """The demo library with its clip as dock.mp4, and the clip's first seconds as MPEG-4 Part 2."""
    folder = tmp_path_factory.mktemp("browser")
    library, clips = folder / "library", folder / "clips"
    shutil.copytree(demo_clip.parent, library, ignore=shutil.ignore_patterns(demo_clip.name))
    clips.mkdir()
    clip = Path(shutil.copy(demo_clip, clips / "dock.mp4"))
    with closing(Library.open(Settings(library=library))) as opened:
        opened.catalog.add_video(opened.video(demo_clip.name).video_id, clip, clip.stat().st_size)
    copy_as_mpeg4(demo_clip, clips / "old.avi")
    done = witness("index", clips, "--library", library)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 already indexed" in done.stderr, done.stderr
    return library


@pytest.fixture(scope="session")
def address(chromium: str, library_folder: Path) -> Iterator[str]:
    """The address that ``witness chat`` says, once it says it; Ctrl-C must end it cleanly."""
    with serving(library_folder) as said:
        yield said


@pytest.fixture
def watch() -> Watch:
    """The record of a page's requests and complaints."""
    return Watch()


@pytest.fixture(scope="session")
def browser_address(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[str]:
    """Where the one Chromium of this process is; each test has a context of its own in it."""
    with browsing(chromium, tmp_path_factory.mktemp("chromium")) as said:
        yield said


@pytest.fixture
def page(browser_address: str, watch: Watch) -> Iterator[Page]:
    """A fresh page of 1280 by 900, with cookies and caches of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect(browser_address)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(_PATIENCE_MS)
        watch.follow(page)
        yield page
        browser.close()
