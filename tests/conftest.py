"""Shared by all tests: the demo clip, drawn and indexed once by the command line itself."""

from __future__ import annotations

import gc
import io
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from filelock import FileLock
from suite_order import make_scheduler, put_slow_first

from app.cli import main
from app.console import ARRIVALS, console, errors
from assistant.answer_json import answer_json
from assistant.events import Answered
from assistant.session import open_assistant
from indexer.settings import Settings

# The same examples in every run, whatever the machine: a failure can be seen again.
hypothesis.settings.register_profile("witness", derandomize=True, deadline=None)
hypothesis.settings.load_profile("witness")

ROOT = Path(__file__).parent.parent
REAL_CLIPS = ROOT.parent / "shared" / "videos"

Finished = subprocess.CompletedProcess[str]
Witness = Callable[..., Finished]
NAMED = {"WITNESS_VISION": "observer", "COLUMNS": "160"}
"""What a command finds in its environment; the model, so that a GPU on the machine changes nothing."""


@pytest.fixture(scope="session")
def real_clips() -> Path:
    """The folder of real clips beside the checkout; tests on them are extra."""
    if not REAL_CLIPS.is_dir():
        pytest.skip("the real clips are not on this machine")
    return REAL_CLIPS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; whoever comes first has the demo made, and the other processes wait."""
    put_slow_first(items)
    for item in items:
        if "demo_made" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(600), append=False)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``--dist loadfile``, keep the browser's tests together."""
    return make_scheduler(config, log) if config.option.dist == "loadfile" else None


def pytest_collection_finish() -> None:
    """Let the collector of garbage skip what was imported: it would be looked through many times."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def witness_process(tmp_path_factory: pytest.TempPathFactory) -> Witness:
    """Run ``witness`` as a person does, in a folder without settings; returns the finished process."""
    folder = tmp_path_factory.mktemp("cwd")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WITNESS_")}

    def run(*arguments: object) -> Finished:
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=folder,
            env={**kept, **NAMED, "PYTHONPATH": str(ROOT)},
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Witness:
    """Run the same in this process, which has everything imported; returns what a process would leave."""
    folder = tmp_path_factory.mktemp("cwd")

    def run(*arguments: object) -> Finished:
        command = ["witness", *map(str, arguments)]
        printed, complained, status = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(complained):
            patch.chdir(folder)
            patch.setattr(sys, "argv", command)
            for key in [key for key in os.environ if key.startswith("WITNESS_")]:
                patch.delenv(key)
            for key, value in NAMED.items():
                patch.setenv(key, value)
            patch.setattr(logging.getLogger(ARRIVALS), "handlers", [])
            for each in (console, errors):  # a long path is not broken, wherever temporary folders are
                patch.setattr(each, "_width", 400)
            try:
                main()
            except SystemExit as ended:
                status = int(ended.code or 0)
        return Finished(command, status, printed.getvalue(), complained.getvalue())

    return run


@pytest.fixture(scope="session")
def demo_made(tmp_path_factory: pytest.TempPathFactory, witness_process: Witness) -> Path:
    """The library that ``witness demo`` makes, the clip drawn and indexed; every process only reads it."""
    base = tmp_path_factory.getbasetemp()
    # Processes that run tests beside each other have folders side by side: one of them makes it for all.
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-made"
    with FileLock(f"{made}.lock"):
        if not (made / "demo-output.txt").exists():
            done = witness_process("demo", "--library", made)
            assert done.returncode == 0, done.stdout + done.stderr
            (made / "demo-output.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def demo_clip(demo_made: Path) -> Path:
    """The demo clip as it was drawn."""
    return demo_made / "demo" / "loading-dock.mp4"


@pytest.fixture(scope="session")
def demo_library(tmp_path_factory: pytest.TempPathFactory, demo_made: Path) -> Path:
    """A copy of the demo library that is this process's own."""
    folder = tmp_path_factory.mktemp("demo-library") / "copy"
    shutil.copytree(demo_made, folder)
    return folder / "demo"


@pytest.fixture(scope="session")
def ask_json(demo_library: Path) -> Iterator[Callable[..., dict[str, Any]]]:
    """Ask the demo library a question through one assistant; returns the object of ``witness ask --json``."""
    with open_assistant(Settings(library=demo_library, vision="observer")) as assistant:

        def ask(question: str, **options: Any) -> dict[str, Any]:
            *_, last = assistant.ask(question, **options)
            assert isinstance(last, Answered)
            return answer_json(last.answer)

        yield ask
