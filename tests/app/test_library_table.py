"""The list of videos in windows of several widths."""

import io
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from app.library_table import Listed, fold_name, library_table
from indexer.clock.start import RecordingStart, StartSource
from indexer.library.catalog import Catalog
from indexer.library.records import VideoRecord, VideoStatus

LONG = "camera_front-yard_2026-03-01_14-30-00_export.mp4"


def listed(name, remark=""):
    start = RecordingStart(datetime(2026, 3, 1, 14, 30, tzinfo=UTC), StartSource.GIVEN)
    when = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    return Listed(
        name,
        VideoRecord(
            name, name, Path("/f") / name, VideoStatus.READY,
            duration_seconds=3725, segment_count=412, size_bytes=10**9, still_seconds=60, start=start,
            indexed_at=when,
        ),
        remark,
    )  # fmt: skip


def shown(videos, width):
    table, left_out = library_table(videos, width)
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue().splitlines(), left_out


def test_in_80_cells_nothing_is_folded_but_long_names_and_those_between_words():
    lines, left_out = shown([listed("dock.mp4", "file gone"), listed(LONG)], 80)
    assert all(cell_len(line) <= 80 for line in lines)
    assert "ready (file gone)" in lines[1]
    assert [line.split("  ")[0] for line in lines[2:]] == [
        "camera_front-yard_2026-03-01_",
        "14-30-00_export.mp4",
    ]
    assert "2026-03-01 14:30:00" in lines[1]
    assert left_out == ["still", "segments", "size", "indexed"]


def test_a_wide_window_shows_everything_in_one_line_each():
    lines, left_out = shown([listed("dock.mp4"), listed(LONG)], 160)
    assert len(lines) == 3 and left_out == []
    assert LONG in lines[2] and "412" in lines[2] and "1.0 GB" in lines[2]


def test_columns_without_a_value_take_no_room():
    bare = Listed("dock.mp4", VideoRecord("v", "dock.mp4", Path("/dock.mp4"), VideoStatus.QUEUED), "")
    lines, left_out = shown([bare], 80)
    assert lines[0].split() == ["video", "status", "size"] and left_out == []


def test_in_a_file_each_video_has_one_line_with_all_that_is_known(witness, tmp_path):
    library = tmp_path / "library"
    with closing(Catalog(library / "catalog.sqlite")) as catalog:
        old, new = "a" * 16, "b" * 16
        for video_id in (old, new):
            catalog.add_video(video_id, tmp_path / LONG, 1000)
            catalog.note_file(tmp_path / LONG, video_id, 1000, 1)
            catalog.publish(video_id, "index")
    lines = witness("library", "--library", library).stdout.splitlines()
    assert [line.split("  ")[0] for line in lines[1:3]] == [LONG, f"{LONG}#aaaaaa"]
    assert "ready (file gone)" in lines[1] and "ready (replaced)" in lines[2]
    assert lines[-1] == f"{LONG}#aaaaaa: its file was replaced by other content; its index is kept"


@pytest.mark.parametrize("width", [12, 20, 33])
@pytest.mark.parametrize(
    "name", [LONG, "a" * 50, "大门摄像头" * 8 + ".mp4", "with some spaces in it.mp4", ""]
)
def test_a_folded_name_fits_and_is_whole(name, width):
    lines = fold_name(name, width)
    assert "".join(lines) == name
    assert all(cell_len(line.rstrip()) <= width for line in lines)
