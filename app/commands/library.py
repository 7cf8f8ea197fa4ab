"""``witness library``: the videos and where each stands."""

from __future__ import annotations

from contextlib import closing

from rich.table import Table

from app.commands.show import video_json
from app.console import (
    JsonOption,
    LibraryOption,
    console,
    format_size,
    plain,
    print_json,
    settings_for,
    styled_status,
)
from app.wall_clock import recorded
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.plurals import counted
from indexer.timeline import format_seconds


def library(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """List the videos with duration, status, segments, size and when they were indexed."""
    with closing(Library.open(settings_for(library))) as opened:
        videos = opened.videos()
        folder = opened.folder
    if as_json:
        print_json({"library": str(folder), "videos": [video_json(video) for video in videos]})
        return
    if not videos:
        console.print(f"The library at {plain(str(folder))} is empty. Fill it: witness index FOLDER")
        return
    console.print(_table(videos))
    console.print(f"[dim]{counted(len(videos), 'video')} in {plain(str(folder))}[/]")
    if any(video.still_seconds >= 0.5 for video in videos):
        console.print("[dim]still: no movement was found there, only a few of its frames were looked at[/]")
    for video in videos:
        for gap in video.unseen:
            console.print(f"[yellow]{plain(video.name)} not seen {gap.span}: {plain(gap.reason)}[/]")
        if video.failure:
            console.print(f"[red]{plain(video.name)}: {plain(video.failure)}[/]")


def _remarks(video: VideoRecord) -> str:
    aside = " [red](set aside)[/]" if video.set_aside else ""
    return aside + ("" if video.path.exists() else " [yellow](file gone)[/]")


def _table(videos: list[VideoRecord]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("video", "status"):
        table.add_column(heading, overflow="fold")
    for heading in ("duration", "still", "segments", "size"):
        table.add_column(heading, justify="right")
    table.add_column("recorded")
    table.add_column("indexed")
    for video in videos:
        table.add_row(
            plain(video.name),
            styled_status(video) + _remarks(video),
            format_seconds(round(video.duration_seconds)) if video.duration_seconds else "",
            format_seconds(round(video.still_seconds)) if video.still_seconds >= 0.5 else "",
            str(video.segment_count) if video.segment_count else "",
            format_size(video.size_bytes),
            recorded(video),
            f"{video.indexed_at.astimezone():%Y-%m-%d %H:%M}" if video.indexed_at else "",
        )
    return table
