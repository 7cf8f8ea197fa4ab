"""``witness index``: put videos into the library."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.commands.clock import CameraOption, StartsAtOption, TimezoneOption, check_clock, say_clocks
from app.console import (
    LibraryOption,
    ModelOption,
    QuantizeOption,
    VisionOption,
    VisionUrlOption,
    errors,
    plain,
    settings_for,
)
from app.index_progress import IndexDisplay
from indexer.building import build_indexer
from indexer.discovery import LeftOut, find_files, printable
from indexer.errors import SettingsError
from indexer.library.library import Library
from indexer.media.samples import WalkMode
from indexer.parts import Indexer
from indexer.running import IndexRun
from indexer.settings import Settings
from indexer.speech.configured import make_transcriber
from indexer.texts.run import read_texts
from indexer.timeline import format_seconds
from indexer.vision.configured import OBSERVER, choose_vision, make_vision
from indexer.vision.model import close_vision


def index(
    paths: Annotated[list[Path], typer.Argument(help="Video files and folders (searched recursively).")],
    library: LibraryOption = None,
    vision: VisionOption = None,
    vision_url: VisionUrlOption = None,
    model: ModelOption = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of the model.")] = None,
    quantize: QuantizeOption = None,
    watch: Annotated[
        list[str] | None,
        typer.Option("--watch", help='Judge this in each caption too, e.g. "someone falls"; repeat it.'),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of captions, where a model writes them (WITNESS_LANGUAGE).")
    ] = None,
    embedding: Annotated[
        str | None, typer.Option(help="Who embeds the captions (WITNESS_EMBEDDING).")
    ] = None,
    frame_embedding: Annotated[
        str | None,
        typer.Option(
            help="Also embed frames, with this SigLIP or CLIP: name or folder (WITNESS_FRAME_EMBEDDING)."
        ),
    ] = None,
    walk: Annotated[
        WalkMode | None,
        typer.Option(help="Decode what may move (levels) or every frame (full) (WITNESS_WALK)."),
    ] = None,
    reindex: Annotated[
        bool, typer.Option("--reindex", help="Also index anew what was indexed with other settings.")
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try again what was set aside after three failed attempts.")
    ] = False,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Follow symbolic links found in folders.")
    ] = False,
    stream: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Index this video stream of the files, as ffprobe counts; a wrong number lists them.",
        ),
    ] = None,
    speech: Annotated[
        bool, typer.Option("--speech", help="Also transcribe what is said (extra: speech; WITNESS_SPEECH).")
    ] = False,
    starts_at: StartsAtOption = None,
    camera: CameraOption = None,
    timezone: TimezoneOption = None,
) -> None:
    """Index videos: split, look, caption, embed. What is indexed already is skipped by its content.

    Exit status 0: all is indexed. 1: some files could not be used, or only in part; they are listed with
    their reasons, and the others are indexed.
    """
    settings = settings_for(
        library,
        vision=vision,
        vision_url=vision_url,
        model=model,
        revision=revision,
        quantize=quantize,
        watch=tuple(watch) if watch else None,
        language=language,
        embedding=embedding,
        frame_embedding=frame_embedding,
        walk=walk,
        timezone=timezone,
        speech=speech or None,
        read_clock=False if starts_at else None,
    )
    check_clock(settings, paths, starts_at)
    if settings.watch and choose_vision(settings) == OBSERVER:
        raise SettingsError(
            "--watch asks for judgement, and the observer only measures: it needs --vision qwen3-vl, or "
            "--vision openai:MODEL with --vision-url"
        )
    display = index_paths(
        settings, paths, reindex=reindex, retry=retry, follow_links=follow_links, stream=stream
    )
    if starts_at or camera:
        say_clocks(settings, find_files(paths, follow_links=follow_links), starts_at, camera)
    if display.failed or display.partial or display.untold:
        raise typer.Exit(1)


def index_paths(
    settings: Settings,
    paths: list[Path],
    *,
    reindex: bool = False,
    retry: bool = False,
    follow_links: bool = False,
    stream: int | None = None,
) -> IndexDisplay:
    """Index and show the progress; return the display, which knows how it went."""
    left_out = LeftOut()
    files = find_files(paths, follow_links=follow_links, left_out=left_out)
    own = settings.library.absolute()
    left_out.no_videos[:] = [path for path in left_out.no_videos if not path.is_relative_to(own)]
    transcriber, begun = make_transcriber(settings), time.time()  # what is not there is told before the work
    with open_indexer(settings) as indexer:
        with IndexDisplay(errors) as display:
            IndexRun(indexer, display.report).run(files, reindex=reindex, retry=retry, stream=stream)
        display.print_summary()
        display.print_left_out(left_out)
        with errors.status("Reading subtitles") as status:

            def heard(path: Path, seconds: float) -> None:
                status.update(f"Transcribing {plain(printable(path.name))}: {format_seconds(round(seconds))}")

            catalog = indexer.library.catalog
            for told in read_texts(catalog, indexer.decoder, transcriber, files, since=begun, progress=heard):
                display.print_texts(told)
    return display


@contextlib.contextmanager
def open_indexer(settings: Settings) -> Iterator[Indexer]:
    """Build what indexing needs from the settings, and take it down again."""
    vision = make_vision(settings)
    with contextlib.ExitStack() as stack:
        stack.callback(close_vision, vision)
        library = stack.enter_context(contextlib.closing(Library.open(settings)))
        yield build_indexer(settings, library, vision, stack)
