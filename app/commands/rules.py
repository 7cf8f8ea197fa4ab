"""``witness rules``: named questions that are asked of all that is new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any

import typer

from app.commands.index import open_indexer
from app.console import (
    JsonOption,
    LibraryOption,
    ModelOption,
    QuantizeOption,
    VisionOption,
    VisionUrlOption,
    console,
    errors,
    plain,
    print_json,
    settings_for,
)
from indexer.errors import SettingsError
from indexer.library.library import Library
from indexer.plurals import counted
from indexer.rules.asking import RuleRound
from indexer.rules.rule import Cost, Rule
from indexer.rules.store import Rules
from indexer.vision.configured import OBSERVER, choose_vision

rules = typer.Typer(
    help="Watch rules: named questions that a vision-language model is asked of every new segment.",
    invoke_without_command=True,
)

NameArgument = Annotated[str, typer.Argument(help='Name of the rule, "fall".')]


@rules.callback()
def list_rules(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Watch rules: named questions asked of every new segment. Alone: list them with their cost."""
    if context.invoked_subcommand is not None:
        return
    with opened(library) as (_, store):
        found, costs = store.all(), store.costs()
    if as_json:
        print_json([_rule_json(each, costs.get(each.rule_id, Cost())) for each in found])
        return
    if not found:
        console.print('There is no rule yet: witness rules add fall "Someone falls or lies on the floor"')
    for each in found:
        console.print(_rule_line(each, costs.get(each.rule_id, Cost())))


@rules.command("add")
def add_rule(
    name: NameArgument,
    question: Annotated[str, typer.Argument(help='What is asked, "Someone falls".')],
    library: LibraryOption = None,
) -> None:
    """Make a rule. It is asked of what is indexed from now on."""
    settings = settings_for(library)
    with opened(library) as (_, store):
        made = store.add(name, question)
    console.print(
        f'[bold]{plain(made.name)}[/] is asked of what is indexed from now on:\n  "{plain(made.question)}"'
    )
    if choose_vision(settings) == OBSERVER:
        errors.print(
            "The observer only measures and cannot judge: the rule waits until videos are indexed with "
            "--vision qwen3-vl or openai:MODEL."
        )


@rules.command("pause")
def pause_rule(name: NameArgument, library: LibraryOption = None) -> None:
    """Let a rule rest; its alerts stay."""
    _enable(name, False, library)


@rules.command("resume")
def resume_rule(name: NameArgument, library: LibraryOption = None) -> None:
    """Have a rule asked again."""
    _enable(name, True, library)


@rules.command("remove")
def remove_rule(name: NameArgument, library: LibraryOption = None) -> None:
    """Remove a rule with its alerts."""
    with opened(library) as (_, store):
        rule = store.rule(name)
        store.remove(rule)
    console.print(f"[bold]{plain(rule.name)}[/] is removed, with its alerts")


@rules.command("ask")
def ask_rule(
    name: NameArgument,
    videos: Annotated[list[str], typer.Argument(help="Names, paths or ids of videos in the library.")],
    library: LibraryOption = None,
    vision: VisionOption = None,
    vision_url: VisionUrlOption = None,
    model: ModelOption = None,
    quantize: QuantizeOption = None,
) -> None:
    """Ask a rule of videos that were indexed before it was made."""
    settings = settings_for(library, vision=vision, vision_url=vision_url, model=model, quantize=quantize)
    if choose_vision(settings) == OBSERVER:
        raise SettingsError(
            "a rule asks for judgement, and the observer only measures: use --vision qwen3-vl, or "
            "--vision openai:MODEL with --vision-url"
        )
    with open_indexer(settings) as indexer, closing(Rules(settings.library)) as store:
        rule = store.rule(name)
        chosen = [indexer.library.video(video).video_id for video in videos]
        with errors.status("Asking") as status:
            asking = RuleRound(
                indexer.library,
                store,
                indexer.vision,
                settings.language,
                lambda path, _, done, total: status.update(
                    f"{plain(path.name)}: {done} of {counted(total, 'segment')}"
                ),
            )
            for video_id in chosen:
                asking.ask(rule, video_id)
        console.print(_rule_line(rule, store.costs().get(rule.rule_id, Cost())))


@contextmanager
def opened(folder: LibraryOption) -> Iterator[tuple[Library, Rules]]:
    """Open a library and its rules, and close both."""
    settings = settings_for(folder)
    with closing(Library.open(settings)) as library, closing(Rules(settings.library)) as store:
        yield library, store


def _enable(name: str, enabled: bool, library: LibraryOption) -> None:
    with opened(library) as (_, store):
        rule = store.rule(name)
        store.enable(rule, enabled)
    console.print(f"[bold]{plain(rule.name)}[/] " + ("is asked again" if enabled else "rests"))


def _rule_line(rule: Rule, cost: Cost) -> str:
    rests = "" if rule.enabled else "  [dim]rests[/]"
    asked, frames = _count(cost.looks, "segment"), _count(cost.frames, "frame")
    return (
        f'[bold]{plain(rule.name)}[/]{rests}  "{plain(rule.question)}"\n'
        f"  asked of {asked} ({frames}, {cost.seconds:.0f} s of the model): "
        f"{cost.yes} yes, {cost.cannot_tell} cannot tell\n"
        f"  {cost.new} to review"
    )


def _rule_json(rule: Rule, cost: Cost) -> dict[str, Any]:
    return {
        "name": rule.name,
        "question": rule.question,
        "enabled": rule.enabled,
        "created_at": rule.created_at.isoformat(),
        "looks": cost.looks,
        "frames": cost.frames,
        "seconds": round(cost.seconds, 3),
        "yes": cost.yes,
        "cannot_tell": cost.cannot_tell,
        "to_review": cost.new,
    }


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
