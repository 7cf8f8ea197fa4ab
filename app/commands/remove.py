"""``witness remove``: forget a video. The file itself is never touched."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from app.console import LibraryOption, console, plain, settings_for
from indexer.errors import LibraryBusy
from indexer.library.library import Library
from indexer.library.ownership import Ownership


def remove(
    videos: Annotated[list[str], typer.Argument(help="Names, paths or ids of videos in the library.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    library: LibraryOption = None,
) -> None:
    """Remove videos from the library: their captions and vectors. The files stay where they are."""
    with closing(Library.open(settings_for(library))) as opened:
        found = [opened.video(name) for name in videos]
        names = ", ".join(opened.handle(video) for video in found)
        if not yes:
            typer.confirm(
                f"Remove {names} from the library? The files themselves are not touched.", abort=True
            )
        ownership = Ownership(opened.folder)
        if not ownership.try_acquire():
            raise LibraryBusy("another witness is indexing this library; remove again when it is done")
        try:
            for video in found:
                opened.remove(video.video_id)
        finally:
            ownership.release()
    console.print(f"Removed {plain(names)}. The files are where they were.")
