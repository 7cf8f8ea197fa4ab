"""``witness demo``: draw the demo clip, index it, and ask it three questions."""

from __future__ import annotations

from pathlib import Path

from app.commands.ask import ask_once, print_answer
from app.commands.index import index_paths
from app.console import LibraryOption, console, plain, settings_for
from indexer.errors import WitnessError
from indexer.settings import Settings

QUESTIONS = ("what happened at second 5?", "when did the lights go out?", "what does the sign say?")
CLIP_NAME = "loading-dock.mp4"


def demo(library: LibraryOption = None) -> None:
    """Draw a 30 s clip of a loading dock, index it, and ask it three questions.

    It lives in a library of its own inside the library folder, so your own videos stay apart from it.
    """
    settings = index_demo(settings_for(library))
    for question in QUESTIONS:
        console.print(f"\n[bold]> {plain(question)}[/]")
        print_answer(ask_once(settings, question))
    console.print(f'\nAsk on: witness ask "…" --library {plain(str(settings.library))}', soft_wrap=True)


def index_demo(settings: Settings) -> Settings:
    """Draw and index the clip unless it is there; return the settings with the demo's own library folder."""
    settings = settings.model_copy(update={"library": settings.library / "demo"})
    if index_paths(settings, [_draw_clip(settings)]).failed:
        raise WitnessError("the demo clip could not be indexed; the reason stands above")
    return settings


def _draw_clip(settings: Settings) -> Path:
    from app.demo.draw import draw_demo  # OpenCV and PyAV, which only drawing needs

    clip = settings.library / CLIP_NAME
    if not clip.exists():
        console.print("Drawing the demo clip …")
        clip.parent.mkdir(parents=True, exist_ok=True)
        draw_demo(clip)
    return clip
