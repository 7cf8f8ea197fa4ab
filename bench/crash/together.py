"""Two ``witness index`` at once while a chat is open: nothing is lost, and the chat sees the new videos."""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.crash.captioner import Captioner
from bench.crash.contents import read_contents
from bench.crash.runs import Bench
from bench.crash.watcher import watching

_LONGEST_SECONDS = 120.0
_ROUNDS = 3


def run_together(bench: Bench, captioner: Captioner) -> list[str]:
    """Index two folders into one library at the same time, again and again; return what went wrong."""
    folders = _two_folders(bench)
    captioner.begin(None)
    wanted_library = bench.folder / "one-after-the-other"
    for folder in folders:
        bench.start(wanted_library, folder).ended_within(_LONGEST_SECONDS)
    wanted = read_contents(wanted_library)
    troubles: list[str] = []
    for number in range(_ROUNDS):
        library = bench.folder / f"together-{number}"
        captioner.begin(library / "catalog.sqlite")
        with _chat(bench, library) as port, watching(library) as watcher:
            runs = [bench.start(library, folder) for folder in folders]
            ended = all(run.ended_within(_LONGEST_SECONDS) for run in runs)
            served = {video_id: _status(port, f"/library/frame/{video_id}/500.jpg")
                      for (_, video_id), *_ in _published(wanted.tables["videos"])}  # fmt: skip
        found = [*watcher.violations, *read_contents(library).differences(wanted)]
        found += [] if ended else [f"a run does not end: {runs[0].words[-500:]}"]
        found += [f"captioned though written: {digest}" for digest in captioner.asked_though_written]
        found += [f"captioned {count} times: {each}" for each, count in captioner.asked.items() if count > 1]
        found += [f"the open chat answers {status} for a frame of {video_id}"
                  for video_id, status in served.items() if status != 200]  # fmt: skip
        print(f"two runs at once, round {number + 1}: {len(watcher.seen)} videos became visible to the open "
              f"reader, the open chat serves {len(served)}, {'; '.join(found) or 'equal'}",
              flush=True)  # fmt: skip
        troubles += found
        shutil.rmtree(library)
    return troubles


def _two_folders(bench: Bench) -> list[Path]:
    folders = [bench.folder / "left", bench.folder / "right"]
    for folder in folders:
        folder.mkdir()
    for number, file in enumerate(sorted(bench.footage.iterdir())):
        (folders[number % 2] / file.name).hardlink_to(file)
    return folders


def _published(videos: list[tuple[object, ...]]) -> Iterator[tuple[tuple[str, str], ...]]:
    for row in videos:
        if dict(row)["fingerprint"]:  # type: ignore[call-overload]
            yield row  # type: ignore[misc]


@contextmanager
def _chat(bench: Bench, library: Path) -> Iterator[int]:
    """Serve the browser chat of a library while the block lasts; gives its port once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app.cli", "chat", "--library", str(library), "--port", str(port)]
    with (bench.folder / f"{library.name}.chat").open("w") as log:
        server = subprocess.Popen(
            command, cwd=bench.folder, env={**bench.environment, "WITNESS_CHAT": "offline"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while _status(port, "/library/frame/none/0.jpg") != 404 and time.monotonic() < deadline:
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait()


def _status(port: int, path: str) -> int:
    """Return the status of an answer, 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
