"""``witness export``: captions and events as subtitles, or as a table."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.console import LibraryOption, console, plain, settings_for
from app.incidents.events_out import ExportForm, write_export
from indexer.discovery import printable
from indexer.errors import SettingsError, WitnessError
from indexer.library.library import Library
from indexer.library.records import VideoRecord


def export(
    videos: Annotated[list[str], typer.Argument(metavar="VIDEO...", help="Names, paths or ids of videos.")],
    form: Annotated[
        ExportForm, typer.Option("--format", help="srt or vtt: subtitles; csv: a table of the events.")
    ] = ExportForm.SRT,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="A file, or for subtitles of several videos a folder; else it is printed."
        ),
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Write what the index says of videos as subtitles, or their events as a table for a spreadsheet."""
    with closing(Library.open(settings_for(library))) as opened:
        found = list({video.video_id: video for video in map(opened.video, videos)}.values())
        groups = [found] if form is ExportForm.CSV else [[video] for video in found]
        if out is None:
            if len(groups) > 1:
                raise SettingsError(f"{len(groups)} videos make {len(groups)} files: say a folder with --out")
            sys.stdout.write(_encodable(write_export(opened, groups[0], form)))
            return
        for group, path in zip(groups, _paths(out, groups, form), strict=True):
            _write(path, write_export(opened, group, form), form)
            console.print(plain(printable(path)), soft_wrap=True)


def _paths(out: Path, groups: list[list[VideoRecord]], form: ExportForm) -> list[Path]:
    """Choose a file for each group; two videos of one name get their ids into theirs."""
    if len(groups) == 1 and not out.is_dir() and out.suffix:
        return [out]
    stems = [Path(group[0].name).stem if form is not ExportForm.CSV else "events" for group in groups]
    counts = Counter(stem.casefold() for stem in stems)
    return [
        out / (f"{stem}.{form}" if counts[stem.casefold()] == 1 else f"{stem}-{group[0].video_id[:6]}.{form}")
        for stem, group in zip(stems, groups, strict=True)
    ]


def _write(path: Path, text: str, form: ExportForm) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Spreadsheets know UTF-8 by its mark only.
        mark = "\ufeff" if form is ExportForm.CSV else ""
        path.write_text(mark + _encodable(text), encoding="utf-8", newline="")
    except OSError as error:
        raise WitnessError(
            f"{printable(path)} cannot be written: {error.strerror}. Choose another place with --out"
        ) from None


def _encodable(text: str) -> str:
    """Write the odd bytes of file names, which stand as lone surrogates, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
