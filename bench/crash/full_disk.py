"""Fill the disk under an index run: a clear error, an intact library, and it goes on when there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.crash.captioner import Captioner
from bench.crash.contents import Contents, read_contents
from bench.crash.runs import Bench

_LONGEST_SECONDS = 120.0
_ROOM_KB = (0, 40, 120, 250, 400, 600, 800, 1000, 1200, 1500, 2000)
"""How much room there is to write in; a library of the footage takes about 2 MB with its logs."""
_MADE_ROOM = "64m"


def fill_disks(bench: Bench, captioner: Captioner) -> list[str]:
    """Index onto disks with little room; return what went wrong."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        print("full disk: left out, it needs root to mount a small tmpfs")
        return []
    captioner.begin(None)
    wanted_library = bench.folder / "with-room"
    bench.start(wanted_library).ended_within(_LONGEST_SECONDS)
    wanted = read_contents(wanted_library)
    troubles = []
    print("\n| kept free | room | ends | videos answerable meanwhile | afterwards |\n|---|---:|---|---|---|")
    for reserve in (True, False):
        for room_kb in _ROOM_KB:
            found = _fill_one(bench, wanted, room_kb, reserve=reserve)
            troubles += [f"disk with {room_kb} KB: {trouble}" for trouble in found]
    for trouble in troubles:
        print(f"WRONG {trouble}")
    return troubles


def _fill_one(bench: Bench, wanted: Contents, room_kb: int, *, reserve: bool) -> list[str]:
    """Index onto one small disk. Without the reserve the bytes run out in the middle of a write."""
    from indexer.library.failures import RESERVE_BYTES

    size_kb = room_kb + (RESERVE_BYTES // 1024 if reserve else 0)
    with _small_disk(bench.folder / f"disk-{size_kb}", size_kb) as disk:
        library = disk / "library"
        troubles, first = _expect_full(bench, library, reserve=reserve)
        answerable = _ask_meanwhile(bench, library, troubles, reserve=reserve)
        subprocess.run(["mount", "-o", f"remount,size={_MADE_ROOM}", str(disk)], check=True)
        again = bench.start(library)
        if not again.ended_within(_LONGEST_SECONDS):
            troubles.append("the run after room was made does not end")
        troubles += read_contents(library).differences(wanted)
    kept = "4 MiB" if reserve else "nothing"
    afterwards = "; ".join(troubles) or "equal"
    print(f"| {kept} | {room_kb} KB | {first} | {answerable} | {afterwards} |", flush=True)
    return troubles


def _expect_full(bench: Bench, library: Path, *, reserve: bool) -> tuple[list[str], str]:
    """Run until the disk is full; return what was wrong, and how it ended."""
    run = bench.start(library, reserve=reserve)
    before = len(run.words)
    if not run.ended_within(_LONGEST_SECONDS):
        run.kill(children_too=True)
        return ["the run does not end"], "never"
    words = " ".join(run.words[before:].split())
    if "Traceback" in words:
        return [f"a traceback: …{words[-300:]}"], "traceback"
    if run.process.returncode == 1 and "is full" in words and "make room" in words:
        return [], "says that the disk is full"
    if "6 indexed" in words:
        return [], "has room enough"
    return [f"other words: …{words[-300:]}"], "other words"


def _ask_meanwhile(bench: Bench, library: Path, troubles: list[str], *, reserve: bool) -> str:
    """Read the library while the disk is still full."""
    listed = _witness(bench, "library", "--library", str(library))
    ready = [line.split()[0] for line in listed.stdout.splitlines() if " ready " in line]
    if "Traceback" in listed.stderr:
        troubles.append(f"witness library: {listed.stderr[-300:]}")
    for name in ready:
        for command in (["show", name], ["ask", f"what happened in {name}?"]):
            done = _witness(bench, *command, "--library", str(library))
            if "Traceback" in done.stderr or (reserve and done.returncode != 0):
                troubles.append(f"witness {command[0]} {name}: {(done.stdout + done.stderr)[-300:]}")
    return str(len(ready)) if listed.returncode == 0 else "none: " + " ".join(listed.stderr.split())[:80]


def _witness(bench: Bench, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**bench.environment, "COLUMNS": "200", "WITNESS_CHAT": "offline"}
    command = [sys.executable, "-m", "app.cli", *arguments]
    return subprocess.run(command, env=environment, cwd=bench.folder, capture_output=True, text=True)


@contextmanager
def _small_disk(folder: Path, size_kb: int) -> Iterator[Path]:
    """Mount a tmpfs of this size while the block lasts."""
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={max(4, size_kb)}k", "tmpfs", str(folder)], check=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # Chroma keeps files open
