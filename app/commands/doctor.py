"""``witness doctor``: what this machine has, and what Witness will therefore use."""

from __future__ import annotations

from dataclasses import asdict

import typer

from app.console import JsonOption, LibraryOption, console, plain, print_json, settings_for
from app.diagnosis import Finding, Level, diagnose

_MARK = {Level.OK: "[green]ok  [/]", Level.NOTE: "[cyan]note[/]", Level.PROBLEM: "[red]bad [/]"}


def doctor(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Look at this machine and say what Witness will use; each line with its remedy.

    Exit status 1 when something keeps Witness from working.
    """
    findings = diagnose(settings_for(library))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _print(finding)
    if any(finding.level is Level.PROBLEM for finding in findings):
        raise typer.Exit(1)


def _print(finding: Finding) -> None:
    console.print(
        f"{_MARK[finding.level]} [bold]{finding.subject:<10}[/] {plain(finding.fact)}", soft_wrap=True
    )
    if finding.remedy:
        console.print(f"                {plain(finding.remedy)}", style="dim", soft_wrap=True)
