"""A question narrowed to a video, a camera, a day or a stretch stays there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest
from assistant_fakes import DOCK, YARD, FakeLibrary, answer_of, record

from assistant.answer import Answer
from assistant.narrowing import Narrowing, Within
from assistant.scope import read_question
from assistant.session import Assistant
from indexer.clock.start import RecordingStart, StartSource
from indexer.errors import VideoNotFound, WitnessError
from indexer.timeline import Span

Maker = Callable[..., Assistant]


def starts(hour: int, minute: int = 0, second: int = 0) -> RecordingStart:
    return RecordingStart(datetime(2026, 3, 1, hour, minute, second, tzinfo=UTC), StartSource.GIVEN)


@pytest.fixture
def cameras(two_videos: FakeLibrary) -> FakeLibrary:
    """The dock by camera A at 14:00, the yard by camera B ten seconds before midnight."""
    two_videos.records[0] = record(DOCK, "dock.mp4", 30.0, camera="A", start=starts(14))
    two_videos.records[1] = record(YARD, "yard_2.mp4", 12.0, camera="B", start=starts(23, 59, 50))
    return two_videos


MARCH_1, MARCH_2 = date(2026, 3, 1), date(2026, 3, 2)


@pytest.mark.parametrize(
    ("narrowing", "spans"),
    [
        (Narrowing("yard_2.mp4"), {YARD: None}),
        (Narrowing("dock.mp4", Span(5, 6)), {DOCK: Span(5, 6)}),
        (Narrowing("dock.mp4", Span(25, 99)), {DOCK: Span(25, 30)}),
        (Narrowing(camera="A"), {DOCK: None}),
        (Narrowing(day=MARCH_1), {DOCK: None, YARD: Span(0, 10)}),
        (Narrowing(day=MARCH_2), {YARD: Span(10, 12)}),
        (Narrowing(day=MARCH_1, hours=(time(14, 0), time(14, 1))), {DOCK: None}),
        (Narrowing(day=MARCH_1, hours=(time(22), time(6))), {YARD: None}),
        (Narrowing("dock.mp4", Span(5, 9), day=MARCH_1), {DOCK: Span(5, 9)}),
    ],
)
def test_part_of_the_library_is_found(
    cameras: FakeLibrary, narrowing: Narrowing, spans: dict[str, Span | None]
) -> None:
    """Each video with the stretch that counts; a night goes on past midnight."""
    assert narrowing
    assert narrowing.resolve(cameras).spans == spans  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("narrowing", "said"),
    [
        (Narrowing(camera="Z"), "camera Z"),
        (Narrowing(day=date(2020, 1, 1)), "2020-01-01"),
        (Narrowing("broken.mp4"), "broken.mp4"),
        (Narrowing("dock.mp4", Span(40, 50)), "0:40–0:50"),
    ],
)
def test_nothing_left_is_said(cameras: FakeLibrary, narrowing: Narrowing, said: str) -> None:
    """What was chosen stands in the words."""
    with pytest.raises(WitnessError, match=said):
        narrowing.resolve(cameras)  # type: ignore[arg-type]


def test_unknown_video_is_refused(cameras: FakeLibrary) -> None:
    """As everywhere."""
    with pytest.raises(VideoNotFound):
        Narrowing("nowhere.mp4").resolve(cameras)  # type: ignore[arg-type]


def test_times_of_the_question_are_kept_inside(cameras: FakeLibrary) -> None:
    """A time outside of the part is told to be there; one inside is cut to it; without, the part is meant."""
    within = Within({DOCK: Span(4, 8)}, "dock.mp4 0:04–0:08", timed=True)

    def read(question: str) -> tuple[Span, ...]:
        scope = read_question(cameras, question, None, within)  # type: ignore[arg-type]
        assert scope.handles == ("dock.mp4",) and scope.named and scope.narrowed
        return scope.videos[0].spans

    assert read("what moved?") == (Span(4, 8),)
    assert read("what moved between second 6 and second 12?") == (Span(6, 8),)
    assert read("what moved at second 20?") == ()
    scope = read_question(cameras, "what moved at second 20?", None, within)  # type: ignore[arg-type]
    assert any("lies outside of what the question is narrowed to" in note for note in scope.notes)


def looks(answer: Answer) -> list[tuple[str, float, float]]:
    return [
        (step.arguments["video"], step.arguments["start_seconds"], step.arguments["end_seconds"])
        for step in answer.steps
        if step.tool == "look_again"
    ]


def test_stretch_is_looked_at_once_with_the_question(cameras: FakeLibrary, make_assistant: Maker) -> None:
    """Look again here: the frames of that stretch, whatever the words are."""
    narrowing = Narrowing("dock.mp4", Span(9, 13))
    answer = answer_of(make_assistant(), "is it blue?", narrowing=narrowing, conversation_id="one")
    assert looks(answer) == [("dock.mp4", 9, 13)]
    assert "blue region" in answer.text
    assert {citation.video_id for citation in answer.citations} == {DOCK}


@pytest.mark.parametrize("question", ["what white thing moved?", "how often did something move?"])
def test_search_and_count_stay_inside(cameras: FakeLibrary, make_assistant: Maker, question: str) -> None:
    """By camera and by day: what other cameras saw is neither found nor said to be inspected."""
    for narrowing, video in ((Narrowing(camera="B"), YARD), (Narrowing(camera="A"), DOCK)):
        answer = answer_of(make_assistant(), question, narrowing=narrowing)
        assert {entry.coverage.video_id for entry in answer.coverage} == {video}
        assert {citation.video_id for citation in answer.citations} <= {video}


def test_narrowing_travels_with_the_message() -> None:
    """Through the checkpoints, as plain JSON."""
    within = Within({DOCK: Span(4, 8), YARD: None}, "x", timed=True)
    assert Within.from_json(within.to_json()) == within
    assert Within.from_json(None) is None
