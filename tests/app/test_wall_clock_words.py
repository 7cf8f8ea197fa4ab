"""What a clock on the wall showed at a second of a video: told in one way on cards, frames, tooltips."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chat_fakes import make_record

from app import wall_clock
from app.media_routes import to_milliseconds
from app.timeline.axis import Axis
from app.timeline.lanes import lane_of_video
from app.timeline.marks import Pen
from app.wall_clock import both_clocks, span_in_both_clocks, told_span, told_time
from indexer.clock.start import RecordingStart, StartSource
from indexer.library.recordings import Recording
from indexer.library.records import VideoRecord
from indexer.timeline import Span

STARTS_AT = datetime(2026, 3, 1, 22, 46, 0, tzinfo=UTC)


@pytest.fixture(params=[0.0, 0.1, 1.0])
def video(tmp_path: Path, request: pytest.FixtureRequest) -> VideoRecord:
    """A video whose start is known to the frame, to a tenth, to a second."""
    start = RecordingStart(STARTS_AT, StartSource.GIVEN, request.param)
    return replace(make_record(tmp_path), start=start)


def test_a_second_is_not_shown_before_it_has_come(video: VideoRecord) -> None:
    """Title and frame say the same; 14.8 is the fourteenth second, whatever the error."""
    assert both_clocks(video, 14.8) == "0:14.8 (22:46:14)"
    assert span_in_both_clocks(video, Span(14.8, 18.8)) == "0:14.8–0:18.8 (2026-03-01 22:46:14–22:46:18)"
    assert span_in_both_clocks(video, Span(14.2, 14.6)) == "0:14.2–0:14.6 (2026-03-01 22:46:14)"


def test_the_pointer_says_the_same_second(video: VideoRecord) -> None:
    recording = Recording("dock", "dock.mp4", "", 30.0, video.start, has_file=True)
    pen = Pen(Axis(wall=False), Span(0, 30))
    mark = pen.mark(lane_of_video(recording), Span(14, 15), (0.0, 1.0), "#000", at=14.8)
    assert mark is not None and mark.title == "0:14.8 (22:46:14)"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(14.8, "0:14.8"), (0.29, "0:00.29"), (1 / 30, "0:00.03"), (5.046, "0:05.04"), (59.9985, "0:59.99")],
)
def test_a_time_is_cut_to_the_hundredth_everywhere(video: VideoRecord, seconds: float, told: str) -> None:
    """The strip, its title and the axis tell one instant alike, and that of the player's millisecond."""
    assert told_time(seconds) == told_time(to_milliseconds(seconds) / 1000) == told
    assert both_clocks(video, seconds).split()[0] == told
    assert span_in_both_clocks(video, Span(seconds, 100)).split()[0] == f"{told}–1:40"
    assert Axis(wall=False).told(Span(seconds, 100)) == f"{told}–1:40"
    assert told_span(Span(seconds, seconds + 1e-6)) == told


def test_every_page_tells_times_with_one_helper() -> None:
    """Only lengths are written in another way, and the stretch that a person types."""
    parts = Path(wall_clock.__file__).parent / "pages"
    others = {each.name for each in parts.rglob("*.py") if "format_seconds" in each.read_text()}
    assert others == {"chat_scope.py", "library_list.py", "videos_progress.py", "videos_words.py"}
