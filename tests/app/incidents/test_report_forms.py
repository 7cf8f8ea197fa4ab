"""A report as HTML, PDF and JSON: all of it there, and nothing of it active."""

from __future__ import annotations

import json
import re
import zipfile
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from app.incidents import html as html_module
from app.incidents import pdf as pdf_module
from app.incidents.desk import IncidentDesk
from app.incidents.html import embedded_clips, is_unchanged, write_html
from app.incidents.made_with import shown_settings
from app.incidents.pdf import write_pdf
from app.incidents.pdf_text import embedded_fonts, markup
from app.incidents.record import Report, build_report
from app.incidents.telling import answer_facts, answer_heading
from app.incidents.writing import file_stem, save_report, write_zip
from indexer.errors import LibraryError, SettingsError, WitnessError
from indexer.settings import Settings


class Elements(HTMLParser):
    """Collects a page's elements and its visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_moment_that_a_search_found_was_not_asked_about(report: Report) -> None:
    moment = report.record["moments"][0]
    asked = {**moment, "question": "what fell?", "answer": {"answer": "A box."}}
    assert answer_heading(asked) == "Asked and answered"
    assert answer_facts(asked)[:2] == [("Asked", "what fell?"), ("Answered", "A box.")]
    found = {**moment, "question": "a box", "answer": None}
    assert (answer_heading(found), answer_facts(found)) == ("How it was found", [("Searched for", "a box")])


def test_the_record_holds_what_a_check_needs(report: Report) -> None:
    """Hash of the file, frames with PTS and time base, a clip with its true start, models and versions."""
    record = report.record
    source, moment = record["sources"][0], record["moments"][0]
    assert re.fullmatch("[0-9a-f]{64}", source["sha256"]) and source["sha256"].startswith(source["video_id"])
    assert [(frame["pts"], frame["time_base"]) for frame in moment["frames"]] == [
        (32 * 512, "1/12800"),
        (47 * 512, "1/12800"),
    ]
    clip = moment["clip"]
    assert (clip["start_seconds"], clip["first_pts"]) == (1.0, 25 * 512), "it begins at the key frame before"
    assert clip["moment_at_seconds"] == pytest.approx(0.2)
    assert report.clips[clip["file"]].stat().st_size == clip["size_bytes"]
    assert {"witness", "av", "libavcodec"} <= set(record["made_with"]["versions"])
    assert all(len(prompt["sha256"]) == 64 for prompt in record["made_with"]["prompts"])
    json.dumps(record, allow_nan=False)


def test_nothing_in_the_page_is_active(report: Report) -> None:
    """Names, notes, answers and captions are text; no element but those of Witness, nothing loaded."""
    page = Elements(write_html(report).decode())
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "witness-report"}]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not [tag for tag, _ in page.elements if tag in ("b", "i", "iframe", "object", "link", "base")]
    addresses = [
        value
        for _, attributes in page.elements
        for name, value in attributes.items()
        if name in ("src", "href", "poster")
    ]
    assert len(addresses) == 7, "three frames, two clips and their posters"
    assert all(address and address.startswith("data:") for address in addresses)
    assert "Gate <script>alert(1)</script> & 码头 **bold**" in page.text
    assert "A pallet <i>fell</i>" in page.text and "A <b>red</b> van" in page.text


def test_the_page_holds_the_record_and_knows_when_it_was_edited(report: Report) -> None:
    """The record in it is the whole record; one character of what is shown is enough."""
    data = write_html(report)
    inside = re.search(rb'id="witness-report">(.*?)</script>', data, re.DOTALL)
    assert inside is not None and json.loads(inside[1]) == report.record
    assert is_unchanged(data)
    assert not is_unchanged(data.replace(b"second line", b"Second line", 1))
    assert not is_unchanged(data + b"<p>more</p>")


def test_every_cell_says_its_column_to_narrow_screens(report: Report) -> None:
    """There a table has no head, and its rows no width of their own that would be cut off."""
    page = write_html(report).decode()
    cells = [attributes for tag, attributes in Elements(page).elements if tag == "td"]
    assert cells and all(cell["data-column"] for cell in cells)
    assert "min-width: 36rem" not in page and "attr(data-column)" in page


def test_large_clips_lie_beside_the_page(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page stays one that browsers open; it says where the clip is."""
    assert len(embedded_clips(report)) == 2
    monkeypatch.setattr(html_module, "EMBEDDED_CLIP_BYTES", 100)
    written = save_report(report, tmp_path / "out" / "report.html")
    assert [path.name for path in written] == ["report.html", "clip-01.mp4", "clip-02.mp4"]
    assert written[1].parent.name == "report-clips"
    page = written[0].read_text()
    assert "lies beside it" in page and "data:video" not in page


