"""What a person does to a timeline: play, zoom, drag, move, jump; the moment stays in sight."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from app.timeline.lanes import days_of
from app.timeline.view import View, lanes_on, of_cameras, of_video
from indexer.library.library import Library
from indexer.library.recordings import placed_recordings, recording
from indexer.timeline import Span

UTC = ZoneInfo("UTC")
DAY = date(2026, 3, 1)


def view_of(library: Library, name: str) -> View:
    found = recording(library.catalog, f"{name:0>16}")
    assert found is not None
    return View.of(of_video(found))


def test_zoom_keeps_the_moment_in_the_middle(library: Library) -> None:
    view = view_of(library, "gate1")
    view.play(view.subject.lanes[0].pieces[0].recording.video_id, 60.0)
    view.zoom(10)
    assert view.window == Span(55, 65)
    view.zoom(None)
    assert view.window == view.subject.span


def test_playing_elsewhere_brings_it_into_the_window(library: Library) -> None:
    view = view_of(library, "gate1")
    view.zoom(10)
    view.play("gate1".rjust(16, "0"), 3.0)
    assert view.window.contains(3.0) and view.window.duration_seconds == 10
    assert view.clicks == 1


def test_dragging_opens_what_was_dragged_over(library: Library) -> None:
    """Shares of the window that was shown, again and again, down to what can still be seen."""
    view = view_of(library, "gate1")
    view.drag(0.25, 0.5)
    assert view.window == Span(30, 60)
    for _ in range(10):
        view.drag(0.4, 0.6)
    assert view.window.duration_seconds == 0.5
    assert view.drags == 11, "each is another chart, so that no selection is left on it"


def test_moving_stops_at_the_ends(library: Library) -> None:
    view = view_of(library, "gate1")
    view.drag(0.0, 0.5)
    view.move(-0.5)
    assert view.window == Span(0, 60)
    view.move(0.5)
    assert view.window == Span(30, 90)
    view.move(5)
    assert view.window == Span(60, 120)


def test_a_time_is_played_by_a_camera_that_recorded_it(library: Library) -> None:
    """At 14:33 only the yard has footage; at 14:36:30 nobody has."""
    subject = of_cameras(lanes_on(placed_recordings(library.catalog), DAY, UTC), DAY, ["gate", "yard"], UTC)
    assert subject is not None
    view = View.of(subject)
    begin = subject.span.start_seconds
    assert view.play_at(begin + 180)
    assert (view.video_id.lstrip("0"), view.seconds, view.cursor) == ("yard1", 120.0, begin + 180)
    assert not view.play_at(begin + 390)


def test_days_and_lanes_are_those_of_the_zone(library: Library) -> None:
    """In Auckland the afternoon of the first of March is the second."""
    placed = placed_recordings(library.catalog)
    auckland = ZoneInfo("Pacific/Auckland")
    assert days_of(placed, UTC) == [DAY]
    assert days_of(placed, auckland) == [date(2026, 3, 2)]
    assert [lane.name for lane in lanes_on(placed, date(2026, 3, 2), auckland)] == ["gate", "yard"]
    assert lanes_on(placed, DAY, auckland) == []
    assert of_cameras(lanes_on(placed, DAY, UTC), DAY, ["nobody"], UTC) is None
