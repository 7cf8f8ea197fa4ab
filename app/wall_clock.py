"""How the faces write when a video was recorded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from indexer.clock.start import RecordingStart, clock_second, format_error, slack_seconds
from indexer.library.records import VideoRecord
from indexer.timeline import Span, format_seconds


def describe_clock(video: VideoRecord) -> Iterator[str]:
    """Say in lines when a video was recorded, how that is known, what disagrees, and by which camera."""
    camera = f"camera {video.camera}" if video.camera else ""
    if video.start is not None:
        yield "  ".join(filter(None, [f"recorded {video.start.described}", camera]))
        yield from filter(None, video.start.remark.split("; "))
    else:
        yield from filter(None, [camera, *video.start_remark.split("; ")])


def recorded(video: VideoRecord) -> str:
    """Write when a video was recorded, for a column; with ~ where that is an estimate, "" where not known."""
    if video.start is None:
        return ""
    return f"{'~' if video.start.estimated else ''}{video.start.starts_at:%Y-%m-%d %H:%M:%S}"


def told_time(seconds: float) -> str:
    """Write a second of a video as every page does: to the hundredth, cut off and not rounded.

    It is taken from the whole millisecond at which the player shows its frame, so that a strip, its title and
    the player say the same. Answers and reports tell the millisecond, which begins with this.
    """
    return format_seconds(math.ceil(seconds * 1000 - 1e-6) // 10 / 100)


def told_span(span: Span) -> str:
    """Write a stretch of a video as every page does; one time where its ends are told alike."""
    first, last = told_time(span.start_seconds), told_time(span.end_seconds)
    return first if first == last else f"{first}–{last}"


def both_clocks(video: VideoRecord, seconds: float) -> str:
    """Write a second of a video in both clocks, ``0:05.2 (14:30:05)``."""
    offset = told_time(seconds)
    if video.start is None:
        return offset
    return f"{offset} ({clock_at(video.start, seconds):%H:%M:%S}{format_error(video.start.error_seconds)})"


def span_in_both_clocks(video: VideoRecord, span: Span) -> str:
    """Write a stretch of a video in both clocks, ``0:05–0:06 (2026-03-01 14:30:05–14:30:06)``."""
    if video.start is None:
        return told_span(span)
    first, last = clock_at(video.start, span.start_seconds), clock_at(video.start, span.end_seconds)
    until = f"–{last:%H:%M:%S}" if last != first else ""
    return f"{told_span(span)} ({first:%Y-%m-%d %H:%M:%S}{until}{format_error(video.start.error_seconds)})"


def clock_at(start: RecordingStart, seconds: float) -> datetime:
    """Return what a clock on the wall shows at a second of a video: whole seconds, never the next one yet."""
    return clock_second(start.at(seconds), start.error_seconds)


def seconds_of_day(video: VideoRecord) -> tuple[float, float] | None:
    """Return the wall clock's seconds since midnight at a video's start, and its rate; None if not known."""
    if video.start is None:
        return None
    starts_at = video.start.starts_at
    midnight = starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return (starts_at - midnight).total_seconds() + slack_seconds(video.start.error_seconds), video.start.rate


def start_json(video: VideoRecord) -> dict[str, Any]:
    """Write a video's start for programs; ``starts_at`` is null where it is not known."""
    start: RecordingStart | None = video.start
    return {
        "starts_at": start.starts_at.isoformat() if start else None,
        "starts_at_source": start.source.value if start else None,
        "starts_at_error_seconds": start.error_seconds if start else None,
        "clock_rate": start.rate if start else None,
        "starts_at_remark": start.remark if start else video.start_remark,
    }
