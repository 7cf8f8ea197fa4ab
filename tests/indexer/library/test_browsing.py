"""A page of the library: which videos, in which order, and how many there are, all told by the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from indexer.clock.start import RecordingStart, StartSource
from indexer.library.browsing import Order, Wish, count_by_status, find_page
from indexer.library.catalog import Catalog
from indexer.library.jobs import JobQueue
from indexer.library.records import VideoStatus
from indexer.timeline import Span, Unseen


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Five videos, one of each status."""
    catalog = Catalog(tmp_path / "catalog.sqlite")
    for number, name in enumerate(["dock.mp4", "Gate.mp4", "100%.mp4", "yard.mp4", "aisle_1.mp4"]):
        catalog.add_video(f"id-{number}", Path("/nvr/north") / name, 100)
        catalog.query(
            "UPDATE videos SET duration_seconds = ? WHERE video_id = ?", 10 * number, f"id-{number}"
        )
    catalog.publish("id-0", "made")
    catalog.publish("id-1", "made")
    catalog.add_unseen("id-1", "made", [Unseen(Span(1, 2), "damaged")])
    catalog.set_failure("id-2", "no video stream")
    queue = JobQueue(catalog)
    queue.put("id-3", Path("yard.mp4"))
    queue.take()
    queue.put("id-4", Path("aisle_1.mp4"))
    catalog.set_camera("id-3", "South 3")
    for video_id, start in [("id-0", "2026-03-01T10:00:00+02:00"), ("id-1", "2026-03-01T09:00:00+00:00")]:
        moment = datetime.fromisoformat(start)
        catalog.set_start(video_id, RecordingStart(moment, StartSource.GIVEN))
    yield catalog
    catalog.close()


def names(catalog: Catalog, wish: Wish, offset: int = 0, limit: int = 10) -> list[str]:
    return [video.name for video in find_page(catalog, wish, offset=offset, limit=limit).videos]


@pytest.mark.parametrize(
    ("order", "descending", "expected"),
    [
        (Order.NAME, False, ["100%.mp4", "aisle_1.mp4", "dock.mp4", "Gate.mp4", "yard.mp4"]),
        (Order.START, False, ["dock.mp4", "Gate.mp4", "100%.mp4", "aisle_1.mp4", "yard.mp4"]),
        (Order.START, True, ["Gate.mp4", "dock.mp4", "100%.mp4", "aisle_1.mp4", "yard.mp4"]),
        (Order.ADDED, True, ["aisle_1.mp4", "yard.mp4", "100%.mp4", "Gate.mp4", "dock.mp4"]),
        (Order.DURATION, True, ["aisle_1.mp4", "yard.mp4", "100%.mp4", "Gate.mp4", "dock.mp4"]),
        (Order.STATUS, False, ["yard.mp4", "aisle_1.mp4", "100%.mp4", "Gate.mp4", "dock.mp4"]),
    ],
)
def test_order(catalog: Catalog, order: Order, descending: bool, expected: list[str]) -> None:
    """Starts count as moments, whatever their zone; without one a video comes last, both ways."""
    assert names(catalog, Wish(order=order, descending=descending)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("GATE", ["Gate.mp4"]),
        ("north gat", ["Gate.mp4"]),
        ("south", ["yard.mp4"]),
        ("100%", ["100%.mp4"]),
        ("%", ["100%.mp4"]),
        ("e_1", ["aisle_1.mp4"]),
        ("'; DROP TABLE videos --", []),
    ],
)
def test_words(catalog: Catalog, words: str, expected: list[str]) -> None:
    """All words occur in name, camera or folder; what is special to SQL is a character like others."""
    assert names(catalog, Wish(words=words)) == expected


def test_pages_tell_how_many_there_are(catalog: Catalog) -> None:
    """Every video is on one page; past the end there is none, and the number is still told."""
    pages = [find_page(catalog, Wish(), offset=offset, limit=2) for offset in (0, 2, 4, 6)]
    assert [len(page.videos) for page in pages] == [2, 2, 1, 0]
    assert {page.total for page in pages} == {5}
    assert len({video.video_id for page in pages for video in page.videos}) == 5


def test_status_is_that_of_the_records(catalog: Catalog) -> None:
    """The database's word for each status is the one that a record of it has."""
    assert count_by_status(catalog) == dict.fromkeys(VideoStatus, 1)
    for status in VideoStatus:
        [video] = find_page(catalog, Wish(status=status), offset=0, limit=5).videos
        assert video.status is status and video == catalog.video(video.video_id)
