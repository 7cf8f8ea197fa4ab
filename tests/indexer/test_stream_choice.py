"""A person's choice of a video stream holds for the index and for every frame shown of it."""

import sqlite3

import pytest
from indexing_kit import RecordingVision

from indexer.progress import FileFailed, FileIndexed, FileSkipped
from indexer.running import IndexRun


@pytest.fixture
def two_streams(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(__import__("pathlib").Path(__file__).parent / "media"))
    from barcode_video import write_streams

    path = tmp_path / "two.mkv"
    write_streams(path, [{"first_number": 100}, {"first_number": 200, "size": (96, 96)}])
    return path


def run(indexer, files, **options):
    events = []
    IndexRun(indexer, events.append).run(files, **options)
    return events


def test_another_stream_is_indexed_anew_and_stays_chosen(make_indexer, library, two_streams):
    run(make_indexer(), [two_streams])
    [video] = library.videos()
    assert (video.stream, video.width) == (None, 160)

    vision = RecordingVision()
    events = run(make_indexer(vision), [two_streams], stream=1)

    assert [type(event) for event in events][-1] is FileIndexed
    [video] = library.videos()
    assert (video.stream, video.width, video.answerable) == (1, 96, True)
    assert {frame.pixels.shape[:2] for look in vision.looks for frame in look.frames} == {(64, 64)}
    assert library.frames_at(video.video_id, [0.2])[0].pixels.shape[:2] == (96, 96)
    again = run(make_indexer(), [two_streams]), run(make_indexer(), [two_streams], stream=1)
    assert [type(event) for events in again for event in events] == [FileSkipped, FileSkipped]


def test_a_wrong_number_is_answered_with_the_list_and_nothing_is_lost(make_indexer, library, two_streams):
    run(make_indexer(), [two_streams])
    before = library.videos(), library.catalog.segments(library.videos()[0].video_id)

    [event] = run(make_indexer(), [two_streams], stream=5)

    assert isinstance(event, FileFailed)
    assert "0 (h264, 160x96); 1 (h264, 96x96)" in event.reason
    assert (library.videos(), library.catalog.segments(library.videos()[0].video_id)) == before


def test_a_catalog_keeps_the_choice(make_indexer, library, two_streams):
    run(make_indexer(), [two_streams], stream=1)
    with sqlite3.connect(library.folder / "catalog.sqlite") as connection:
        assert connection.execute("SELECT stream FROM videos").fetchall() == [(1,)]
