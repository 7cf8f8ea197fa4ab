"""``witness chat`` and a Chromium as processes of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BROWSER = [sys.executable, "-m", "playwright", "launch-server", "--browser", "chromium"]
_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def witness(*arguments: str) -> list[str]:
    """Return the command line of ``witness`` with these arguments."""
    return [sys.executable, "-m", "app.cli", *arguments]


@contextmanager
def serving(library: Path, *options: str) -> Iterator[str]:
    """Serve a library; gives the address that the server says. Ctrl-C must end it cleanly."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = witness("chat", "--library", str(library), "--port", str(port), *options)
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert server.stdout is not None
        lines = []
        for line in server.stdout:
            lines.append(line)
            if said := re.search(r"http://localhost:\d+", line):
                break
        else:
            raise AssertionError("the server ended before it said its address:\n" + "".join(lines))
        yield said[0]
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0, server.stdout.read()
    finally:
        server.kill()
        server.wait()


@contextmanager
def browsing(chromium: str, folder: Path) -> Iterator[str]:
    """Run a Chromium that many tests use one after another; gives the address where Playwright finds it."""
    config = {"executablePath": chromium, "args": _OPTIONS, "headless": True, "host": "127.0.0.1"}
    path = folder / "browser.json"
    path.write_text(json.dumps(config))
    command = [*_BROWSER, "--config", str(path)]
    browser = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert browser.stdout is not None
        address = browser.stdout.readline().strip()
        assert address.startswith("ws://"), f"Chromium did not start: {address}{browser.stdout.read()}"
        yield address
    finally:
        os.killpg(browser.pid, signal.SIGTERM)  # Playwright's own process is a child of this one
        browser.wait(timeout=60)
