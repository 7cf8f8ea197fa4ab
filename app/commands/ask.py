"""``witness ask``: a question, its answer, and what the answer rests on."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import Annotated

import typer
from rich.live import Live
from rich.text import Text

from app.console import (
    ChatOption,
    ChatUrlOption,
    JsonOption,
    LanguageOption,
    LibraryOption,
    ModelOption,
    QuantizeOption,
    VideoOption,
    VisionOption,
    VisionUrlOption,
    console,
    errors,
    plain,
    print_json,
    settings_for,
)
from app.explanation import describe_step, explain
from assistant.answer import STILL, Answer, Citation
from assistant.answer_json import answer_json
from assistant.events import Answered, AskEvent, StepFinished, StepStarted, TextDelta
from assistant.turn import Mode
from indexer.errors import WitnessError
from indexer.plurals import counted
from indexer.settings import Settings


def ask(
    question: Annotated[str, typer.Argument(help='For example "what happened at second 5?".')],
    video: VideoOption = None,
    mode: Annotated[
        Mode, typer.Option("--as", help="Form of the answer; all but 'answer' need a vision-language model.")
    ] = Mode.ANSWER,
    action: Annotated[
        list[str] | None,
        typer.Option("--action", help="An action to choose from, for --as classify; repeat it."),
    ] = None,
    library: LibraryOption = None,
    vision: VisionOption = None,
    vision_url: VisionUrlOption = None,
    model: ModelOption = None,
    quantize: QuantizeOption = None,
    chat: ChatOption = None,
    chat_url: ChatUrlOption = None,
    language: LanguageOption = None,
    conversation: Annotated[
        str | None,
        typer.Option(
            "--conversation",
            help='Name of a conversation to begin or go on with, so that "and then?" is known.',
        ),
    ] = None,
    how: Annotated[
        bool, typer.Option("--explain", help="Tell how the answer came about: plan, ranks, looks.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Answer a question about the videos, with the seconds and the frames that the answer rests on."""
    settings = settings_for(
        library,
        vision=vision,
        vision_url=vision_url,
        model=model,
        quantize=quantize,
        chat=chat,
        chat_url=chat_url,
        language=language,
    )
    answer = ask_once(
        settings,
        question,
        video=video,
        mode=mode,
        actions=action,
        conversation=conversation,
        quiet=as_json or how,
    )
    if as_json:
        print_json(answer_json(answer, explain=how))
        return
    print_answer(answer)
    if how:
        console.print()
        for line in explain(answer):
            console.print(f"{'' if line.startswith(' ') else '[bold]'}{plain(line)}", soft_wrap=True)


def ask_once(
    settings: Settings,
    question: str,
    *,
    video: str | None = None,
    mode: Mode = Mode.ANSWER,
    actions: list[str] | None = None,
    conversation: str | None = None,
    quiet: bool = False,
) -> Answer:
    """Ask one question and show the steps and the growing text meanwhile, unless ``quiet``."""
    from assistant.session import open_assistant  # LangChain takes seconds to import

    with closing(open_assistant(settings)) as assistant:
        events = assistant.ask(
            question, conversation_id=conversation, video=video, mode=mode, actions=actions
        )
        return _follow(events, quiet)


def _follow(events: Iterable[AskEvent], quiet: bool) -> Answer:
    text = ""
    with Live(console=errors, transient=True, refresh_per_second=12) as live:
        for event in events:
            if isinstance(event, Answered):
                return event.answer
            if quiet:
                continue
            if isinstance(event, StepStarted):
                live.update(Text(f"… {event.tool}", style="dim"))
            elif isinstance(event, StepFinished):
                live.console.print(f"[dim]{plain(describe_step(event.step))}[/]")
            elif isinstance(event, TextDelta):
                text += event.text
                live.update(Text(text))
    raise WitnessError("the model ended without an answer; ask again")


def _dated(citation: Citation) -> str:
    """Write a citation with the day of its recording, where that is known."""
    wall = f"  {citation.wall.dated}" if citation.wall else ""
    return f"{citation.video} {citation.span}{wall}"


def print_answer(answer: Answer) -> None:
    """Print an answer for people: text, citations, what was inspected and what not."""
    console.print()
    console.print(plain(answer.text))
    if answer.citations:
        console.print("\n[bold]Rests on[/]")
        for citation in dict.fromkeys((_dated(each), each.source.value) for each in answer.citations):
            console.print(f"  {plain(citation[0])}  [dim]({citation[1]})[/]")
    if answer.coverage:
        console.print("\n[bold]Inspected[/]")
        for entry in answer.coverage:
            spans = ", ".join(str(span) for span in entry.coverage.inspected) or "nothing"
            console.print(f"  {plain(entry.video)} {spans}")
            for look in entry.looks:
                console.print(
                    f"  [dim]looked again at {look.span}: {counted(look.frames, 'frame')}, "
                    f"{look.frames_per_second:.3g} a second[/]"
                )
            for still in entry.still:
                console.print(f"  [dim]{still} {STILL}[/]")
            for unseen in entry.coverage.not_inspected:
                console.print(f"  [yellow]not {unseen.span}: {plain(unseen.reason)}[/]")
    models = answer.models
    console.print(f"\n[dim]chat {models.chat} · vision {models.vision} · embedding {models.embedding}[/]")
