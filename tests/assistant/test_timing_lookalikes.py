"""What only looks like a time is left alone, and no text holds the reader of times up."""

from __future__ import annotations

import time

import pytest

from assistant.timing import TimePastEnd, find_times


@pytest.mark.parametrize(
    "question",
    [
        "",
        "when did the forklift leave?",
        "2 people cross the dock",
        "the second person",
        "the second one falls",
        "the second 3 people arrive",
        "a second box falls",
        "a second 5 boxes",
        "camera 5",
        "dock 4",
        "in 2024",
        "on 2024-05-01",
        "wait a second",
        "one second please",
        "a split second later",
        "in the second half",
        "the first half of the video",
        "every second 2 boxes pass",
        "it lasted 5 seconds",
        "did it take 5 to 9 seconds?",
        "for about 40 seconds",
        "who stood still for 10-20 s?",
        "5 seconds in a row",
        "10 seconds after the box fell",
        "the first 10 seconds after the lights go out",
        "the last second before the fall",
        "until the end",
        "30 frames per second",
        "at 5 boxes",
        "from the 1st to the 3rd box",
        "a minute later",
        "second by second",
        "10 to 20 boxes",
        "between 3 and 5 people",
        "at the end of the aisle",
        "the start button",
        "press start",
        "at 2:30 pm",
        "a ratio of 16:9",
        "version 1.2.3",
        "the first box",
        "the last person to leave",
        "minute details",
        "what happened in the first place",
        "100:99",
        "5 m from the door",
        "持续了5秒",
        "等一秒",
        "一秒",
        "每5秒一个箱子",
        "第二个人",
        "最后一个人什么时候离开",
        "前面有几个人",
        "5个人",
        "2号摄像头",
        "摔倒前10秒",
        "什么时候开始下雨",
        "10分",
    ],
)
def test_what_only_looks_like_a_time_is_left_alone(question: str) -> None:
    assert find_times(question) == []


@pytest.mark.parametrize(
    "form",
    [
        "second {}",
        "at {} s",
        "from {} to 20 s",
        "{}:00",
        "the {}th second",
        "第{}秒",
        "seconds {} and 5",
        "at {}m5s",
    ],
)
@pytest.mark.parametrize("number", ["9" * 9, "9" * 400, "1." + "9" * 400, "百" * 400])
def test_no_number_is_too_large_to_be_told_that_it_is_past_the_end(form: str, number: str) -> None:
    for expression in find_times(form.format(number)):
        if expression.start.seconds < 30:
            assert expression.resolve(30).end_seconds <= 30
        else:
            with pytest.raises(TimePastEnd):
                expression.resolve(30)


@pytest.mark.parametrize("filler", ["1", "twenty ", "1:", "第", "at 5 seconds and ", "一", " ", "half a "])
def test_a_long_question_is_read_in_reasonable_time(filler: str) -> None:
    """A question that someone pasted holds nobody up, whatever it repeats."""
    find_times("")  # compiles the rules
    began = time.process_time()
    find_times(filler * (4000 // len(filler)))
    assert time.process_time() - began < 2.0
