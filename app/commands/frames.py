"""``witness frames``: the pictures displayed at given seconds."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.console import JsonOption, LibraryOption, console, plain, print_json, settings_for
from assistant.timing import parse_seconds
from indexer.library.library import Library
from indexer.media.images import save_image
from indexer.timeline import format_seconds


def frames(
    video: Annotated[str, typer.Argument(help="Name, path or id of the video.")],
    more: Annotated[list[str] | None, typer.Argument(metavar="[SECONDS]...", help="Further times.")] = None,
    at: Annotated[
        list[str] | None, typer.Option("--at", help="Seconds, m:ss or h:mm:ss; several: --at 5 6.5 1:23.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the images.")] = Path("frames"),
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save the frames that are displayed at these seconds, full size, with their true PTS."""
    written = [text for part in [*(at or []), *(more or [])] for text in part.split(",") if text.strip()]
    if not written:
        raise typer.BadParameter("say at which seconds, for example: --at 5 6.5 1:23")
    seconds = [parse_seconds(text) for text in written]
    with closing(Library.open(settings_for(library))) as opened:
        found = opened.video(video)
        pictures = opened.frames_at(found.video_id, seconds)
    out.mkdir(parents=True, exist_ok=True)
    saved = []
    for asked, frame in zip(seconds, pictures, strict=True):
        path = out / f"{Path(found.name).stem}_{asked:010.3f}s.png"
        save_image(frame, path)
        saved.append({"asked_seconds": asked, "pts_seconds": frame.pts_seconds, "path": str(path)})
        if not as_json:
            console.print(
                f"{format_seconds(asked)}: frame at {frame.pts_seconds:.6f} s -> {plain(str(path))}",
                soft_wrap=True,
            )
    if as_json:
        print_json({"video": found.name, "video_id": found.video_id, "frames": saved})
