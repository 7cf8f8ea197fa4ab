"""``witness search``: ranked moments, without a language model."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app.console import (
    FromOption,
    JsonOption,
    LibraryOption,
    ToOption,
    VideoOption,
    console,
    plain,
    print_json,
    settings_for,
    span_json,
    time_window,
)
from assistant.retrieval import Moment, find_like, find_moments
from assistant.retrieving.quotes import find_quotes
from indexer.errors import SettingsError
from indexer.library.library import Library
from indexer.timeline import format_seconds


def search(
    words: Annotated[str, typer.Argument(help="What to look for.")] = "",
    like: Annotated[
        Path | None,
        typer.Option("--like", help="Look for what looks like this picture (needs --frame-embedding)."),
    ] = None,
    count: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many moments.")] = 5,
    video: VideoOption = None,
    start: FromOption = None,
    end: ToOption = None,
    library: LibraryOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say where each ranking had what was found.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the moments that fit words best, by meaning and by word, or that look like a picture."""
    _check(words, like)
    window = time_window(start, end)
    with closing(Library.open(settings_for(library))) as opened:
        video_id = opened.video(video).video_id if video is not None else None
        if like is not None:
            moments = find_like(opened, like, limit=count, video_id=video_id, span=window)
        else:
            moments = find_moments(opened, words, limit=count, video_id=video_id, span=window)
        if as_json:
            print_json([_json(opened, moment) for moment in moments])
            return
        if not moments:
            console.print("Nothing found. `witness library` shows what is indexed.")
        quotes = find_quotes(opened, words, limit=count, video_id=video_id, span=window) if words else []
        for hit in quotes:
            name = plain(opened.handle(hit.video))
            console.print(f"[bold]{name} {hit.text.span}[/] {plain(hit.text.sentence())}")
        for number, moment in enumerate(moments, start=1):
            console.print(f"{number}. [bold]{plain(opened.handle(moment.video))} {moment.span}[/]")
            for line in _lines(moment):
                console.print(f"   {plain(line)}")
            if explain:
                console.print(f"   [dim]{plain(_why(moment))}[/]")


def _check(words: str, like: Path | None) -> None:
    """Make sure that there is one thing to search for.

    Raises:
        SettingsError: There is none, or two.
    """
    if like is not None and words.strip():
        raise SettingsError(
            "search for words or for what looks like a picture (--like), not for both at once"
        )
    if like is None and not words.strip():
        raise SettingsError(
            "there are no words to search for; `witness show VIDEO` lists all segments, and "
            "`witness search --like PICTURE` finds what looks like a picture"
        )


def _lines(moment: Moment) -> list[str]:
    if moment.events:
        return [f"{event.span} {event.sentence()}" for event in moment.events]
    return [segment.caption.summary for segment in moment.segments if segment.caption]


def _why(moment: Moment) -> str:
    matched = f"; matched: {', '.join(moment.matched)}" if moment.matched else ""
    seen = f"; most alike at {format_seconds(moment.seconds)}" if moment.seconds is not None else ""
    return f"score {moment.score:.3f}; ranks: {moment.ranks}{matched}{seen}"


def _json(library: Library, moment: Moment) -> dict[str, Any]:
    return {
        "video": library.handle(moment.video),
        "video_id": moment.video.video_id,
        **span_json(moment.span),
        "score": moment.score,
        **({"seconds": moment.seconds} if moment.seconds is not None else {}),
        "ranks": asdict(moment.ranks),
        "matched": list(moment.matched),
        "text": moment.text,
        "events": [{**span_json(event.span), "text": event.sentence()} for event in moment.events],
    }
