"""What the commands share: the consoles, the common options, and how things are written."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from assistant.timing import parse_seconds
from indexer.errors import SettingsError
from indexer.library.records import VideoRecord, VideoStatus
from indexer.settings import Settings, load_settings
from indexer.timeline import Span

console = Console(highlight=False)
"""Results: standard output."""
errors = Console(stderr=True, highlight=False)
"""Errors, steps and progress: standard error, so that results can be piped."""

LibraryOption = Annotated[
    Path | None,
    typer.Option("--library", help="Library folder (WITNESS_LIBRARY; default: the platform's data folder)."),
]
VideoOption = Annotated[str | None, typer.Option("--video", help="Only this video (name, path or id).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
VisionOption = Annotated[
    str | None,
    typer.Option(
        "--vision", help="Who looks at frames: auto, observer, qwen3-vl, openai:MODEL (WITNESS_VISION)."
    ),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="Which Qwen3-VL: 2B, 4B, 8B, 30B-A3B, …-FP8, or a folder.")
]
QuantizeOption = Annotated[str | None, typer.Option("--quantize", help="4bit, for GPUs of 8 GB.")]
VisionUrlOption = Annotated[
    str | None, typer.Option("--vision-url", help="Server of openai:MODEL, e.g. http://localhost:8000/v1.")
]
ChatOption = Annotated[
    str | None,
    typer.Option("--chat", help="Who words answers: auto, offline, qwen3-vl, openai:MODEL (WITNESS_CHAT)."),
]
ChatUrlOption = Annotated[
    str | None, typer.Option("--chat-url", help="Server of the chat model, e.g. http://localhost:8000/v1.")
]
LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--language", help="Language of captions and answers, where a model writes them (WITNESS_LANGUAGE)."
    ),
]
FromOption = Annotated[
    str | None, typer.Option("--from", help="Only from this time on: seconds, m:ss or h:mm:ss.")
]
ToOption = Annotated[str | None, typer.Option("--to", help="Only up to this time.")]

ARRIVALS = "indexer.vision.qwen3_vl.arrival"
"""Logger of that module, which is not imported before weights are needed: it brings transformers along."""

_STATUS_STYLE = {
    VideoStatus.READY: "green",
    VideoStatus.PARTIAL: "yellow",
    VideoStatus.FAILED: "red",
    VideoStatus.QUEUED: "dim",
    VideoStatus.INDEXING: "cyan",
}


class ArrivalLine(logging.Handler):
    """Shows how a model's weights arrive: one line that fills up, and is gone when they are there.

    Where nobody watches, in a pipe or a log, it is one line of text for each arrival.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._doing = ""
        self._line: Progress | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record of `indexer.vision.qwen3_vl.arrival`."""
        doing, share = str(getattr(record, "doing", "")), float(getattr(record, "share", 1.0))
        if doing != self._doing:
            self._end()
            self._begin(doing)
        if self._line is not None:
            self._line.update(self._line.task_ids[0], completed=share)
        if share >= 1:
            self._end()

    def close(self) -> None:
        """Take the line away, also when the weights never came."""
        self._end()
        super().close()

    def _begin(self, doing: str) -> None:
        self._doing = doing
        if not self._console.is_terminal:
            self._console.print(plain(doing))
            return
        self._line = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>3.0f} %"),
            console=self._console,
            transient=True,
        )
        self._line.add_task(doing, total=1.0)
        self._line.start()

    def _end(self) -> None:
        if self._line is not None:
            self._line.stop()
        self._doing, self._line = "", None


def show_arrivals() -> None:
    """Have the arrival of a model's weights shown on standard error."""
    arrivals = logging.getLogger(ARRIVALS)
    arrivals.setLevel(logging.INFO)
    arrivals.addHandler(ArrivalLine(errors))


def settings_for(library: Path | None, **arguments: Any) -> Settings:
    """Read the settings, with what the command line gave on top."""
    return load_settings(library=library, **arguments)


def print_json(value: Any) -> None:
    """Write one JSON document to standard output, plain, for programs."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # The odd bytes of file names are lone surrogates here, which JSON can write only as escapes.
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")


def plain(text: str) -> str:
    """Escape what Rich would take for markup: file names and captions are data."""
    return text.replace("[", r"\[")


def styled_status(video: VideoRecord) -> str:
    """Write a video's status in its colour."""
    text = video.status.value
    if video.status is VideoStatus.INDEXING:
        text += f" {video.progress:.0%}"
    return f"[{_STATUS_STYLE[video.status]}]{text}[/]"


def time_window(start: str | None, end: str | None) -> Span | None:
    """Return the span that ``--from`` and ``--to`` mean; None when neither is given.

    Raises:
        SettingsError: The end is not after the start.
    """
    if start is None and end is None:
        return None
    first = parse_seconds(start) if start is not None else 0.0
    last = parse_seconds(end) if end is not None else float(10**9)
    if last <= first:
        raise SettingsError(f"--to {end} is not after --from {start}")
    return Span(first, last)


def span_json(span: Span) -> dict[str, float]:
    """Write a span for programs."""
    return {"start_seconds": span.start_seconds, "end_seconds": span.end_seconds}


def format_size(size_bytes: int) -> str:
    """Write a size as people read it."""
    size = float(size_bytes)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit in ("B", "KB") else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError("unreachable")
