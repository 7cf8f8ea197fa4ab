"""The report as one self-contained HTML file: pictures and clips in it, nothing loaded, no script run.

Everything that comes from data is escaped. The record stands in it too, so that the file verifies as the JSON
does, and its last line is the hash of all before it, so that a change of what is shown is found.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from app.incidents import telling
from app.incidents.record import Report
from app.incidents.telling import Rows, Table

EMBEDDED_CLIP_BYTES = 24 * 1024**2
"""Clips up to this size are put into the file, as long as all of them stay below `EMBEDDED_BYTES`: browsers
and mail still cope with such a file. Larger ones lie beside it."""
EMBEDDED_BYTES = 64 * 1024**2

RECORD_ID = "witness-report"
_PLAYED = {"mp4": "video/mp4", "webm": "video/webm"}
_POLICY = (
    "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
_START = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Incident report: {name}</title>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
{css}</style>
</head>
<body>
<header><p>Incident report</p><h1>{name}</h1></header>
"""
_END = """<script type="application/json" id="{id}">
{record}
</script>
</body>
</html>
"""
_LAST_LINE = "<!-- witness: SHA-256 of all that stands before this line: {} -->\n"
_ENDING = re.compile(rb"<!-- witness: SHA-256 of all that stands before this line: ([0-9a-f]{64}) -->\s*\Z")


def embedded_clips(report: Report) -> set[str]:
    """Choose the clips that go into the file: in the order of the moments, while there is room."""
    chosen, room = set(), EMBEDDED_BYTES
    for name, path in report.clips.items():
        size = path.stat().st_size
        if size <= min(EMBEDDED_CLIP_BYTES, room):
            chosen.add(name)
            room -= size
    return chosen


def write_html(report: Report) -> bytes:
    """Write the file."""
    body = "".join(_document(report.record, report.clips, embedded_clips(report)))
    data = body.encode("utf-8", "backslashreplace")  # odd bytes of file names are lone surrogates
    return data + _LAST_LINE.format(hashlib.sha256(data).hexdigest()).encode()


def is_unchanged(data: bytes) -> bool:
    """Tell whether the file's last line still holds the hash of what stands before it."""
    ending = _ENDING.search(data)
    return ending is not None and hashlib.sha256(data[: ending.start()]).hexdigest().encode() == ending[1]


def _document(record: dict[str, Any], clips: dict[str, Path], embedded: set[str]) -> Iterator[str]:
    css = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    yield _START.format(name=escape(record["incident"]["name"]), policy=_POLICY, css=css)
    yield _rows(telling.head(record))
    yield "<h2>Notes</h2>\n" + _notes(record["incident"]["notes"] or "No notes were written on the incident.")
    yield _table(telling.summary(record))
    yield f'<p class="quiet">{escape(telling.ABOUT_ANSWERS)}</p>\n'
    for moment in record["moments"]:
        yield from _moment(record, moment, clips, embedded)
    yield "<h2>Evidence</h2>\n"
    for table in telling.evidence(record):
        yield _table(table, "h3")
    yield from _how_made(record)
    yield _END.format(id=RECORD_ID, record=_embedded_json(record))


def _moment(
    record: dict[str, Any], moment: dict[str, Any], clips: dict[str, Path], embedded: set[str]
) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(telling.moment_title(moment))}</h2>\n{_rows(telling.moment_facts(moment))}"
    if moment["note"]:
        yield f"<h3>Note</h3>\n{_notes(moment['note'])}"
    if facts := telling.answer_facts(moment):
        yield f"<h3>{telling.answer_heading(moment)}</h3>\n{_rows(facts)}"
    if lines := telling.descriptions(moment):
        yield f"<h3>What the index says of it</h3>\n{_list(lines)}"
    if moment["frames"]:
        yield '<h3>Frames</h3>\n<div class="frames">\n'
        for frame in moment["frames"]:
            yield _picture(telling.frame_line(record, moment, frame), _jpeg(frame))
        yield "</div>\n"
    yield "<h3>Clip</h3>\n" + _clip(moment, clips, embedded) + "</section>\n"


def _jpeg(frame: dict[str, Any]) -> str:
    return f"data:image/jpeg;base64,{escape(frame['picture']['base64'])}"


def _picture(line: str, source: str) -> str:
    shown = escape(line)
    return f'<figure><img src="{source}" alt="Frame at {shown}"><figcaption>{shown}</figcaption></figure>\n'


def _clip(moment: dict[str, Any], clips: dict[str, Path], embedded: set[str]) -> str:
    line, clip = escape(telling.clip_line(moment)), moment["clip"]
    if clip is None or clip["file"] not in embedded:
        beside = " It is too large for this file and lies beside it." if clip else ""
        return f"<p>{line}.{beside}</p>\n"
    name, data = escape(clip["file"]), base64.b64encode(clips[clip["file"]].read_bytes()).decode()
    kind = _PLAYED.get(clip["container"])
    if kind is None:
        source = f"data:application/octet-stream;base64,{data}"
        link = f'<a download="{name}" data-clip="{name}" href="{source}">Save it</a>'
        return f"<p>{line}. {link} (browsers do not play it).</p>\n"
    source = f"data:{kind};base64,{data}"
    poster = f' poster="{_jpeg(moment["frames"][0])}"' if moment["frames"] else ""
    return (
        f'<figure class="clip"><video controls preload="metadata" data-clip="{name}" src="{source}"{poster} '
        f'aria-label="Clip of moment {int(moment["number"])}"></video>'
        f"<figcaption>{line}.</figcaption></figure>\n"
    )


def _how_made(record: dict[str, Any]) -> Iterator[str]:
    yield f"<h2>How to check this report</h2>\n{_list(telling.checking(record))}"
    yield f"<p>{escape(telling.HONESTY)}</p>\n"
    yield f'<p class="hash">Seal: {escape(record["seals"]["whole"])}</p>\n<h2>How it was made</h2>\n'
    for title, rows in telling.made(record):
        if rows:
            yield f"<h3>{escape(title)}</h3>\n{_rows(rows)}"


def _rows(rows: Rows) -> str:
    lines = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>\n" for label, text in rows)
    return f"<dl>\n{lines}</dl>\n"


def _table(table: Table, heading: str = "h2") -> str:
    columns = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join(f"<tr>{_cells(table, row)}</tr>\n" for row in table.rows)
    title = f"<{heading}>{escape(table.title)}</{heading}>\n"
    head = f"<thead><tr>{columns}</tr></thead>"
    return f'{title}<div class="wide"><table>\n{head}\n<tbody>\n{rows}</tbody></table></div>\n'


def _cells(table: Table, row: Iterable[str]) -> str:
    """Write a row's cells; narrow screens show the name of its column in front of each."""
    written = []
    for number, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
        style = ' class="hash"' if number in table.hashes else ""
        written.append(f'<td{style} data-column="{escape(column)}">{escape(cell)}</td>')
    return "".join(written)


def _list(lines: Iterable[str]) -> str:
    return "<ul>\n" + "".join(f"<li>{escape(line)}</li>\n" for line in lines) + "</ul>\n"


def _notes(text: str) -> str:
    return f'<p class="notes">{escape(text)}</p>\n'


def _embedded_json(record: dict[str, Any]) -> str:
    """Write the record so that nothing in it can end the element that it stands in."""
    text = json.dumps(record, ensure_ascii=True, indent=1)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
