"""``witness verify``: whether a report and its sources are still the same."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.console import JsonOption, console, errors, plain, print_json
from app.incidents.checks import Check, Verdict, passed
from app.incidents.reading import read_report
from app.incidents.verify import verify as verify_report
from indexer.media.evidence import EvidenceDecoder

_COLOURS = {Verdict.MATCHES: "green", Verdict.DIFFERS: "red", Verdict.MISSING: "red", Verdict.REMARK: "dim"}


def verify(
    report: Annotated[Path, typer.Argument(help="The report: .json or .html.")],
    folder: Annotated[
        list[Path] | None,
        typer.Option("--folder", help="Where source files lie that were moved; repeat it for several."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read the sources of a report again, and say for each item whether it still matches.

    Exit status 0 says that everything does, 1 that something differs or is missing.
    """
    read = read_report(report)
    checks: list[Check] = []
    with closing(EvidenceDecoder()) as decoder, errors.status("") as status:
        for check in verify_report(read, decoder, folder or [], lambda doing: status.update(plain(doing))):
            checks.append(check)
            if not as_json:
                colour = _COLOURS[check.verdict]
                line = f"[{colour}]{check.verdict.value:8}[/] {plain(check.item)}: {plain(check.words)}"
                console.print(line, soft_wrap=True)
    if as_json:
        found = [{"item": each.item, "verdict": each.verdict.value, "words": each.words} for each in checks]
        print_json({"matches": passed(checks), "items": found})
    else:
        _sum_up(checks, str(read.record["seals"].get("whole", "")))
    if not passed(checks):
        raise typer.Exit(1)


def _sum_up(checks: list[Check], seal: str) -> None:
    counts = Counter(check.verdict for check in checks)
    if passed(checks):
        console.print(f"[bold green]everything matches[/] ({counts[Verdict.MATCHES]} items)")
    else:
        console.print(
            f"[bold red]not everything matches[/]: {counts[Verdict.DIFFERS]} differ, "
            f"{counts[Verdict.MISSING]} are missing, {counts[Verdict.MATCHES]} match"
        )
    console.print(f"[dim]seal {plain(seal)}; compare it with the one that you were told[/]", soft_wrap=True)
