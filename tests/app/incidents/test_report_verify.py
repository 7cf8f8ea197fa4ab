"""A report is verified: what was edited, damaged, moved or exchanged is named; nothing else passes."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.incidents.checks import Check, Verdict, passed
from app.incidents.reading import read_report
from app.incidents.record import Report, seals
from app.incidents.verify import verify
from app.incidents.writing import save_report, write_json, write_zip
from indexer.errors import WitnessError
from indexer.media.evidence import EvidenceDecoder


@pytest.fixture
def check(decoder: EvidenceDecoder) -> Callable[..., list[Check]]:
    def run(path: Path, *folders: Path) -> list[Check]:
        return list(verify(read_report(path), decoder, list(folders)))

    return run


@pytest.fixture
def saved(report: Report, tmp_path: Path) -> Path:
    return save_report(report, tmp_path / "out" / "report.json")[0]


Run = Callable[..., list[Check]]


def bad(checks: list[Check]) -> dict[str, str]:
    """What failed, by its item."""
    return {each.item: each.words for each in checks if not passed([each])}


@pytest.mark.parametrize("suffix", [".json", ".html"])
def test_a_report_as_it_was_written_passes(report: Report, tmp_path: Path, check: Run, suffix: str) -> None:
    """Every source, frame and clip was looked at, and no item only remarked upon."""
    checks = check(save_report(report, tmp_path / f"report{suffix}")[0])
    assert passed(checks) and {each.verdict for each in checks} == {Verdict.MATCHES}
    items = " ".join(each.item for each in checks)
    for item in (
        "source 2, yard.mp4",
        "moment 1, frame at 0:01.28",
        "moment 1, frame at 0:01.88",
        "clip clip-02.mp4",
    ):
        assert item in items


def test_pretty_printing_changes_nothing_and_a_clip_may_be_left_out(saved: Path, check: Run) -> None:
    """The seals are of the values; a JSON sent alone verifies, and says that its clips are not there."""
    alone = saved.with_name("alone.json")
    alone.write_text(json.dumps(json.loads(saved.read_bytes()), indent=7, sort_keys=True, ensure_ascii=False))
    checks = check(alone)
    assert passed(checks)
    assert [each.item for each in checks if each.verdict is Verdict.REMARK] == [
        "moment 1, clip clip-01.mp4",
        "moment 2, clip clip-02.mp4",
    ]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*path, key))
    else:
        yield path


def changed(record: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """Return the record with one value changed a little."""
    edited = copy.deepcopy(record)
    part = edited
    for key in path[:-1]:
        part = part[key]
    value = part[path[-1]]
    part[path[-1]] = (
        f"{value}x"
        if isinstance(value, str)
        else (not value if isinstance(value, bool) else (value or 0) + 1)
    )
    return edited


def test_no_single_value_can_be_edited(report: Report) -> None:
    """The seal of the part and of the whole are others then, whichever value it is."""
    record = report.record
    content = {name: part for name, part in record.items() if name != "seals"}
    places = list(leaves(content))
    assert len(places) > 150
    for place in places:
        now = seals(changed(record, place))
        assert now["whole"] != record["seals"]["whole"], place
        if place[0] in ("moments", "sources"):
            assert now[place[0]][place[1]] != record["seals"][place[0]][place[1]], place


@pytest.mark.parametrize(
    ("place", "item"),
    [
        (("incident", "notes"), "incident (name, status, notes)"),
        (("moments", 1, "note"), "moment 2 (text"),
        (("moments", 0, "answer", "answer"), "moment 1 (text"),
        (("moments", 0, "frames", 0, "pts"), "moment 1, frame at 0:01.28"),
        (("moments", 0, "frames", 1, "sha256"), "moment 1, frame at 0:01.88"),
        (("moments", 0, "frames", 1, "picture", "base64"), "moment 1, picture 2"),
        (("moments", 1, "clip", "packets_sha256"), "moment 2, clip clip-02.mp4"),
        (("sources", 0, "sha256"), "source 1, gate.mp4"),
        (("made_with", "versions", "av"), "versions, settings"),
        (("seals", "whole"), "the record as a whole"),
    ],
)
def test_an_edit_is_named(report: Report, saved: Path, check: Run, place: tuple[Any, ...], item: str) -> None:
    """The item that was edited stands in words among those that do not match."""
    saved.write_bytes(write_json(changed(report.record, place)))
    assert [each for each in bad(check(saved)) if each.startswith(item)]


def test_a_report_sealed_anew_still_has_to_fit_its_sources(report: Report, saved: Path, check: Run) -> None:
    """Who rewrites the seals too cannot move a frame: the source shows another one there."""
    edited = changed(report.record, ("moments", 0, "frames", 0, "pts"))
    edited["seals"] = seals(edited)
    saved.write_bytes(write_json(edited))
    assert list(bad(check(saved))) == ["moment 1, frame at 0:01.28"]


def test_a_moment_that_was_taken_out_is_missed(report: Report, saved: Path, check: Run) -> None:
    """Also when it was the last one."""
    edited = copy.deepcopy(report.record)
    del edited["moments"][1]
    saved.write_bytes(write_json(edited))
    assert "1 of 2 moments" in bad(check(saved))["moments"]


def flip(path: Path, share: float) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[int(len(data) * share)] ^= 1
    path.write_bytes(data)


def test_a_changed_source_is_named_with_what_it_still_shows(saved: Path, clips: Path, check: Run) -> None:
    """One bit of the file: it differs, and the other file stands."""
    flip(clips / "gate.mp4", 0.5)
    failures = bad(check(saved))
    assert "has changed" in failures["source 1, gate.mp4"]
    assert not [item for item in failures if "yard" in item or item.startswith("moment 2")]


def test_a_source_of_other_pictures_fails_frame_by_frame(saved: Path, clips: Path, check: Run) -> None:
    """Another video under the same name: no frame and no clip passes for the old one."""
    (clips / "gate.mp4").write_bytes((clips / "yard.mp4").read_bytes())
    failures = bad(check(saved))
    assert {"moment 1, frame at 0:01.28", "moment 1, frame at 0:01.88", "moment 1, clip clip-01.mp4"} <= set(
        failures
    )


def test_a_source_is_found_where_it_lies_now(saved: Path, clips: Path, tmp_path: Path, check: Run) -> None:
    """By its content, under another name, in a subfolder; without --folder it is missing."""
    place = tmp_path / "archive" / "2026"
    place.mkdir(parents=True)
    (clips / "gate.mp4").rename(place / "renamed.mp4")
    missing = bad(check(saved))
    assert "--folder" in missing["source 1, gate.mp4"] and "moment 1, frame at 0:01.28" in missing
    assert passed(check(saved, tmp_path / "archive"))


def test_a_copy_is_what_is_checked_though_the_original_stands(
    saved: Path, clips: Path, tmp_path: Path, check: Run
) -> None:
    """A copy that differs fails and is named by its path; without one, it is the original."""
    copy_of_gate = tmp_path / "copy" / "gate.mp4"
    copy_of_gate.parent.mkdir()
    copy_of_gate.write_bytes((clips / "gate.mp4").read_bytes())
    words = {each.item: each.words for each in check(saved, tmp_path / "copy")}
    assert str(copy_of_gate) in words["source 1, gate.mp4"]
    assert str(clips / "yard.mp4") in words["source 2, yard.mp4"]
    flip(copy_of_gate, 0.5)
    failed = bad(check(saved, tmp_path / "copy"))["source 1, gate.mp4"]
    assert str(copy_of_gate) in failed and "has changed" in failed
    assert passed(check(saved, tmp_path / "out"))


def test_a_report_inside_its_zip_raises_no_false_alarm(report: Report, tmp_path: Path, check: Run) -> None:
    """The archive that the page offers is refused in words, and its unpacked page passes."""
    archive = tmp_path / "report.zip"
    archive.write_bytes(write_zip(report))
    with pytest.raises(WitnessError, match="unpack it"):
        check(archive)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "unpacked")
    assert passed(check(tmp_path / "unpacked" / "report.html"))


def test_an_exchanged_clip_is_named(saved: Path, check: Run) -> None:
    """The file beside the report."""
    flip(saved.parent / "report-clips" / "clip-01.mp4", 0.7)
    assert bad(check(saved)) == {"moment 1, clip clip-01.mp4": "its file was exchanged or damaged"}


def test_a_page_that_shows_something_else_fails(report: Report, tmp_path: Path, check: Run) -> None:
    """Though the record in it is whole."""
    page = save_report(report, tmp_path / "report.html")[0]
    page.write_bytes(page.read_bytes().replace(b"second line", b"Second line", 1))
    assert list(bad(check(page))) == ["the HTML as it is shown"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no report"),
        (b"{", "too damaged"),
        (b"[1, 2]", "no report that"),
        (b"%PDF-1.4", "is a PDF"),
        (b"PK\x05\x06", "is a ZIP: unpack it"),
        (b'{"format": "witness incident report", "schema_version": 2}', "version 2"),
        (b'{"format": "witness incident report", "schema_version": 1, "moments": 3}', "damaged: "),
        (b"[" * 100_000, "too damaged"),
    ],
)
def test_what_is_no_report_is_refused_in_words(
    tmp_path: Path, check: Run, content: bytes, words: str
) -> None:
    """Nothing is half checked."""
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(WitnessError, match=words):
        check(path)


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, float("nan"), "../../etc/passwd", "\0"])
def test_values_of_another_kind_fail_and_never_crash(
    report: Report, saved: Path, check: Run, value: object
) -> None:
    """Wherever they stand: in a source, a moment, a frame, a clip."""
    for place in (("sources", 0), ("sources", 0, "path"), ("moments", 0), ("moments", 0, "frames"),
                  ("moments", 0, "frames", 0, "pts_seconds"), ("moments", 0, "frames", 0, "time_base"),
                  ("moments", 0, "clip", "file"), ("moments", 0, "start_seconds")):  # fmt: skip
        edited = copy.deepcopy(report.record)
        part: Any = edited
        for key in place[:-1]:
            part = part[key]
        part[place[-1]] = value
        saved.write_text(json.dumps(edited))
        assert not passed(check(saved)), place
