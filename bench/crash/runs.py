"""One ``witness index`` in a process group of its own, and what it was doing when it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_START = (
    "import faulthandler, signal, sys; "
    "faulthandler.register(signal.SIGUSR1, file=open(sys.argv.pop(1), 'w'), all_threads=True); "
    "from app.cli import main; main()"
)
"""The command line itself, which writes the stacks of its threads to a file when it is told to."""
_GREEDY = "from indexer.library import failures; failures.RESERVE_BYTES = 0; "
_BOTTOM = 'File "<string>", line 1 in <module>'
"""Last line of those stacks."""

PHASES = {
    "publishing": (" in publish", " in remove_video"),
    "storing vectors": ("library/vectors.py",),
    "embedding": ("indexer/embedding/",),
    "writing captions": (" in add_segment", " in add_unseen"),
    "writing the queue": ("library/jobs.py", "library/catalog.py"),
    "hashing": ("indexer/discovery.py",),
    "probing": (" in probe",),
    "captioning": ("indexer/vision/",),
    "walking": ("media/", "segmenting/", "indexer/preparing.py"),
    "ending": (" in print_summary", " in close"),
}
"""What in the stacks of the threads tells a phase; the first that is found. Without any: starting."""


@dataclass
class Bench:
    """What every run of the bench shares."""

    folder: Path
    footage: Path
    vision_url: str
    segment_seconds: float = 2.0

    def command(self, library: Path, *paths: Path) -> list[str]:
        """Return the arguments of an index run."""
        return ["index", *map(str, paths or [self.footage]), "--library", str(library)]

    @property
    def environment(self) -> dict[str, str]:
        """The settings of every run."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("WITNESS_")}
        return {
            **clean,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "WITNESS_VISION": "openai:bench",
            "WITNESS_VISION_URL": self.vision_url,
            "WITNESS_VISION_PARALLEL": "1",
            "WITNESS_SEGMENT_SECONDS": str(self.segment_seconds),
        }

    def start(self, library: Path, *paths: Path, reserve: bool = True) -> Run:
        """Start an index run; without the reserve it writes until the disk has not a byte left."""
        stacks, output = self.folder / f"{library.name}.stacks", self.folder / f"{library.name}.output"
        stacks.unlink(missing_ok=True)
        program = _START if reserve else _GREEDY + _START
        with output.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", program, str(stacks), *self.command(library, *paths)],
                env=self.environment, cwd=self.folder, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        return Run(process, stacks, output)


@dataclass
class Run:
    """A running ``witness index``."""

    process: subprocess.Popen[bytes]
    stacks: Path
    output: Path

    def ended_within(self, seconds: float) -> bool:
        """Wait; tell whether it ended by itself."""
        try:
            self.process.wait(timeout=max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self, *, children_too: bool) -> str:
        """Kill it with SIGKILL and return the phase it was in."""
        self.process.send_signal(signal.SIGUSR1)  # the signal's handler writes the stacks before it goes on
        deadline = time.monotonic() + 0.05
        while not self._read_stacks().rstrip().endswith(_BOTTOM) and time.monotonic() < deadline:
            pass
        if children_too:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()
        return phase_of(self._read_stacks())

    def _read_stacks(self) -> str:
        return self.stacks.read_text() if self.stacks.exists() else ""

    def leaves_nobody(self, seconds: float = 10.0) -> bool:
        """Tell whether its whole process group is gone within these seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not _is_group_alive(self.process.pid):
                return True
            time.sleep(0.05)
        return False

    @property
    def words(self) -> str:
        """Everything that it wrote so far."""
        return self.output.read_text(errors="replace")


def phase_of(stacks: str) -> str:
    """Return what a run was doing, from the stacks of its threads."""
    for phase, marks in PHASES.items():
        if any(mark in stacks for mark in marks):
            return phase
    return "starting"


def _is_group_alive(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            return True
    return False
