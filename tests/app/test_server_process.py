"""`serve` as a process of its own, over a real, empty library: it says where it is, answers, and stops."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from app.server import serve
from indexer.settings import Settings
serve(Settings(library=Path(sys.argv[1]), port=int(sys.argv[2])))
"""


def test_server_says_its_address_when_it_listens_and_stops_at_ctrl_c(tmp_path: Path) -> None:
    """The address in the first line works at once; Ctrl-C ends it with status 0 and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "library"), str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert server.stdout is not None
        first = server.stdout.readline()
        said = re.fullmatch(r"Witness is at (http://localhost:\d+) \(Ctrl-C stops it\)\.\n", first)
        assert said, first + server.stdout.read()
        with urllib.request.urlopen(f"{said[1]}/_stcore/health", timeout=60) as reply:
            assert reply.status == 200
        server.send_signal(signal.SIGINT)
        rest, _ = server.communicate(timeout=60)
        assert (server.returncode, rest) == (0, "Witness has stopped.\n")
    finally:
        server.kill()
