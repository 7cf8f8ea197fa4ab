"""``witness frames``: the pictures displayed at given seconds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.console import JsonOption, LibraryOption, console, plain, print_json, settings_for
from assistant.timing import parse_seconds
from indexer.errors import WitnessError
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.media.images import save_image
from indexer.timeline import Frame, format_seconds


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
    """Save the frames that are displayed at these seconds, full size, with their true PTS.

    All times count from the first displayed frame of the video.
    """
    written = [text for part in [*(at or []), *(more or [])] for text in part.split(",") if text.strip()]
    if not written:
        raise typer.BadParameter("say at which seconds, for example: --at 5 6.5 1:23")
    seconds = [parse_seconds(text) for text in written]
    with closing(Library.open(settings_for(library))) as opened:
        found = opened.video(video)
        pictures = opened.frames_at(found.video_id, seconds)
        displayed = [opened.frame_times(found.video_id, each, count=0)[0] for each in seconds]
    paths = _save(out, found, seconds, pictures)
    unseen = [next((gap.reason for gap in found.unseen if gap.span.contains(s)), "") for s in seconds]
    notes = [
        _note(reason, is_older=frame.pts_seconds < due - 1e-6)
        for reason, frame, due in zip(unseen, pictures, displayed, strict=True)
    ]
    if as_json:
        rows = [
            {"asked_seconds": asked, "pts_seconds": frame.pts_seconds, "path": str(path), "not_seen": reason}
            for asked, frame, path, reason in zip(seconds, pictures, paths, unseen, strict=True)
        ]
        print_json({"video": found.name, "video_id": found.video_id, "frames": rows})
        return
    for asked, frame, path, note in zip(seconds, pictures, paths, notes, strict=True):
        line = f"{format_seconds(asked)}: frame at {frame.pts_seconds:.6f} s{note} -> {path}"
        console.print(plain(line), soft_wrap=True)


def _note(reason: str, *, is_older: bool) -> str:
    """Say of a frame that it is another than was asked for, or that it was not seen by the index."""
    if is_older:
        return f" (the last good frame before it: {reason or 'the one displayed then may be damaged'})"
    return f" (not seen when it was indexed: {reason})" if reason else ""


def _save(
    folder: Path, video: VideoRecord, seconds: Sequence[float], pictures: Sequence[Frame]
) -> list[Path]:
    paths = [folder / f"{Path(video.name).stem}_{asked:010.3f}s.png" for asked in seconds]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, frame in zip(paths, pictures, strict=True):
            save_image(frame, path)
    except OSError as error:
        raise WitnessError(
            f"{folder} cannot be written: {error.strerror}. Choose another folder with --out"
        ) from None
    return paths
