"""The report as a PDF for printing and filing: the same words, tables and frames as the HTML, no clips."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    Image,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from app.incidents import telling
from app.incidents.pdf_text import embedded_fonts, markup
from app.incidents.telling import Rows, Table

_INK, _QUIET, _LINE = HexColor("#1c2127"), HexColor("#59636e"), HexColor("#c9ced6")
_MARGIN = 18 * mm
_FOOT = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_PICTURES_A_ROW = 2
_PICTURE_HEIGHT = 54 * mm
"""At most: a row of them that goes to the next page with its heading leaves about a quarter of this one."""

_BODY = ParagraphStyle(
    "body", fontName="Helvetica", fontSize=9.5, leading=13, textColor=_INK, splitLongWords=1
)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=8, leading=10.5)
_HEAD = ParagraphStyle("head", parent=_SMALL, fontName="Helvetica-Bold")
_CAPTION = ParagraphStyle("caption", parent=_SMALL, textColor=_QUIET)
_HASH = ParagraphStyle("hash", parent=_SMALL, fontName="Courier", fontSize=6.8, leading=8.6, wordWrap="CJK")
_KIND = ParagraphStyle("kind", parent=_SMALL, textColor=_QUIET, spaceAfter=2)
_TITLE = ParagraphStyle("title", parent=_BODY, fontName="Helvetica-Bold", fontSize=19, leading=24)
_H2 = ParagraphStyle(
    "h2", parent=_BODY, fontName="Helvetica-Bold", fontSize=13, leading=17, spaceBefore=16, spaceAfter=5
)
_H3 = ParagraphStyle("h3", parent=_BODY, fontName="Helvetica-Bold", spaceBefore=9, spaceAfter=3)
_ROOM = {"h2": 42 * mm, "h3": 26 * mm}
"""What has to be free beneath the top of a heading: it, and the first lines or rows of what it is above."""
_COLUMNS = {
    "Moments": (9, 40, 31, 50, 44),
    "Source files": (45, 24, 23, 16, 66),
    "Frames": (17, 22, 20, 20, 32, 63),
    "Clips": (17, 26, 34, 31, 66),
}
"""Widths of the tables' columns in millimetres."""


def write_pdf(record: dict[str, Any]) -> bytes:
    """Write the file."""
    embedded_fonts()
    _, pages = _build(record, total=0)
    data, _ = _build(record, total=pages)  # once more, as the foot of each page tells how many there are
    return data


