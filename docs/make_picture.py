"""Make docs/chat.png anew: the browser chat with its answer about second 5 of the demo clip.

    python docs/make_picture.py

Needs an installed Chromium. Everything in the picture is drawn by the project itself.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from app.demo.draw import draw_demo

PICTURE = Path(__file__).with_name("chat.png")
SIZE = ViewportSize(width=1280, height=1060)
PORT = "8537"
COLOURS = 256  # a palette keeps the file small
STAY_AT_THE_FRAME = "HTMLMediaElement.prototype.play = async function () { this.controls = false }"


def main() -> None:
    """Draw the clip, index it, ask, click a frame, and keep the screenshot."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as address,
        sync_playwright() as browsers,
    ):
        chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])))
        browser = browsers.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE)
        page.add_init_script(STAY_AT_THE_FRAME)
        page.goto(address)
        ask_and_click(page)
        page.screenshot(path=PICTURE)
        browser.close()
    with Image.open(PICTURE) as picture:
        small = picture.convert("RGB").quantize(COLOURS, kmeans=3)
    small.save(PICTURE, optimize=True)
    sys.stdout.write(f"{PICTURE}: {PICTURE.stat().st_size // 1000} KB\n")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the chat over the indexed clip; yields its address."""
    clip, library = draw_demo(folder / "loading-dock.mp4"), str(folder / "library")
    witness = [sys.executable, "-m", "app.cli"]
    subprocess.run([*witness, "index", str(clip), "--library", library], check=True)  # noqa: S603
    command = [*witness, "chat", "--library", library, "--port", PORT]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        line = server.stdout.readline() if server.stdout else ""
        yield line.removeprefix("Witness is at ").split()[0]
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def ask_and_click(page: Page) -> None:
    """Ask about second 5, and let the player stand at one of the answer's frames."""
    page.get_by_role("textbox", name="Ask about your videos").fill("What happened at second 5?")
    page.keyboard.press("Enter")
    frames = page.get_by_role("button", name=re.compile("^Play loading-dock.mp4"))
    frames.nth(2).click(timeout=60_000)
    page.mouse.move(0, 0)
    page.wait_for_timeout(3000)  # until the player has its frame and the page stopped scrolling


if __name__ == "__main__":
    main()
