"""What the commands share: the consoles, the common options, and how things are written."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

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
FromOption = Annotated[
    str | None, typer.Option("--from", help="Only from this time on: seconds, m:ss or h:mm:ss.")
]
ToOption = Annotated[str | None, typer.Option("--to", help="Only up to this time.")]

_STATUS_STYLE = {
    VideoStatus.READY: "green",
    VideoStatus.PARTIAL: "yellow",
    VideoStatus.FAILED: "red",
    VideoStatus.QUEUED: "dim",
    VideoStatus.INDEXING: "cyan",
}


def settings_for(library: Path | None, **arguments: Any) -> Settings:
    """Read the settings, with what the command line gave on top."""
    return load_settings(library=library, **arguments)


def print_json(value: Any) -> None:
    """Write one JSON document to standard output, plain, for programs."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


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
