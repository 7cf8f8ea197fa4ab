"""The bench's films in a library of their own, asked through the real assistant, and the baseline."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.commands.index import index_paths
from assistant.answer import Answer
from assistant.events import Answered
from assistant.session import Assistant, open_assistant
from bench.answers.baseline import Baseline
from bench.answers.captions import Split, Told
from bench.answers.drawing import write_film
from bench.answers.films import Film
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.settings import Settings


@dataclass(frozen=True, slots=True)
class Asker:
    """An assistant over the films, with the embedded default."""

    assistant: Assistant

    @property
    def library(self) -> Library:
        """The films' library."""
        return self.assistant.library

    def ask(self, question: str, video: str | None = None) -> Answer:
        """Ask outside any conversation; returns the finished answer."""
        for event in self.assistant.ask(question, video=video):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("a question ended without an answer")


def draw(films: Sequence[Film], folder: Path) -> None:
    """Draw the films into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    for film in films:
        if not (folder / film.name).exists():
            write_film(film, folder)
    hours = sum(film.duration_seconds for film in films) / 3600
    _say(f"{len(films)} films of {hours:.1f} h drawn in {time.perf_counter() - began:.0f} s")


@contextlib.contextmanager
def indexed(folder: Path, library: Path) -> Iterator[Asker]:
    """Index a folder with the embedded default, and open the assistant over it."""
    settings = Settings(library=library, vision="observer", chat="offline", read_clock=False)
    began = time.perf_counter()
    index_paths(settings, [folder])
    _say(f"indexed in {time.perf_counter() - began:.0f} s")
    with open_assistant(settings) as assistant:
        yield Asker(assistant)


def baseline_of(library: Library, folder: Path) -> Baseline:
    """Put the library's captions into the baseline, with the same embedding."""
    captions = {
        library.handle(video): _told(library, video) for video in library.videos() if video.answerable
    }
    durations = {library.handle(video): video.duration_seconds for video in library.videos()}
    shutil.rmtree(folder, ignore_errors=True)
    baseline = Baseline(folder, library.embedder)
    baseline.index(Split(durations, captions, []))
    return baseline


def _told(library: Library, video: VideoRecord) -> list[Told]:
    """Return a video's captions as the baseline stores them."""
    return [
        Told(
            library.handle(video),
            segment.span.start_seconds,
            segment.span.end_seconds,
            segment.caption.text(),
        )
        for segment in library.segments(video.video_id)
        if segment.caption
    ]


@contextlib.contextmanager
def keeping(folder: Path | None) -> Iterator[Path]:
    """Return the folder to work in; where none is given, one that goes away afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        (folder or Path(scratch)).mkdir(parents=True, exist_ok=True)
        yield folder or Path(scratch)


def machine() -> str:
    """Return the name of this machine's processor and how many cores it has."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    model = next(named, platform.processor() or platform.machine())
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