def _build(record: dict[str, Any], total: int) -> tuple[bytes, int]:
    file = io.BytesIO()
    document = BaseDocTemplate(
        file,
        pagesize=A4,
        title=f"Incident report: {record['incident']['name']}",
        author=str(record["report"]["made_by"]),
        creator="Witness",
    )
    frame = Frame(_MARGIN, _FOOT, _WIDTH, A4[1] - _MARGIN - _FOOT, 0, 0, 0, 0)
    foot = f"Incident {record['incident']['incident_id']} · seal {record['seals']['whole'][:16]}…"

    def draw_foot(canvas: Any, _document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(_QUIET)
        canvas.drawString(_MARGIN, 11 * mm, foot)
        canvas.drawRightString(A4[0] - _MARGIN, 11 * mm, f"Page {canvas.getPageNumber()} of {total}")

    document.addPageTemplates(PageTemplate("page", [frame], onPage=draw_foot))
    document.build(list(_story(record)))
    return file.getvalue(), int(document.page)


def _story(record: dict[str, Any]) -> Iterator[Flowable]:
    yield Paragraph("INCIDENT REPORT", _KIND)
    yield Paragraph(markup(record["incident"]["name"]), _TITLE)
    yield HRFlowable(width="100%", thickness=1.2, color=_INK, spaceBefore=6, spaceAfter=8)
    yield _rows(telling.head(record))
    yield from _heading("Notes", _H2)
    yield _text(record["incident"]["notes"] or "No notes were written on the incident.")
    yield from _table(telling.summary(record), _H2)
    yield Paragraph(markup(telling.ABOUT_ANSWERS), _CAPTION)
    for moment in record["moments"]:
        yield from _moment(record, moment)
    yield from _heading("Evidence", _H2)
    for table in telling.evidence(record):
        yield from _table(table, _H3)
    yield from _heading("How to check this report", _H2)
    yield from _list([*telling.checking(record), telling.HONESTY])
    yield from _heading("How it was made", _H2)
    for title, rows in telling.made(record):
        if rows:
            yield from _heading(title, _H3)
            yield _rows(rows, _SMALL)


def _heading(text: str, style: ParagraphStyle, room: float = 0.0) -> Iterator[Flowable]:
    """Yield a heading, on the next page where what follows has no room here; all else may be split."""
    yield CondPageBreak(room or _ROOM[style.name])
    yield Paragraph(markup(text), style)


def _moment(record: dict[str, Any], moment: dict[str, Any]) -> Iterator[Flowable]:
    yield from _heading(telling.moment_title(moment), _H2)
    yield _rows(telling.moment_facts(moment))
    if moment["note"]:
        yield from _heading("Note", _H3)
        yield _text(moment["note"])
    if facts := telling.answer_facts(moment):
        yield from _heading(telling.answer_heading(moment), _H3)
        yield _rows(facts)
    if lines := telling.descriptions(moment):
        yield from _heading("What the index says of it", _H3)
        yield from _list(lines)
    if pictures := list(_pictures(record, moment)):
        _, height = pictures[0].wrap(_WIDTH, A4[1])
        yield from _heading("Frames", _H3, room=height + _H3.spaceBefore + _H3.leading + _H3.spaceAfter)
        yield from pictures
    yield from _heading("Clip", _H3)
    yield _text(f"{telling.clip_line(moment)}.")


def _pictures(record: dict[str, Any], moment: dict[str, Any]) -> Iterator[Flowable]:
    """Yield the rows one by one, so that only one of them goes to the next page where it does not fit."""
    cells: list[list[Flowable]] = []
    width = _WIDTH / _PICTURES_A_ROW - 3 * mm
    for frame in moment["frames"]:
        image = Image(io.BytesIO(base64.b64decode(frame["picture"]["base64"])), hAlign="LEFT")
        scale = min(width / image.imageWidth, _PICTURE_HEIGHT / image.imageHeight)
        image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
        cells.append(
            [image, Spacer(1, 2), Paragraph(markup(telling.frame_line(record, moment, frame)), _CAPTION)]
        )
    while len(cells) % _PICTURES_A_ROW:
        cells.append([])
    style = [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    widths = [_WIDTH / _PICTURES_A_ROW] * _PICTURES_A_ROW
    for place in range(0, len(cells), _PICTURES_A_ROW):
        yield Grid([cells[place : place + _PICTURES_A_ROW]], colWidths=widths, style=style, hAlign="LEFT")


def _table(table: Table, heading: ParagraphStyle) -> Iterator[Flowable]:
    widths = [width * mm for width in _COLUMNS[table.title]]
    head = [Paragraph(markup(column), _HEAD) for column in table.columns]
    rows = [
        [
            Paragraph(markup(cell), _HASH if number in table.hashes else _SMALL)
            for number, cell in enumerate(row)
        ]
        for row in table.rows
    ]
    style = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, _INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, _LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    yield from _heading(table.title, heading)
    yield Grid([head, *rows], colWidths=widths, repeatRows=1, style=style, hAlign="LEFT", splitInRow=1)


def _rows(rows: Rows, style: ParagraphStyle = _BODY) -> Flowable:
    label = ParagraphStyle("label", parent=style, textColor=_QUIET)
    cells = [[Paragraph(markup(name), label), Paragraph(markup(text), style)] for name, text in rows]
    layout = [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Grid(cells, colWidths=[34 * mm, _WIDTH - 34 * mm], style=layout, hAlign="LEFT", splitInRow=1)


def _text(text: str) -> Flowable:
    return Paragraph(markup(text), _BODY)


def _list(lines: Iterable[str]) -> Iterator[Flowable]:
    style = ParagraphStyle("item", parent=_BODY, leftIndent=9, bulletIndent=0, spaceAfter=2)
    for line in lines:
        yield Paragraph(markup(line), style, bulletText="•")
