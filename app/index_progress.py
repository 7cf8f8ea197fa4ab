"""The progress of an index run in the terminal: a bar per file, one for all, speed and time left."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from app.console import plain
from app.index_log import IndexLog
from indexer.discovery import LeftOut, name_a_few, printable
from indexer.plurals import counted
from indexer.progress import (
    FileFailed,
    FileIndexed,
    FileMoved,
    FileProgress,
    FileReplaced,
    FileSkipped,
    FilesQueued,
    IndexEvent,
    RuleAsked,
)
from indexer.texts.run import TextsRead
from indexer.timeline import format_seconds

_MOST_COPIES = 10
"""So many files are named that hold what others hold; the rest is counted."""


class IndexDisplay:
    """Shows index events as they come and keeps count of them. A context manager."""

    def __init__(self, console: Console) -> None:
        self.failed: dict[Path, str] = {}
        self.partial: dict[Path, str] = {}
        self.indexed = 0
        self.skipped = 0
        self.copies = 0
        """Those of the skipped that hold the same as others."""
        self.moved = 0
        self.untold = 0
        """Files whose speech could not be transcribed."""
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._log = None if console.is_terminal else IndexLog(console)
        self._rate = _Rate()
        self._sizes: dict[Path, int] = {}
        self._overall: TaskID | None = None
        self._file: tuple[Path, TaskID] | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def report(self, event: IndexEvent) -> None:
        """Show one event."""
        if isinstance(event, FileSkipped):
            self._skip(event)
        elif isinstance(event, FileMoved):
            self.moved += 1
            write = _name if event.path.parent == event.old_path.parent else _path
            self._print(f"[cyan]moved[/] {write(event.old_path)} -> {write(event.path)}")
        elif isinstance(event, FileReplaced):
            handle = plain(event.handle)
            self._print(
                f"[yellow]replaced[/] {_path(event.path)} holds other content than before. What was indexed "
                f'of that is kept as {handle}; to forget it: witness remove "{handle}"'
            )
        elif isinstance(event, FilesQueued):
            self._start(event)
        elif isinstance(event, FileProgress):
            self._advance(event)
        elif isinstance(event, FileIndexed):
            self._finish(event)
        elif isinstance(event, RuleAsked):
            self._tell_rule(event)
        else:
            self._fail(event)

    def print_summary(self) -> None:
        """Say how it went: how many, how fast, and what could not be used and why."""
        parts = [f"{self.indexed} indexed"]
        parts += [f"{self.skipped} already indexed"] if self.skipped else []
        parts += [f"[red]{len(self.failed)} failed[/]"] if self.failed else []
        speed = f" ({self._rate.speed_text()})" if self.indexed and self._rate.is_known else ""
        if not self.indexed and not self.failed:
            parts = [f"Nothing to do: {self.skipped} already indexed"]
        parts += [f"{counted(self.copies, 'copy', 'copies')} among them"] if self.copies else []
        parts += [f"{self.moved} moved"] if self.moved else []
        self._print(", ".join(parts) + speed)
        for path, reason in self.failed.items():
            self._print(f"[red]failed[/] {_path(path)}: {plain(reason)}")
        for path, reason in self.partial.items():
            self._print(f"[yellow]partial[/] {_path(path)}: {plain(reason)}")

    def print_left_out(self, left_out: LeftOut) -> None:
        """Say which files of the folders were left out, and how to have them tried."""
        if left_out.no_videos:
            count = len(left_out.no_videos)
            what = (
                "file that is no video by its name"
                if count == 1
                else "files that are no videos by their names"
            )
            self._print(
                f"[dim]left out[/] {count:,} {what}: {plain(name_a_few(left_out.no_videos))} "
                "[dim](one that is given itself is tried)[/]"
            )
        if left_out.links:
            links = counted(len(left_out.links), "link")
            self._print(
                f"[dim]left out[/] {links}: {plain(name_a_few(left_out.links))} [dim](see --follow-links)[/]"
            )

    def print_texts(self, told: TextsRead) -> None:
        """Say which subtitles and speech a file has, and which could not be read."""
        counts = {"subtitle": told.subtitles, "utterance": told.utterances}
        parts = [f"{count} {name}{'s' if count != 1 else ''}" for name, count in counts.items() if count]
        said = "; ".join([", ".join(parts) or "nothing said", *told.remarks])
        self.untold += told.failed
        style = "red" if told.failed else "dim"
        self._print(f"[{style}]texts[/] {_name(told.path)}: {plain(said)}")

    def _print(self, line: str) -> None:
        """Print a line; in a file it stays one line, however long it is."""
        self._console.print(line, soft_wrap=not self._console.is_terminal)

    def _skip(self, event: FileSkipped) -> None:
        self.skipped += 1
        if event.unseen_reason:
            self.partial[event.path] = event.unseen_reason
        if event.reason == "already indexed":
            return
        self.copies += 1
        if self.copies <= _MOST_COPIES:
            self._print(f"[dim]skipped[/] {_name(event.path)}: {plain(event.reason)}")

    def _start(self, event: FilesQueued) -> None:
        self._sizes = {path: path.stat().st_size if path.exists() else 0 for path in event.paths}
        if event.watching:
            self._print("Another witness indexes this library; it takes these files too.")
        count = len(event.paths)
        self._overall = self._progress.add_task(
            f"{count} file{'s' if count > 1 else ''}", total=max(1, event.total_bytes), note=""
        )

    def _advance(self, event: FileProgress) -> None:
        is_new = self._file is None or self._file[0] != event.path
        task = self._begin(event) if self._file is None or is_new else self._file[1]
        self._rate.reach(event.done_seconds)
        share = event.done_seconds / event.total_seconds if event.total_seconds else 0.0
        left = self._rate.seconds_for(event.total_seconds - event.done_seconds)
        if self._log is not None:
            (self._log.begin if is_new else self._log.reach)(event, _left(left))
        note = f"{format_seconds(round(event.done_seconds))} of {format_seconds(round(event.total_seconds))}"
        self._progress.update(task, completed=share, note=note + _left(left))
        self._show_overall(share * self._sizes.get(event.path, 0))

    def _begin(self, event: FileProgress) -> TaskID:
        self._close_file()
        task = self._progress.add_task(printable(event.path.name), total=1.0, note="")
        self._file = (event.path, task)
        self._rate.begin_file(event.done_seconds)
        return task

    def _show_overall(self, current_bytes: float) -> None:
        if self._overall is None:
            return
        task = next(task for task in self._progress.tasks if task.id == self._overall)
        done = float(task.fields.get("done_bytes", 0)) + current_bytes
        share = done / (task.total or 1.0)
        left = self._rate.elapsed_seconds * (1 - share) / share if share > 0 else None
        self._progress.update(self._overall, completed=done, note=self._rate.speed_text() + _left(left))

    def _finish(self, event: FileIndexed) -> None:
        self.indexed += 1
        note = f"{format_seconds(round(event.video_seconds, 1))}, {counted(event.segments, 'segment')}"
        if event.unseen_reason:
            self.partial[event.path] = event.unseen_reason
            note += f", [yellow]partial: {plain(event.unseen_reason)}[/]"
        self._print(f"[green]indexed[/] {_name(event.path)} ({note})")
        self._file_ended(event.path)

    def _tell_rule(self, event: RuleAsked) -> None:
        if self._overall is not None:
            segments = counted(event.total, "segment")
            note = f'rule "{plain(event.rule)}": {event.done} of {segments} of {_name(event.path)}'
            self._progress.update(self._overall, note=note)

    def _fail(self, event: FileFailed) -> None:
        self.failed[event.path] = event.reason
        self._file_ended(event.path)

    def _file_ended(self, path: Path) -> None:
        if self._file is not None and self._file[0] == path:
            self._close_file()
        if self._overall is not None:
            task = next(task for task in self._progress.tasks if task.id == self._overall)
            done = float(task.fields.get("done_bytes", 0)) + self._sizes.get(path, 0)
            self._progress.update(self._overall, done_bytes=done)
            self._show_overall(0.0)

    def _close_file(self) -> None:
        if self._file is not None:
            self._progress.remove_task(self._file[1])
            self._rate.end_file()
            self._file = None


class _Rate:
    """Seconds of video done per second of clock time, over the whole run."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._finished = 0.0
        self._first = self._latest = 0.0

    @property
    def elapsed_seconds(self) -> float:
        return time.monotonic() - self._began

    def begin_file(self, done_seconds: float) -> None:
        self._first = self._latest = done_seconds  # what an earlier run did is not this run's speed

    def reach(self, done_seconds: float) -> None:
        self._latest = max(self._latest, done_seconds)

    def end_file(self) -> None:
        self._finished += self._latest - self._first
        self._first = self._latest = 0.0

    def _speed(self) -> float:
        return (self._finished + self._latest - self._first) / max(self.elapsed_seconds, 1e-3)

    @property
    def is_known(self) -> bool:
        return self._speed() >= 0.05  # less: the work was done by an earlier run

    def speed_text(self) -> str:
        return f"{self._speed():.1f} times real time"

    def seconds_for(self, video_seconds: float) -> float | None:
        return video_seconds / self._speed() if self._speed() > 0 else None


def _name(path: Path) -> str:
    return plain(printable(path.name))


def _path(path: Path) -> str:
    return plain(printable(path))


def _left(seconds: float | None) -> str:
    return "" if seconds is None else f", {format_seconds(round(seconds))} left"
