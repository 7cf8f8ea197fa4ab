"""The catalog keeps what it is given, and shows only what is published."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import LibraryError
from indexer.library.catalog import Catalog
from indexer.library.jobs import JobQueue
from indexer.library.records import VideoStatus
from indexer.media.info import VideoInfo
from indexer.timeline import Caption, Event, Segment, Span, Unseen

INFO = VideoInfo(10.0, 10.0, 640, 360, 25.0, 250, "h264", "mov,mp4", 1000, False)


@pytest.fixture
def catalog(tmp_path):
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        yield catalog


def segment(video_id="dock", ordinal=0, summary="A red crate stands still.", events=()):
    return Segment(
        video_id, ordinal, Span(ordinal * 5, ordinal * 5 + 5), 0.25, ordinal > 0, Caption(summary, events)
    )


def add(catalog, *segments, fingerprint="f1", video_id="dock", name="dock.mp4"):
    catalog.add_video(video_id, Path("/footage") / name, 1000)
    catalog.set_info(video_id, INFO)
    return [catalog.add_segment(each, fingerprint) for each in segments]


def test_a_published_segment_comes_back_as_it_was_given(catalog):
    words = ("a red region", "moves downwards", "fast", "unknown", "DOCK 4", "something falls")
    event = Event(Span(1, 2.5), *words)
    given = segment(events=(event,))
    add(catalog, given)
    catalog.publish("dock", "f1")
    assert catalog.segments("dock") == [given]


def test_a_segment_without_a_caption_stays_without_one(catalog):
    given = Segment("dock", 0, Span(0, 5), 0.0)
    add(catalog, given)
    catalog.publish("dock", "f1")
    assert catalog.segments("dock") == [given]


def test_drafts_are_invisible_to_every_read(catalog):
    ids = add(catalog, segment())
    assert catalog.segments("dock") == []
    assert catalog.segments_by_id(ids) == {}
    assert catalog.search_words("red crate", limit=5) == []
    assert [segment for _, segment in catalog.drafts("dock", "f1")] == [segment()]


def test_time_queries_are_half_open(catalog):
    add(catalog, segment(ordinal=0), segment(ordinal=1))
    catalog.publish("dock", "f1")
    assert [s.ordinal for s in catalog.segments("dock", Span(4.9, 5))] == [0]
    assert [s.ordinal for s in catalog.segments("dock", Span(5, 6))] == [1]
    assert [s.ordinal for s in catalog.segments("dock", Span(4, 6))] == [0, 1]
    assert catalog.segments("dock", Span(10, 11)) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("crates", [0]),
        ("what fell?", []),
        ("红色", [1]),
        ("箱子", [1]),
        ('"crate" OR -x* NEAR(', [0]),
        ("the of", []),
        ("", []),
    ],
)
def test_words_are_found_with_their_inflections_and_in_chinese(catalog, query, found):
    add(catalog, segment(), segment(ordinal=1, summary="一个红色的箱子掉下来"))
    catalog.publish("dock", "f1")
    assert [segment.ordinal for _, segment in catalog.search_words(query, limit=5)] == found


def test_words_can_be_narrowed_to_a_video_and_a_span(catalog):
    add(catalog, segment(ordinal=0), segment(ordinal=1))
    add(catalog, segment("gate"), video_id="gate", name="gate.mp4")
    catalog.publish("dock", "f1")
    catalog.publish("gate", "f1")
    hits = catalog.search_words("crate", limit=9, video_id="dock", span=Span(5, 6))
    assert [(s.video_id, s.ordinal) for _, s in hits] == [("dock", 1)]


def test_statuses_follow_the_video_on_its_way(catalog):
    jobs = JobQueue(catalog)
    catalog.add_video("dock", Path("/footage/dock.mp4"), 1000)
    jobs.put("dock", Path("/footage/dock.mp4"))
    assert catalog.video("dock").status is VideoStatus.QUEUED
    jobs.take()
    jobs.report("dock", 0.5)
    assert (catalog.video("dock").status, catalog.video("dock").progress) == (VideoStatus.INDEXING, 0.5)
    catalog.set_failure("dock", "damaged")
    jobs.finish("dock")
    assert (catalog.video("dock").status, catalog.video("dock").reason) == (VideoStatus.FAILED, "damaged")
    add(catalog, segment())
    catalog.publish("dock", "f1")
    assert catalog.video("dock").status is VideoStatus.READY
    assert catalog.video("dock").indexed_at is not None


def test_unseen_spans_make_a_video_partial_and_are_kept(catalog):
    gap = Unseen(Span(7, 10), "the file ends early")
    add(catalog, segment())
    catalog.add_unseen("dock", "f1", [gap, gap])
    catalog.publish("dock", "f1")
    video = catalog.video("dock")
    assert (video.status, video.unseen, video.reason) == (VideoStatus.PARTIAL, (gap,), "the file ends early")
    assert catalog.videos() == [video]


def test_publishing_counts_generations_and_drops_the_older_index(catalog):
    add(catalog, segment(summary="old words"))
    catalog.publish("dock", "f1")
    before = catalog.generation
    add(catalog, segment(summary="new words"), fingerprint="f2")
    assert catalog.segments("dock")[0].caption.summary == "old words"
    catalog.publish("dock", "f2")
    assert catalog.segments("dock")[0].caption.summary == "new words"
    assert catalog.search_words("old", limit=5) == []
    assert catalog.generation == before + 1


def test_a_removed_video_leaves_nothing(catalog):
    (segment_id,) = add(catalog, segment())
    catalog.note_file(Path("/footage/dock.mp4"), "dock", 1000, 1)
    catalog.publish("dock", "f1")
    catalog.remove_video("dock")
    assert catalog.videos() == []
    assert catalog.query("SELECT * FROM events WHERE segment_id = ?", segment_id) == []
    assert catalog.known_content(Path("/footage/dock.mp4"), 1000, 1) == ""


def test_names_may_be_any_bytes(catalog):
    path = Path("/footage/caf\udce9.mp4")
    catalog.add_video("odd", path, 1)
    catalog.note_file(path, "odd", 1, 1)
    assert catalog.video("odd").path == path
    assert catalog.video("odd").name == r"caf\xe9.mp4"
    assert catalog.paths("odd") == [path]


def test_a_failing_transaction_changes_nothing(catalog):
    add(catalog, segment())
    with pytest.raises(sqlite3.IntegrityError):
        catalog.add_segment(segment(), "f1")  # the same ordinal again
    assert len(catalog.drafts("dock", "f1")) == 1


def test_a_catalog_of_another_version_is_refused(tmp_path):
    path = tmp_path / "catalog.sqlite"
    with closing(Catalog(path)) as catalog:
        catalog.set_meta("schema_version", "999")
    with pytest.raises(LibraryError, match="999"):
        Catalog(path)


def test_a_file_that_is_no_catalog_is_refused(tmp_path):
    path = tmp_path / "catalog.sqlite"
    path.write_text("not a database" * 100)
    with pytest.raises(LibraryError, match="--library"):
        Catalog(path)
