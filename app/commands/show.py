"""``witness show``: what the index knows of one video."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import Annotated, Any

import typer

from app.console import (
    JsonOption,
    LibraryOption,
    console,
    format_size,
    plain,
    print_json,
    settings_for,
    span_json,
    styled_status,
)
from app.wall_clock import describe_clock, start_json
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.timeline import Event, Segment, format_seconds


def show(
    video: Annotated[str, typer.Argument(help="Name, path or id of the video.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a video's segments in order, with span, activity, caption and timed events."""
    with closing(Library.open(settings_for(library))) as opened:
        found = opened.video(video)
        segments = opened.segments(found.video_id)
    if as_json:
        print_json({**video_json(found), "segments": [_segment_json(segment) for segment in segments]})
        return
    console.print(
        f"[bold]{plain(found.name)}[/]  {styled_status(found)}"
        f"  {format_seconds(round(found.duration_seconds, 2))}"
        f"  {found.width}x{found.height} {found.codec}  {format_size(found.size_bytes)}"
    )
    for line in describe_clock(found):
        console.print(f"[dim]{plain(line)}[/]")
    if found.reason and found.reason != found.failure:
        console.print(f"[yellow]{plain(found.reason)}[/]")
    if found.failure:
        console.print(f"[red]{plain(found.failure)}[/]")
    for gap in found.unseen:
        console.print(f"[yellow]not seen {gap.span}: {plain(gap.reason)}[/]")
    for segment in segments:
        _print_segment(segment)


def _print_segment(segment: Segment) -> None:
    cut = "  cut" if segment.starts_with_cut else ""
    still = "  still: only a few of its frames were looked at" if segment.still else ""
    console.print(f"\n[bold]{segment.span}[/]  [dim]activity {segment.activity:.1%}{cut}{still}[/]")
    if segment.caption is None:
        console.print("  [yellow]not seen[/]")
        return
    flag = "" if segment.caption.well_formed else " [yellow](the reply did not parse)[/]"
    console.print(f"  {plain(segment.caption.summary)}{flag}")
    for event in segment.caption.events:
        console.print(f"  [cyan]{event.span}[/] {plain(event.sentence())}")


def video_json(video: VideoRecord) -> dict[str, Any]:
    """Write a video's record for programs."""
    return {
        "video": video.name,
        "video_id": video.video_id,
        "path": str(video.path),
        "file_present": video.path.exists(),
        "status": video.status.value,
        "reason": video.reason,
        "failure": video.failure,
        "set_aside": video.set_aside,
        "duration_seconds": video.duration_seconds,
        "width": video.width,
        "height": video.height,
        "codec": video.codec,
        "size_bytes": video.size_bytes,
        "segment_count": video.segment_count,
        "still_seconds": video.still_seconds,
        "not_seen": [{**span_json(gap.span), "reason": gap.reason} for gap in video.unseen],
        "camera": video.camera,
        **start_json(video),
        "indexed_at": video.indexed_at.isoformat() if video.indexed_at else None,
        "progress": video.progress,
    }


def _segment_json(segment: Segment) -> dict[str, Any]:
    caption = segment.caption
    return {
        "ordinal": segment.ordinal,
        **span_json(segment.span),
        "activity": segment.activity,
        "starts_with_cut": segment.starts_with_cut,
        "still": segment.still,
        "caption": caption.summary if caption else None,
        "well_formed": caption.well_formed if caption else None,
        "events": [_event_json(event) for event in caption.events] if caption else [],
    }


def _event_json(event: Event) -> dict[str, Any]:
    fields = asdict(event)
    del fields["span"]
    return {**span_json(event.span), **fields}
