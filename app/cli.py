"""The ``witness`` command: its commands, and the one place where errors become words."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from app.commands import (
    alerts,
    ask,
    chat,
    clock,
    demo,
    doctor,
    export,
    frames,
    index,
    library,
    note,
    passwd,
    remove,
    report,
    rules,
    search,
    show,
    verify,
)
from app.console import errors, show_arrivals
from assistant.timing import TimeExpressionError
from indexer.errors import SettingsError, WitnessError


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"witness {installed_version('witness-video')}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
]
app = typer.Typer(
    name="witness",
    help="Ask your videos what they saw, and get an answer with the second, the frames and the file.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@app.callback()
def witness(version: VersionOption = False) -> None:
    """Ask your videos what they saw, and get an answer with the second, the frames and the file."""


app.command("index")(index.index)
app.command("ask")(ask.ask)
app.command("search")(search.search)
app.command("show")(show.show)
app.command("library")(library.library)
app.command("clock")(clock.clock)
app.command("note")(note.note)
app.add_typer(rules.rules, name="rules")
app.command("alerts")(alerts.alerts)
app.command("frames")(frames.frames)
app.command("report")(report.report)
app.command("verify")(verify.verify)
app.command("export")(export.export)
app.command("remove")(remove.remove)
app.command("chat")(chat.chat)
app.command("passwd")(passwd.passwd)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line; an error that a person can mend is told in words and as an exit status.

    Exit status 1 says that something did not work, 2 that the command or a setting was wrong. With
    ``--debug`` anywhere on the line the whole traceback is shown.
    """
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    show_arrivals()
    try:
        app(args=[argument for argument in arguments if argument != "--debug"])
    except WitnessError as error:
        if debug:
            raise
        errors.print(f"[bold red]error:[/] {_escaped(str(error))}", highlight=False)
        raise SystemExit(2 if isinstance(error, (SettingsError, TimeExpressionError)) else 1) from None
    except KeyboardInterrupt:
        errors.print("stopped; what was done is kept, and the same command goes on from there")
        raise SystemExit(130) from None


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


if __name__ == "__main__":
    main()
