"""Times at and past the end of a video, and times on the command line."""

from __future__ import annotations

import pytest

from assistant.timing import TimeExpressionError, TimePastEnd, find_times, parse_seconds
from indexer.errors import WitnessError
from indexer.timeline import Span


def test_a_time_that_reaches_over_the_end_is_cut_off_there() -> None:
    assert find_times("at second 29")[0].resolve(29.4) == Span(29, 29.4)
    assert find_times("from 0:10 to 5:00")[0].resolve(30) == Span(10, 30)
    assert find_times("the first minute")[0].resolve(30) == Span(0, 30)
    assert find_times("the last minute")[0].resolve(30) == Span(0, 30)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("second 500", r'"second 500" begins at 8:20, .*past the end.*0:30 long'),
        ("at 0:30", r'"0:30" begins at 0:30, .*0:30 long'),
        ("after 1:00", r'"after 1:00" begins at 1:00'),
        ("第40秒", r'"第40秒" begins at 0:40'),
        ("before the last 10 minutes", "outside the video: the video is 0:30 long"),
    ],
)
def test_a_time_past_the_end_is_an_error_that_names_both_times(question: str, told: str) -> None:
    with pytest.raises(TimePastEnd, match=told) as raised:
        find_times(question)[0].resolve(30)
    assert isinstance(raised.value, WitnessError)


def test_in_a_video_of_no_length_every_time_is_past_the_end() -> None:
    for question in ("second 0", "the last 10 seconds", "the start"):
        with pytest.raises(TimePastEnd):
            find_times(question)[0].resolve(0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        ("0", 0.0),
        ("5.5", 5.5),
        (" 83 ", 83.0),
        ("1:23", 83.0),
        ("01:23.5", 83.5),
        ("90:00", 5400.0),
        ("1:02:03", 3723.0),
        ("1:02:03.5", 3723.5),
        ("１：２３", 83.0),
    ],
)
def test_a_time_on_the_command_line_is_seconds_or_a_clock(text: str, seconds: float) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "five",
        "-1",
        "1:60",
        "1:2",
        "1:99:00",
        "1:2:3:4",
        "nan",
        "inf",
        "1e3",
        "5s",
        ":30",
        "5.",
        "٥",
        "9" * 400,
    ],
)
def test_anything_else_on_the_command_line_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(TimeExpressionError, match=r"seconds .*m:ss .*h:mm:ss"):
        parse_seconds(text)
