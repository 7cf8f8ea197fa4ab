"""What is noted of an index when it is published equals what its segments say."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.library.library import Library
from indexer.timeline import Caption, Segment, Span, Unseen

SPANS = ((0.0, 10.0), (10.0, 20.0), (15.0, 18.0), (30.0, 31.7), (31.7, 40.0), (40.0, 50.0))


@pytest.fixture
def published(library: Library) -> Library:
    """A video of 60 s, of which 20 to 30 was never cut into segments and 40 to 50 has no caption."""
    catalog = library.catalog
    catalog.add_video("dock", Path("/videos/dock.mp4"), 9)
    catalog.query("UPDATE videos SET duration_seconds = 60 WHERE video_id = 'dock'")
    for number, span in enumerate(SPANS):
        caption = Caption(f"part {number}") if span[0] != 40 else None
        catalog.add_segment(
            Segment("dock", number, Span(*span), 0.0, caption=caption, still=number == 0), "f1"
        )
    catalog.publish("dock", "f1")
    return library


def test_what_was_inspected_is_joined_where_it_touches(published: Library) -> None:
    coverage = published.coverage("dock")
    assert coverage.inspected == (Span(0, 20), Span(30, 40))
    assert coverage.not_inspected == (
        Unseen(Span(20, 30), "not indexed"), Unseen(Span(40, 60), "not indexed")
    )  # fmt: skip
    assert published.coverage("dock", Span(5, 25)).inspected == (Span(5, 20),)


def test_a_video_that_an_older_witness_published_is_worked_out_each_time(published: Library) -> None:
    noted, counted = published.coverage("dock"), published.video("dock")
    for table in ("inspected", "published"):
        published.catalog.query(f"DELETE FROM {table}")
    assert published.coverage("dock") == noted
    assert published.video("dock") == counted and counted.segment_count == len(SPANS)
    assert counted.still_seconds == 10.0


def test_another_index_is_noted_anew_and_a_removed_video_leaves_nothing(published: Library) -> None:
    published.catalog.add_segment(Segment("dock", 0, Span(0, 60), 0.0, caption=Caption("all")), "f2")
    assert published.coverage("dock").inspected == (Span(0, 20), Span(30, 40)), "a draft is not visible"
    published.catalog.publish("dock", "f2")
    assert published.coverage("dock").inspected == (Span(0, 60),)
    assert published.video("dock").segment_count == 1
    published.catalog.remove_video("dock")
    for table in ("inspected", "published"):
        assert published.catalog.query(f"SELECT * FROM {table}") == []


def test_segments_beside_others_are_read_together(published: Library) -> None:
    first, second, *_, last = published.segments("dock")
    beside = published.segments_beside([first, last])
    assert beside["dock", 0] == [second]
    assert [each.ordinal for each in beside["dock", 5]] == [4]
    assert published.segments_beside([]) == {}
