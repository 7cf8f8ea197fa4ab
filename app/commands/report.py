"""``witness report``: an incident as a file for others: HTML, PDF or JSON."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from app.console import (
    JsonOption,
    LibraryOption,
    console,
    errors,
    format_size,
    plain,
    print_json,
    settings_for,
)
from app.incidents.desk import IncidentDesk, person_at_this_machine
from app.incidents.model import Incident
from app.incidents.record import Report, build_report
from app.incidents.writing import FORMS, save_report
from indexer.errors import SettingsError
from indexer.library.library import Library


def report(
    incident: Annotated[str | None, typer.Argument(help="Name or id of the incident.")] = None,
    out: Annotated[
        Path, typer.Option("--out", help="File to write: .html, .pdf or .json says the form.")
    ] = Path("report.html"),
    author: Annotated[str | None, typer.Option("--by", help="Who makes the report.")] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List the incidents.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a report on an incident that was put together in the browser chat.

    It holds the notes, the frames, what was asked and answered, and the hashes that `witness verify` checks.
    """
    if out.suffix.lower() not in FORMS:
        raise SettingsError(f"--out {out.name}: a report is written as {', '.join(FORMS)}")
    settings = settings_for(library)
    with closing(Library.open(settings)) as opened, closing(IncidentDesk(opened, settings)) as desk:
        if list_all or incident is None:
            _list(desk.store.incidents(), as_json)
            return
        found = desk.store.find(incident)
        with tempfile.TemporaryDirectory(prefix="witness-report-") as folder:
            made = _build(desk, found, Path(folder), author or person_at_this_machine())
            written = save_report(made, out)
        if as_json:
            print_json({"seal": made.record["seals"]["whole"], "files": [str(path) for path in written]})
            return
        _tell(made, written)


def _build(desk: IncidentDesk, incident: Incident, folder: Path, author: str) -> Report:
    with Progress(console=errors, transient=True) as progress:
        task = progress.add_task("", total=1.0)

        def on_progress(share: float, doing: str) -> None:
            progress.update(task, completed=share, description=plain(doing))

        return build_report(desk, incident.incident_id, folder, author=author, on_progress=on_progress)


def _tell(made: Report, written: list[Path]) -> None:
    for path in written:
        console.print(f"{plain(str(path))}  [dim]{format_size(path.stat().st_size)}[/]", soft_wrap=True)
    for source in made.record["sources"]:
        if source["state"] != "present":
            console.print(f"[yellow]{plain(str(source['name']))}: {plain(source['remark'])}[/]")
    for moment in made.record["moments"]:
        if moment["clip"] is None and moment["clip_remark"]:
            console.print(f"[yellow]moment {moment['number']}: {plain(moment['clip_remark'])}[/]")
    console.print(f"seal {made.record['seals']['whole']}", soft_wrap=True)


def _list(incidents: list[Incident], as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "incident_id": each.incident_id,
                    "name": each.name,
                    "status": each.status.value,
                    "moments": each.moment_count,
                    "changed_at": each.changed_at.isoformat(),
                }
                for each in incidents
            ]
        )
        return
    if not incidents:
        console.print("there is no incident yet; mark a moment as one in the browser chat: witness chat")
    for each in incidents:
        console.print(
            f"{each.incident_id}  {plain(each.name)}  [dim]{each.status.value}, {each.moment_count} moments, "
            f"changed {each.changed_at:%Y-%m-%d %H:%M} UTC[/]"
        )
