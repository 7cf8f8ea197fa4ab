"""``witness clock``: when a video was recorded, and by which camera."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.console import JsonOption, LibraryOption, console, plain, print_json, settings_for
from app.wall_clock import describe_clock, start_json
from indexer.clock.finding import note_start
from indexer.clock.start import RecordingStart, StartSource
from indexer.clock.zones import find_zone, parse_start
from indexer.errors import SettingsError
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.media.decoder import Decoder
from indexer.settings import Settings

StartsAtOption = Annotated[
    str | None,
    typer.Option(
        "--starts-at",
        help='When the first frame was recorded: "2026-03-01 14:30:00", also with +01:00 or a zone.',
    ),
]
CameraOption = Annotated[str | None, typer.Option("--camera", help="Name of the camera.")]
TimezoneOption = Annotated[
    str | None,
    typer.Option("--timezone", help="Zone of times without one, e.g. Europe/Berlin (WITNESS_TIMEZONE)."),
]


def clock(
    video: Annotated[str, typer.Argument(help="Name, path or id of the video.")],
    starts_at: StartsAtOption = None,
    camera: CameraOption = None,
    again: Annotated[
        bool, typer.Option("--again", help="Forget what was said, and read it from the file again.")
    ] = False,
    timezone: TimezoneOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show when a video was recorded and how that is known; or say it, where the file tells it wrong.

    With it, questions can name times of day, "at 14:32" or "last night", and answers give both clocks.
    """
    settings = settings_for(library, timezone=timezone)
    if again and starts_at:
        raise SettingsError("--again reads the start from the file and --starts-at says it: choose one")
    with closing(Library.open(settings)) as opened:
        found = opened.video(video)
        if again:
            _read_again(opened, found, settings)
        say_clock(opened, found, settings, starts_at, camera)
        found = opened.video(found.video_id)
    if as_json:
        print_json(
            {"video": found.name, "video_id": found.video_id, "camera": found.camera, **start_json(found)}
        )
        return
    lines = list(describe_clock(found))
    if found.start is None:
        lines.append(
            f'it is not known when it was recorded; say it: witness clock "{found.name}" --starts-at "…"'
        )
    console.print(f"[bold]{plain(found.name)}[/]")
    for line in lines:
        console.print(f"  {plain(line)}")


def check_clock(settings: Settings, paths: list[Path], starts_at: str | None) -> None:
    """Refuse, before anything is done, a start that cannot be read or one start for many files.

    Raises:
        SettingsError: It is no date with a time of day, or there is more than one file, or a folder.
    """
    zone = find_zone(settings.timezone)
    if starts_at is None:
        return
    parse_start(starts_at, zone)
    if len(paths) != 1 or paths[0].is_dir():
        raise SettingsError("--starts-at is the start of one recording: give it with one file")


def say_clocks(settings: Settings, files: list[Path], starts_at: str | None, camera: str | None) -> None:
    """Store the start and the camera of files that were indexed just now; one that failed is left out."""
    with closing(Library.open(settings)) as library:
        for path in files:
            facts = path.stat()
            video_id = library.catalog.known_content(path, facts.st_size, facts.st_mtime_ns)
            if found := library.catalog.video(video_id):
                say_clock(library, found, settings, starts_at, camera)


def say_clock(
    library: Library, video: VideoRecord, settings: Settings, starts_at: str | None, camera: str | None
) -> None:
    """Store the start and the camera that a person says, each where it is given.

    Raises:
        SettingsError: The start is no date with a time of day.
    """
    if starts_at is not None:
        moment = parse_start(starts_at, find_zone(settings.timezone))
        library.catalog.set_start(video.video_id, RecordingStart(moment, StartSource.GIVEN))
    if camera is not None:
        library.catalog.set_camera(video.video_id, camera.strip())


def _read_again(library: Library, video: VideoRecord, settings: Settings) -> None:
    library.catalog.set_start(video.video_id, None)
    path = library.file_of(video.video_id)
    with closing(Decoder()) as decoder:
        info = decoder.probe(path, stream=video.stream)
        note_start(library.catalog, decoder, settings, video.video_id, path, info)