def test_the_pdf_has_pages_pictures_and_a_title(report: Report) -> None:
    """A file for printing, of several pages, with every kept frame in it."""
    data = write_pdf(report.record)
    assert data.startswith(b"%PDF-")
    pages = len(re.findall(rb"/Type /Page\b", data))
    assert pages >= 3 and f"/Count {pages}".encode() in data
    assert len(re.findall(rb"/Subtype /Image", data)) == 3
    assert b"/Title" in data


@pytest.mark.parametrize("moments", [1, 3])
def test_no_page_of_the_pdf_but_the_last_is_left_empty(
    report: Report, monkeypatch: pytest.MonkeyPatch, moments: int
) -> None:
    """What does not fit is split, long answers too; only a row of pictures goes to the next page whole."""
    left_free: list[float] = []

    class Noting(pdf_module.BaseDocTemplate):
        def handle_pageEnd(self) -> None:  # noqa: N802 - reportlab's name
            left_free.append((self.frame._y - self.frame._y1p) / self.frame._height)
            super().handle_pageEnd()

    monkeypatch.setattr(pdf_module, "BaseDocTemplate", Noting)
    of_gate = report.record["moments"][0]
    of_gate["answer"]["answer"] = "A pallet fell from the van and stayed where it was. " * 50
    report.record["moments"] = [of_gate] * moments
    write_pdf(report.record)
    pages = left_free[len(left_free) // 2 :]  # it is laid out twice
    assert len(pages) > moments
    assert max(pages[:-1]) < 0.28, [f"{share:.2f}" for share in pages]


def test_the_pdf_shows_every_script_or_says_which_sign_is_missing() -> None:
    """Markup is text; Chinese and Korean need no font of the machine; the rest stands as a number."""
    embedded_fonts.cache_clear()
    try:
        embedded_fonts(())
        assert markup("a <b>&\nc") == "a &lt;b&gt;&amp;<br/>c"
        no_fonts: dict[str, frozenset[int]] = {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.incidents.pdf_text.embedded_fonts", lambda: no_fonts)
            assert markup("at 码头") == 'at <font name="STSong-Light">码头</font>'
            assert markup("한") == '<font name="HYSMyeongJo-Medium">한</font>'
            assert markup("\U0001f642\x07") == "[U+1F642][U+0007]"
    finally:
        embedded_fonts.cache_clear()


def test_a_source_that_is_gone_stays_in_the_report(
    desk: IncidentDesk, incident_id: str, clips: Path, tmp_path: Path
) -> None:
    """Its frames are those that were kept; the report says that the file is missing, in every form."""
    (clips / "yard.mp4").unlink()
    report = build_report(desk, incident_id, tmp_path, author="anna")
    source, moment = report.record["sources"][1], report.record["moments"][1]
    assert source["state"] == "missing" and source["sha256"] is None and "yard.mp4" in source["remark"]
    assert moment["clip"] is None and "not there" in moment["clip_remark"]
    assert len(moment["frames"]) == 1
    assert "missing" in Elements(write_html(report).decode()).text
    assert write_pdf(report.record).startswith(b"%PDF-")


def test_an_empty_incident_has_no_report(desk: IncidentDesk, tmp_path: Path) -> None:
    """It says what to do first."""
    with pytest.raises(LibraryError, match="no moments yet"):
        build_report(desk, desk.store.create("empty", "a").incident_id, tmp_path, author="a")


def test_the_archive_holds_all_forms_and_clips(report: Report) -> None:
    """Laid out as `witness verify` expects it."""
    names = zipfile.ZipFile(BytesIO(write_zip(report))).namelist()
    assert names == [
        "report.html", "report.pdf", "report.json", "report-clips/clip-01.mp4", "report-clips/clip-02.mp4",
    ]  # fmt: skip


def test_settings_in_a_report_tell_no_secret() -> None:
    """Keys are left out, and so is a password in an address."""
    settings = Settings(vision_key="hush", vision_url="http://me:hush@gpu:8000/v1")  # type: ignore[arg-type]
    shown: dict[str, Any] = shown_settings(settings)
    assert "hush" not in json.dumps(shown)
    assert shown["vision_url"] == "http://gpu:8000/v1" and "vision_key" not in shown


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../x", "x"),
        ("Gate 2: fall/<b>", "Gate-2-fall-b"),
        ("码头", "码头"),
        ("...", "incident"),
        ("a" * 99, "a" * 60),
    ],
)
def test_file_names_come_out_harmless(name: str, stem: str) -> None:
    """No path, no markup."""
    assert file_stem(name) == stem


def test_other_forms_and_places_are_refused_in_words(report: Report, tmp_path: Path) -> None:
    """The error names the forms, or the place that cannot be written."""
    with pytest.raises(SettingsError, match=r"\.html, \.pdf, \.json"):
        save_report(report, tmp_path / "report.docx")
    (tmp_path / "file").write_text("")
    with pytest.raises(WitnessError, match="cannot be written"):
        save_report(report, tmp_path / "file" / "report.json")
