"""``witness doctor``: what this machine has, and what Witness will therefore use."""

from __future__ import annotations

from dataclasses import asdict

import typer

from app.console import (
    ChatOption,
    ChatUrlOption,
    JsonOption,
    LibraryOption,
    ModelOption,
    QuantizeOption,
    VisionOption,
    VisionUrlOption,
    console,
    plain,
    print_json,
    settings_for,
)
from app.diagnosis import diagnose
from app.findings import Finding, Level

_MARK = {Level.OK: "[green]ok  [/]", Level.NOTE: "[cyan]note[/]", Level.PROBLEM: "[red]bad [/]"}


def doctor(
    library: LibraryOption = None,
    vision: VisionOption = None,
    vision_url: VisionUrlOption = None,
    model: ModelOption = None,
    quantize: QuantizeOption = None,
    chat: ChatOption = None,
    chat_url: ChatUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at this machine and say what Witness will use; each line with its remedy.

    With the options of another command it says whether that one would work.

    Exit status 1 when something keeps Witness from working.
    """
    settings = settings_for(
        library,
        vision=vision,
        vision_url=vision_url,
        model=model,
        quantize=quantize,
        chat=chat,
        chat_url=chat_url,
    )
    findings = diagnose(settings)
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
