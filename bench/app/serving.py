"""A real server and a real browser for the benches."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

_LAUNCH = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    address: str
    process: subprocess.Popen[str]
    seconds_to_listen: float

    def memory_bytes(self) -> int:
        """Proportional memory of the server and its children."""
        return sum(_proportional_bytes(pid) for pid in _family(self.process.pid))

    def processor_seconds(self) -> float:
        """Processor time that the server and its children have taken so far."""
        return _processor_seconds(self.process.pid)


def processor_seconds_of_browsers() -> float:
    """Processor time that the children of this process have taken so far which are no server of ours."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return sum(_processor_seconds(int(child)) for child in children if not _is_server(int(child)))


def run_witness(*arguments: str) -> None:
    """Run a command; what it prints is shown when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"witness {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def served(library: Path, *options: str) -> Iterator[Served]:
    """Start ``witness chat`` and stop it again."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    begun = time.perf_counter()
    command = ["-m", "app.cli", "chat", "--library", str(library), "--port", str(port), *options]
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if said := re.search(r"http://localhost:\d+", line):
                break
        else:
            raise SystemExit("the server did not start:\n" + "".join(lines))
        yield Served(said[0], process, time.perf_counter() - begun)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
    finally:
        process.kill()
        process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's Chromium."""
    path = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if path is None:
        raise SystemExit("no Chromium is installed: apt-get install chromium")
    playwright: Playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_LAUNCH)
        yield browser
        browser.close()


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    told = children.read_text().split() if children.exists() else []
    return [pid, *(each for child in told for each in _family(int(child)))]


def _processor_seconds(pid: int) -> float:
    ticks = 0
    for each in _family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])  # its own and that of children that ended
    return ticks / os.sysconf("SC_CLK_TCK")


def _is_server(pid: int) -> bool:
    return b"app.cli" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _proportional_bytes(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:"))
