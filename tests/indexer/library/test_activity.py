"""What a timeline reads: nothing is lost between bins, and everything lies where its recording lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.library.activity import (
    Placement,
    event_after,
    event_before,
    happened,
    looked,
    noted,
    unseen,
)
from indexer.library.library import Library
from indexer.timeline import Caption, Event, Segment, Span, Unseen

WALKS, STOPS = "walks to the gate", "stops at the gate"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path)
    yield opened
    opened.close()


def publish(library: Library, name: str, *, gap: Span | None = None) -> str:
    """Publish a minute in six segments; in each somebody walks and then stops."""
    video_id = f"{name:0>16}"
    library.catalog.add_video(video_id, Path(f"/videos/{name}.mp4"), 1)
    library.catalog.query("UPDATE videos SET duration_seconds = 60 WHERE video_id = ?", video_id)
    for number in range(6):
        start = 10.0 * number
        events = (
            Event(Span(start + 1, start + 3), "a person", WALKS),
            Event(Span(start + 3, start + 4), "a person", STOPS),
        )
        span, caption = Span(start, start + 10), Caption(f"part {number}", events)
        segment = Segment(video_id, number, span, 0.1 * number, caption=caption, still=number == 0)
        library.catalog.add_segment(segment, "f")
    library.catalog.add_unseen(video_id, "f", [Unseen(gap, "damaged")] if gap else [])
    library.catalog.publish(video_id, "f")
    return video_id


def test_bins_count_everything_once(library: Library) -> None:
    """However wide the bins are, the counts add up to all segments and all events."""
    placed = [Placement(publish(library, "a"), 0, 0.0)]
    for bin_seconds in (1, 15, 200):
        segments = looked(library.catalog, placed, Span(0, 60), bin_seconds)
        events = happened(library.catalog, placed, Span(0, 60), bin_seconds)
        assert sum(each.count for each in segments) == 6
        assert sum(each.count for each in events) == 12
    assert (segments[0].span, segments[0].activity, segments[0].still) == (Span(0, 60), 0.5, False)
    assert {each.words: each.count for each in events} == {"walks to": 6, "stops at": 6}


def test_narrow_bins_give_each_with_its_words(library: Library) -> None:
    placed = [Placement(publish(library, "a"), 0, 0.0)]
    segments = looked(library.catalog, placed, Span(0, 20), 1)
    assert [(each.span, each.text, each.still) for each in segments] == [
        (Span(0, 10), "part 0", True),
        (Span(10, 20), "part 1", False),
    ]
    events = happened(library.catalog, placed, Span(12, 13), 0.1)
    assert [(each.span, each.text) for each in events] == [(Span(11, 13), f"a person {WALKS}")]


def test_recordings_lie_where_they_are_placed(library: Library) -> None:
    """On a shared axis two recordings keep their lanes; a clock that runs fast spreads what it shows."""
    placed = [Placement(publish(library, "a"), 0, 1000.0), Placement(publish(library, "b"), 1, 1030.0, 2.0)]
    found = looked(library.catalog, placed, Span(1045, 1055), 1)
    assert [(each.lane, each.span) for each in found] == [
        (0, Span(1040, 1050)),
        (0, Span(1050, 1060)),
        (1, Span(1030, 1050)),
        (1, Span(1050, 1070)),
    ]
    events = happened(library.catalog, placed, Span(1050, 1060), 1)
    assert [(each.lane, each.span) for each in events] == [
        (0, Span(1051, 1053)),
        (0, Span(1053, 1054)),
        (1, Span(1052, 1056)),
        (1, Span(1056, 1058)),
    ]


def test_gaps_and_notes_come_with_their_reasons(library: Library) -> None:
    video = publish(library, "a", gap=Span(20, 25))
    library.add_note(video, Span(30, 31), "this is a cat")
    placed = [Placement(video, 0, 100.0)]
    assert [(each.span, each.text) for each in unseen(library.catalog, placed, Span(100, 160))] == [
        (Span(120, 125), "damaged")
    ]
    assert [(each.span, each.text) for each in noted(library.catalog, placed, Span(100, 160))] == [
        (Span(130, 131), "a person: this is a cat")
    ]
    assert not noted(library.catalog, placed, Span(100, 120))


def test_the_next_event_and_the_one_before(library: Library) -> None:
    placed = [Placement(publish(library, "a"), 0, 0.0)]
    after = event_after(library.catalog, placed, Span(11, 60))
    before = event_before(library.catalog, placed, Span(0, 11))
    assert after is not None and after.span == Span(13, 14), "not the one that begins right there"
    assert before is not None and before.span == Span(3, 4)
    assert event_after(library.catalog, placed, Span(53, 60)) is None


def test_drafts_are_not_seen(library: Library) -> None:
    """While a video is indexed again the timeline shows the index that answers."""
    video = publish(library, "a")
    library.catalog.add_segment(Segment(video, 0, Span(0, 60), 1.0, caption=Caption("new")), "g")
    found = looked(library.catalog, [Placement(video, 0, 0.0)], Span(0, 60), 200)
    assert [(each.count, each.activity) for each in found] == [(6, 0.5)]
