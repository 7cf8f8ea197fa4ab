"""The table of ``witness library``: names have room, and beside them stands what fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from app.console import format_size, styled_status
from app.wall_clock import recorded
from indexer.library.records import VideoRecord
from indexer.timeline import format_seconds

_GAP = 2
_NAME_ROOM = 28
"""Longer names are folded before columns are left out for them."""
_PARTS = re.compile(r"[^\s_-]*[\s_-]*")
"""What a name is folded between: words, with the signs that stand between words in file names."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One video of the list."""

    handle: str
    video: VideoRecord
    remark: str
    """What there is to know of its file, "" for nothing."""


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    value: Callable[[Listed], str]
    keep: int
    """Those with the lowest number are left out first where there is no room for all."""
    right: bool = True


def _status(each: Listed) -> str:
    aside = " [red](set aside)[/]" if each.video.set_aside else ""
    return styled_status(each.video) + aside + (f" [yellow]({each.remark})[/]" if each.remark else "")


def _still(each: Listed) -> str:
    seconds = each.video.still_seconds
    return format_seconds(round(seconds)) if seconds >= 0.5 else ""


def _duration(each: Listed) -> str:
    return format_seconds(round(each.video.duration_seconds)) if each.video.duration_seconds else ""


def _indexed(each: Listed) -> str:
    return f"{each.video.indexed_at.astimezone():%Y-%m-%d %H:%M}" if each.video.indexed_at else ""


_COLUMNS = (
    _Column("status", _status, keep=9, right=False),
    _Column("duration", _duration, keep=8),
    _Column("still", _still, keep=3),
    _Column("segments", lambda each: str(each.video.segment_count or ""), keep=2),
    _Column("size", lambda each: format_size(each.video.size_bytes), keep=4),
    _Column("recorded", lambda each: recorded(each.video), keep=7, right=False),
    _Column("indexed", _indexed, keep=1, right=False),
)


def library_table(listed: Sequence[Listed], width: int) -> tuple[Table, list[str]]:
    """Lay the videos out within a width.

    Args:
        listed: The videos.
        width: How many cells a line has.

    Returns:
        The table, and the headings of the columns that it has no room for.
    """
    columns = [each for each in _COLUMNS if any(each.value(one) for one in listed)]
    longest = max((cell_len(one.handle) for one in listed), default=0)
    wanted = min(longest, _NAME_ROOM)
    left_out = []
    while (room := width - _width(columns, listed)) < wanted and any(each.keep < 8 for each in columns):
        least = min(columns, key=lambda each: each.keep)
        columns.remove(least)
        left_out.append(least)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, _GAP, 0, 0))
    table.add_column("video", no_wrap=True)
    for column in columns:
        table.add_column(column.heading, justify="right" if column.right else "left", no_wrap=True)
    for one in listed:
        name = "\n".join(fold_name(one.handle, max(room, 12)))
        table.add_row(Text(name), *(column.value(one) for column in columns))
    return table, [each.heading for each in _COLUMNS if each in left_out]


def fold_name(name: str, width: int) -> list[str]:
    """Fold a file's name into lines, between its words; a word that is longer than a line is cut."""
    lines = [""]
    for part in _short_parts(_PARTS.findall(name), width):
        if lines[-1] and cell_len(lines[-1] + part.rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return lines


def _short_parts(parts: Iterable[str], width: int) -> Iterable[str]:
    for part in parts:
        while cell_len(part) > width:
            cut = next(
                size for size in range(len(part), 0, -1) if cell_len(part[:size]) <= width or size == 1
            )
            yield part[:cut]
            part = part[cut:]
        yield part


def _width(columns: Sequence[_Column], listed: Sequence[Listed]) -> int:
    """Return how many cells the columns take, with the gaps before them."""
    return sum(
        _GAP + max(len(each.heading), *(Text.from_markup(each.value(one)).cell_len for one in listed))
        for each in columns
    )
