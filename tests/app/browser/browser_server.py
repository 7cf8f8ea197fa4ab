"""``witness chat`` as a process of its own, for a real browser."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
        assert server.wait(timeout=20) == 0, server.stdout.read()
    finally:
        server.kill()
        server.wait()
