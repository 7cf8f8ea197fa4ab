"""``witness library``: the videos and where each stands."""

from __future__ import annotations

from contextlib import closing

from rich.console import Console

from app.commands.show import video_json
from app.console import JsonOption, LibraryOption, console, plain, print_json, settings_for
from app.library_table import Listed, library_table
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.plurals import counted

_UNBOUND = 10_000
"""Cells of a line where the list goes into a file or another program: there, each video has one line."""


def library(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """List the videos with duration, status, segments, size and when they were indexed."""
    with closing(Library.open(settings_for(library))) as opened:
        listed = [Listed(opened.handle(each), each, _remark(opened, each)) for each in opened.videos()]
        folder = opened.folder
    if as_json:
        print_json({"library": str(folder), "videos": [video_json(each.video) for each in listed]})
        return
    if not listed:
        console.print(f"The library at {plain(str(folder))} is empty. Fill it: witness index FOLDER")
        return
    out = console if console.is_terminal else Console(highlight=False, width=_UNBOUND)
    table, left_out = library_table(listed, out.width)
    out.print(table)
    out.print(f"[dim]{counted(len(listed), 'video')} in {plain(str(folder))}[/]")
    if left_out:
        out.print(f"[dim]no room for: {', '.join(left_out)} (a wider window shows them, or --json)[/]")
    if any(each.video.still_seconds >= 0.5 for each in listed):
        out.print("[dim]still: no movement was found there, only a few of its frames were looked at[/]")
    for each in listed:
        _tell_gaps(out, each)


def _remark(opened: Library, video: VideoRecord) -> str:
    if video.replaced_by:
        return "replaced"
    if not video.size_bytes and video.answerable:  # a file that could not be read has none either
        return "captions only"
    if not opened.has_file(video):
        return "file gone"
    return "interrupted" if opened.is_interrupted(video) else ""


def _tell_gaps(out: Console, each: Listed) -> None:
    name = plain(each.handle)
    if each.video.replaced_by:
        out.print(f"[yellow]{name}: its file was replaced by other content; its index is kept[/]")
    if each.remark == "interrupted":
        out.print(f"[yellow]{name}: indexing was interrupted; the next witness index goes on with it[/]")
    for gap in each.video.unseen:
        out.print(f"[yellow]{name} not seen {gap.span}: {plain(gap.reason)}[/]")
    if each.video.failure:
        out.print(f"[red]{name}: {plain(each.video.failure)}[/]")
