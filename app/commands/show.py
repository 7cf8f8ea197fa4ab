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
from indexer.discovery import printable
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.texts.model import TimedText
from indexer.timeline import Event, Segment, format_seconds


def show(
    video: Annotated[str, typer.Argument(help="Name, path or id of the video.")],
    library: LibraryOption = None,
    texts: Annotated[
        bool, typer.Option("--texts", help="Show only its subtitles and what is said in it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show a video's segments in order, with span, activity, caption, timed events, subtitles and speech."""
    with closing(Library.open(settings_for(library))) as opened:
        found = opened.video(video)
        segments = [] if texts else opened.segments(found.video_id)
        said = opened.timed_texts(found.video_id)
        is_gone = bool(found.size_bytes) and not opened.has_file(found)
        is_interrupted = opened.is_interrupted(found)
    if as_json:
        shown = {"segments": [_segment_json(segment) for segment in segments]} if not texts else {}
        print_json({**video_json(found), **shown, "texts": [_text_json(text) for text in said]})
        return
    console.print(
        f"[bold]{plain(found.name)}[/]  {styled_status(found)}"
        f"  {format_seconds(round(found.duration_seconds, 2))}"
        f"  {found.width}x{found.height} {found.codec}  {format_size(found.size_bytes)}"
    )
    for line in describe_clock(found):
        console.print(f"[dim]{plain(line)}[/]")
    if is_gone and not found.replaced_by:
        console.print(f"[yellow]its file is gone: nothing lies at {plain(printable(found.path))}[/]")
    if is_interrupted:
        console.print("[yellow]its indexing was interrupted; the next witness index goes on with it[/]")
    if found.replaced_by:
        console.print("[yellow]its file was replaced by other content; what was indexed of it is kept[/]")
    if found.reason and found.reason != found.failure:
        console.print(f"[yellow]{plain(found.reason)}[/]")
    if found.failure:
        console.print(f"[red]{plain(found.failure)}[/]")
    for gap in found.unseen:
        console.print(f"[yellow]not seen {gap.span}: {plain(gap.reason)}[/]")
    for segment in segments:
        _print_segment(segment)
    if said:
        console.print()
    for text in said:
        console.print(
            f"{text.span} [dim]{plain(f'{text.source.value}, {text.origin}')}[/] {plain(text.text)}"
        )
    if texts and not said:
        console.print("It has no subtitles, and nothing said in it was transcribed (witness index --speech).")


def _print_segment(segment: Segment) -> None:
    if segment.caption is None:
        console.print(f"\n[bold]{segment.span}[/]  [yellow]not seen[/]")
        return
    cut = "  cut" if segment.starts_with_cut else ""
    still = "  still: only a few of its frames were looked at" if segment.still else ""
    console.print(f"\n[bold]{segment.span}[/]  [dim]activity {segment.activity:.1%}{cut}{still}[/]")
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
        "file_present": video.path.exists() and not video.replaced_by,
        "replaced_by": video.replaced_by or None,
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
        "activity": segment.activity if caption else None,
        "starts_with_cut": segment.starts_with_cut,
        "still": segment.still,
        "caption": caption.summary if caption else None,
        "well_formed": caption.well_formed if caption else None,
        "events": [_event_json(event) for event in caption.events] if caption else [],
    }


def _text_json(text: TimedText) -> dict[str, Any]:
    return {**span_json(text.span), "source": text.source.value, "origin": text.origin, "text": text.text}


def _event_json(event: Event) -> dict[str, Any]:
    fields = asdict(event)
    del fields["span"]
    return {**span_json(event.span), **fields}
