"""``witness note``: say what is wrong, or worth knowing, about a stretch of a video."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated, Any

import typer

from app.console import JsonOption, LibraryOption, console, plain, print_json, settings_for, span_json
from assistant.timing import parse_seconds
from indexer.errors import SettingsError
from indexer.library.library import Library
from indexer.library.notes import PERSON, Note, remove_note
from indexer.timeline import Span


def note(
    video: Annotated[str, typer.Argument(help="Name, path or id of the video.")],
    at: Annotated[
        str | None,
        typer.Argument(help="Second 5, 1:23, or a stretch: 1:23-1:40. Leave out to list the notes."),
    ] = None,
    text: Annotated[str | None, typer.Argument(help='What to note, "that was the cat".')] = None,
    author: Annotated[str, typer.Option("--by", help="Who says so.")] = PERSON,
    remove: Annotated[int | None, typer.Option("--remove", help="Take back the note of this number.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note something on a stretch of a video; questions about it find the note beside what the index says."""
    with closing(Library.open(settings_for(library))) as opened:
        found = opened.video(video)
        if remove is not None:
            remove_note(opened.catalog, remove)
        elif at is not None:
            if text is None:
                raise SettingsError(f'what is to be noted is missing: witness note "{video}" {at} "…"')
            opened.add_note(found.video_id, parse_span(at), text, author)
        notes = opened.notes(found.video_id)
    if as_json:
        print_json([_note_json(each) for each in notes])
        return
    console.print(f"[bold]{plain(found.name)}[/]" + ("" if notes else "  nothing is noted on it"))
    for each in notes:
        console.print(
            f"  {each.note_id}. [cyan]{each.span}[/] {plain(each.text)}  [dim]{plain(each.author)}[/]"
        )


def parse_span(text: str) -> Span:
    """Read ``5``, ``1:23`` (the second that begins there) or ``1:23-1:40``.

    Raises:
        SettingsError: The end is not after the start.
        TimeExpressionError: It is no time.
    """
    first, dash, last = text.replace("–", "-").partition("-")
    start = parse_seconds(first)
    end = parse_seconds(last) if dash else start + 1
    if end <= start:
        raise SettingsError(f"{text}: the end is not after the start")
    return Span(start, end)


def _note_json(note: Note) -> dict[str, Any]:
    return {
        "note_id": note.note_id,
        **span_json(note.span),
        "author": note.author,
        "text": note.text,
        "created_at": note.created_at.isoformat(),
    }
