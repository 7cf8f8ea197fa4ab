"""Which clock a question speaks of: where starts are known, and where they are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from assistant_fakes import DOCK, RED_FALLS, YARD, FakeLibrary, record

from assistant.answer import Source
from assistant.citations import check_citations
from assistant.evidence import Evidence
from assistant.scope import Scope, read_question
from assistant.wall_clock_cameras import videos_at
from indexer.clock.start import RecordingStart, StartSource
from indexer.timeline import Span

ZONE = timezone(timedelta(hours=1))
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZONE)


def started(hour: int, minute: int = 0, second: int = 0, **fields: float) -> RecordingStart:
    moment = datetime(2026, 3, 1, hour, minute, second, tzinfo=ZONE)
    return RecordingStart(moment, StartSource.BURNED_IN, **fields)


@pytest.fixture
def cameras() -> FakeLibrary:
    """The dock from 14:00 to 15:00, the yard from 14:50 to 16:00, and a hall of which nothing is known."""
    return FakeLibrary(
        [
            record(DOCK, "dock.mp4", 3600.0, start=started(14)),
            record(YARD, "yard.mp4", 4200.0, start=started(14, 50)),
            record("e" * 16, "hall.mp4", 1000.0),
        ],
        {DOCK: [RED_FALLS]},
    )


def read(library: FakeLibrary, question: str) -> Scope:
    return read_question(library, question, now=NOW)  # type: ignore[arg-type]


def spans(scope: Scope) -> dict[str, tuple[Span, ...]]:
    return {video.handle: video.spans for video in scope.videos if video.spans}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what happened at 2:32 pm?", {"dock.mp4": (1920, 1980)}),
        ("what happened yesterday at 14:32:05?", {"dock.mp4": (1925, 1926)}),
        ("yesterday between 2 and 3 pm", {"dock.mp4": (0, 3600), "yard.mp4": (0, 600)}),
        ("on 1 March from 14:55 to 15:05", {"dock.mp4": (3300, 3600), "yard.mp4": (300, 900)}),
        ("on 1 March at 3:30", {"yard.mp4": (2400, 2460)}),
        ("下午3点半", {"yard.mp4": (2400, 2460)}),
        ("昨天下午2点32分", {"dock.mp4": (1920, 1980)}),
        ("what happened at 15:30?", {"yard.mp4": (2400, 2460)}),
    ],
)
def test_a_time_of_day_is_found_in_each_recording_that_covers_it_and_in_no_other(
    cameras: FakeLibrary, question: str, expected: dict[str, tuple[float, float]]
) -> None:
    found = spans(read(cameras, question))
    assert found == {name: (Span(*map(float, span)),) for name, span in expected.items()}


def test_where_both_clocks_fit_the_reading_that_was_taken_is_told(cameras: FakeLibrary) -> None:
    scope = read(cameras, "what happened at 14:32 in dock.mp4?")
    assert spans(scope) == {"dock.mp4": (Span(1920, 1980),)}
    (note,) = scope.notes
    assert "time of day 14:32:00–14:33:00" in note and "14 minutes 32 seconds in" in note
    other = read(cameras, "what happened 14 minutes 32 seconds in dock.mp4?")
    assert spans(other) == {"dock.mp4": (Span(872, 873),)} and not other.notes


def test_a_players_time_stays_a_place_in_the_video(cameras: FakeLibrary) -> None:
    cameras.records = [record(DOCK, "dock.mp4", 36000.0, start=started(0))]
    scope = read(cameras, "what happened at 1:23?")
    assert spans(scope) == {"dock.mp4": (Span(83, 84),)}
    assert "place in the video" in scope.notes[0] and "1:23 am" in scope.notes[0]


@pytest.mark.parametrize("question", ["at 10:05", "between 10:00 and 10:10", "after 16:30"])
def test_where_only_the_offset_fits_it_is_the_offset(cameras: FakeLibrary, question: str) -> None:
    scope = read(cameras, f"what happened {question} in hall.mp4?")
    assert spans(scope) and not scope.notes
    cameras.records = [record(DOCK, "dock.mp4", 3600.0, start=started(20))]
    assert spans(read(cameras, f"what happened {question}?"))["dock.mp4"][0].start_seconds >= 600


def test_the_mark_of_a_player_is_never_a_time_of_day(cameras: FakeLibrary) -> None:
    for question in ("at the 14:32 mark", "2 seconds after 14:30", "between 14:30 and second 875"):
        (span,) = spans(read(cameras, f"what is there {question} of dock.mp4?"))["dock.mp4"]
        assert 870 <= span.start_seconds <= 872, question


def test_a_time_in_no_recording_says_which_times_there_are(cameras: FakeLibrary) -> None:
    scope = read(cameras, "what happened last night?")
    assert scope.times == ("last night",) and not spans(scope)
    told = " ".join(scope.notes)
    assert "dock.mp4 runs 2026-03-01 14:00:00–15:00:00" in told
    assert "hall.mp4" in told and "witness clock hall.mp4 --starts-at" in told


def test_without_any_start_a_note_says_how_to_set_it(library: FakeLibrary) -> None:
    scope = read(library, "what happened at 2:32 pm?")
    assert not spans(scope) and 'witness clock dock.mp4 --starts-at "' in scope.notes[0]
    (past_end, hint) = read(library, "what happened at 14:32?").notes
    assert "past the end" in past_end and "as a time of day it cannot be found" in hint


def test_the_other_half_of_the_day_is_told_when_only_it_was_recorded(cameras: FakeLibrary) -> None:
    scope = read(cameras, "what happened yesterday at 2:32?")
    assert spans(scope) == {"dock.mp4": (Span(1920, 1980),)}
    assert scope.notes == ('"yesterday at 2:32" was read as 2026-03-01 14:32:00–14:33:00',)


def test_several_times_are_found_together(cameras: FakeLibrary) -> None:
    scope = read(cameras, "compare 2:32 pm with second 5 of dock.mp4")
    assert spans(scope) == {"dock.mp4": (Span(1920, 1980), Span(5, 6))}
    assert scope.words == "compare with"


def test_light_that_drops_does_so_at_once_however_long_it_stays_dark(library: FakeLibrary) -> None:
    """What comes right after is the darkness and its end, not what comes after these."""
    scope = read(library, "what happened right after the lights went out?")
    assert spans(scope) == {"dock.mp4": (Span(18.25, 23.25),)}
    assert spans(read(library, "灯灭之前的5秒发生了什么？")) == {"dock.mp4": (Span(13, 18),)}


def test_a_time_told_by_an_event_is_searched_for_and_says_what_it_found(library: FakeLibrary) -> None:
    scope = read(library, "what happened right after the red box fell in dock.mp4?")
    assert spans(scope) == {"dock.mp4": (Span(6, 11),)}
    assert scope.relative is not None and scope.relative.event == "the red box fell"
    assert "fits 0:05–0:06 of dock.mp4 best" in scope.notes[0] and "read as 0:06–0:11" in scope.notes[0]
    assert scope.words == ""
    assert spans(read(library, "who was there the 3 seconds before the red box fell?")) == {
        "dock.mp4": (Span(2, 5),)
    }


def test_an_event_that_is_not_found_stays_something_to_search_for(library: FakeLibrary) -> None:
    scope = read(library, "what happened right after the zeppelin landed?")
    assert scope.relative is None and not scope.times
    assert "Nothing in the index fits" in scope.notes[0] and "zeppelin" in scope.words


def test_an_event_is_searched_within_another_time(cameras: FakeLibrary) -> None:
    assert spans(read(cameras, "yesterday at 2 pm, what happened right after the red box fell?")) == {
        "dock.mp4": (Span(6, 11),)
    }
    scope = read(cameras, "yesterday at 3:30 pm, what happened right after the red box fell?")
    assert not spans(scope) or "dock.mp4" not in spans(scope)


def test_the_other_cameras_are_lined_up(cameras: FakeLibrary) -> None:
    scope = read(cameras, "what did the other cameras see at second 3300 of dock.mp4?")
    assert spans(scope) == {"yard.mp4": (Span(300, 301),)} and scope.handles == ("yard.mp4",)
    assert "hall.mp4" in scope.notes[0] and "--starts-at" in scope.notes[0]
    assert read(cameras, "其他摄像头在dock.mp4的第3300秒看到了什么").handles == ("yard.mp4",)


def test_videos_at_a_moment_are_those_that_run_then(cameras: FakeLibrary) -> None:
    moment = started(14).wall(Span(3300, 3310))
    found = videos_at(cameras.records, moment, but={DOCK})
    assert [(video.name, span) for video, span in found] == [("yard.mp4", Span(300, 310))]


def test_a_checked_citation_tells_both_clocks(cameras: FakeLibrary) -> None:
    cameras.records[0] = record(DOCK, "dock.mp4", 3600.0, start=started(14, error_seconds=4.0))
    evidence = [Evidence("dock.mp4", DOCK, Span(0, 10), Source.INDEX)]
    checked = check_citations("It fell [[dock.mp4 0:05–0:06]].", evidence, cameras, lambda *_: ())  # type: ignore[arg-type]
    assert checked.text == "It fell (dock.mp4 0:05–0:06, 14:00:05–14:00:06 ±4 s)."
    (citation,) = checked.citations
    assert citation.wall is not None and citation.wall.start.astimezone(UTC).hour == 13
