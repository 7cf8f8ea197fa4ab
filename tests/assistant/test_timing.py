"""Time expressions, in English and Chinese, become the spans that people mean."""

from __future__ import annotations

import time

import pytest

from assistant.timing import Anchor, TimeExpressionError, TimePastEnd, find_times, parse_seconds
from indexer.errors import WitnessError
from indexer.timeline import Span

D = 7200.0
"""Length of the video that the tables below speak of: two hours."""

SECONDS_AND_CLOCKS = [
    ("what happened at second 5?", (5, 6)),
    ("what happened at second 5 of dock.mp4?", (5, 6)),
    ("Second 5.", (5, 6)),
    ("in second 0", (0, 1)),
    ("second number 12", (12, 13)),
    ("sec 7", (7, 8)),
    ("what is in the second 5", (5, 6)),
    ("the second 5 of the video", (5, 6)),
    ("at second five", (5, 6)),
    ("at second one", (1, 2)),
    ("in second twenty-five", (25, 26)),
    ("at second 5.5", (5.5, 6.5)),
    ("at 5 seconds", (5, 6)),
    ("at 5 secs", (5, 6)),
    ("at 5s", (5, 6)),
    ("at 5 s what moves", (5, 6)),
    ("at 5.25 seconds", (5.25, 6.25)),
    ("at five seconds", (5, 6)),
    ("at sixty seconds", (60, 61)),
    ("at the 5 second mark", (5, 6)),
    ("at the five-second mark", (5, 6)),
    ("at t=83s", (83, 84)),
    ("5 seconds in", (5, 6)),
    ("five seconds in, who enters?", (5, 6)),
    ("5 seconds into the video", (5, 6)),
    ("5 seconds in dock.mp4", (5, 6)),
    ("half a minute in", (30, 31)),
    ("a minute in", (60, 61)),
    ("a minute and a half in", (90, 91)),
    ("at one and a half minutes", (90, 91)),
    ("1 minute 23 seconds in", (83, 84)),
    ("at 1 minute and 23 seconds", (83, 84)),
    ("at 1 hour, 2 minutes and 3 seconds", (3723, 3724)),
    ("at 1m23s", (83, 84)),
    ("at 1 minute 23?", (83, 84)),
    ("at minute 1 second 23", (83, 84)),
    ("at 1h02m03s", (3723, 3724)),
    ("at 2 minutes", (120, 121)),
    ("at 1:23", (83, 84)),
    ("@1:23", (83, 84)),
    ("1:23?", (83, 84)),
    ("(1:23)", (83, 84)),
    ("at the 1:23 mark", (83, 84)),
    ("at 1:23.5", (83.5, 84.5)),
    ("at 1:02:03", (3723, 3724)),
    ("at 01:02:03.25", (3723.25, 3724.25)),
    ("at 14:32", (872, 873)),
    ("at 90:00", (5400, 5401)),
    ("the fifth second", (4, 5)),
    ("in the 5th second", (4, 5)),
    ("the second second", (1, 2)),
    ("minute 2", (120, 180)),
    ("in minute two", (120, 180)),
    ("hour 1", (3600, 7200)),
    ("the second minute", (60, 120)),
    ("during the 3rd minute", (120, 180)),
    ("2 seconds after 0:30", (32, 33)),
    ("10 seconds before second 30", (20, 21)),
    ("10 seconds before the end", (D - 10, D - 9)),
    ("half a minute from the end of the video", (D - 30, D - 29)),
]

RANGES = [
    ("between 0:10 and 0:20", (10, 20)),
    ("from 1:02:03 to 1:02:30", (3723, 3750)),
    ("from 0:58.5 until 1:02", (58.5, 62)),
    ("0:10-0:20", (10, 20)),
    ("0:10–0:20", (10, 20)),
    ("0:10 — 0:20", (10, 20)),
    ("0:10~0:20", (10, 20)),
    ("dock.mp4 0:05–0:06", (5, 6)),
    ("between 10 and 20 s", (10, 20)),
    ("10 to 20 seconds", (10, 20)),
    ("10-20s", (10, 20)),
    ("5.0–6.0 s", (5, 6)),
    ("from ten to twenty seconds", (10, 20)),
    ("from 50 seconds to 1:10", (50, 70)),
    ("from 1 minute 20 seconds to 1 minute 40 seconds", (80, 100)),
    ("from 2 to 3 minutes", (120, 180)),
    ("between 1 and 2 minutes in", (60, 120)),
    ("seconds 5 to 7", (5, 8)),
    ("seconds 5-7", (5, 8)),
    ("between seconds 5 and 7", (5, 8)),
    ("from second 5 to second 9", (5, 10)),
    ("from second 5 to 9", (5, 10)),
    ("between second five and second nine", (5, 10)),
    ("from the fifth second to the tenth second", (4, 10)),
    ("minutes 2 to 3", (120, 240)),
    ("from one minute twenty to one minute forty", (80, 100)),
    ("from the 9th to the 13th second", (8, 13)),
    ("from the fifth to the tenth second", (4, 10)),
    ("seconds 18, 19 and 20", (18, 21)),
    ("seconds 5 and 7", (5, 8)),
    ("from 0:20 to 0:10", (10, 20)),
    ("from 0:10 to 0:10", (10, 11)),
    ("between 0:10 and second 12", (10, 13)),
    ("the 10 seconds after 0:30", (30, 40)),
    ("the first 10 seconds after second 30", (30, 40)),
    ("the last 10 seconds before 0:30", (20, 30)),
    ("the 10 seconds before 0:05", (0, 5)),
]

OPEN_AND_EDGES = [
    ("the first 10 seconds", (0, 10)),
    ("first 10s", (0, 10)),
    ("the first ten seconds", (0, 10)),
    ("the first minute", (0, 60)),
    ("the first second", (0, 1)),
    ("the first half minute", (0, 30)),
    ("the first half a minute", (0, 30)),
    ("the opening 15 seconds", (0, 15)),
    ("the first few seconds", (0, 5)),
    ("the last half minute", (D - 30, D)),
    ("the last minute", (D - 60, D)),
    ("in the last 10 seconds of dock.mp4", (D - 10, D)),
    ("the final 2 minutes", (D - 120, D)),
    ("the last second", (D - 1, D)),
    ("the last few seconds", (D - 5, D)),
    ("what happens at the start?", (0, 5)),
    ("at the start of dock.mp4", (0, 5)),
    ("at the beginning of the video, who stands there?", (0, 5)),
    ("at the very beginning", (0, 5)),
    ("what happens at the end", (D - 5, D)),
    ("who is there at the end of the clip?", (D - 5, D)),
    ("around 0:40", (37.5, 42.5)),
    ("at around 0:40", (37.5, 42.5)),
    ("about 0:40", (37.5, 42.5)),
    ("around second 40", (37.5, 42.5)),
    ("around 40 seconds", (37.5, 42.5)),
    ("at about 40 seconds", (37.5, 42.5)),
    ("about 40 seconds in", (37.5, 42.5)),
    ("near 0:01", (0, 3.5)),
    ("around minute 2", (90, 150)),
    ("after 0:30", (30, D)),
    ("since second 30", (30, D)),
    ("from 0:30 on", (30, D)),
    ("from 0:30 onwards", (30, D)),
    ("from 0:30 to the end", (30, D)),
    ("starting at 0:30", (30, D)),
    ("0:30 onwards", (30, D)),
    ("0:30 to the end", (30, D)),
    ("second 30 until the end", (30, D)),
    ("after the first 10 seconds", (10, D)),
    ("after about 30 seconds", (30, D)),
    ("what happens after 30 seconds?", (30, D)),
    ("show the frame from 0:30", (30, 31)),
    ("before 0:10", (0, 10)),
    ("until 0:10", (0, 10)),
    ("up to second 10", (0, 10)),
    ("from the start to 0:10", (0, 10)),
    ("from the beginning until second 10", (0, 10)),
    ("before the last 10 seconds", (0, D - 10)),
]

CHINESE = [
    ("第5秒发生了什么？", (5, 6)),
    ("第 5 秒", (5, 6)),
    ("第５秒", (5, 6)),
    ("第五秒", (5, 6)),
    ("第十五秒", (15, 16)),
    ("第5秒钟", (5, 6)),
    ("5秒", (5, 6)),
    ("5秒发生了什么", (5, 6)),
    ("在5秒时", (5, 6)),
    ("五秒", (5, 6)),
    ("十五秒", (15, 16)),
    ("二十秒", (20, 21)),
    ("二十五秒", (25, 26)),
    ("一百二十秒", (120, 121)),
    ("两秒", (2, 3)),
    ("1分23秒", (83, 84)),
    ("一分二十三秒", (83, 84)),
    ("第1分23秒", (83, 84)),
    ("1小时2分3秒", (3723, 3724)),
    ("在2分钟的时候", (120, 121)),
    ("在一分半", (90, 91)),
    ("1:23发生了什么", (83, 84)),
    ("１：２３", (83, 84)),
    ("dock.mp4的0:05", (5, 6)),
    ("第2分钟", (60, 120)),
    ("第5秒到第9秒", (5, 10)),
    ("第5到第9秒", (5, 10)),
    ("第5到9秒", (5, 10)),
    ("从5秒到9秒", (5, 9)),
    ("5到9秒", (5, 9)),
    ("5-9秒", (5, 9)),
    ("五秒至九秒", (5, 9)),
    ("1分23秒到1分40秒", (83, 100)),
    ("1:23到1:40", (83, 100)),
    ("0:10和0:20之间", (10, 20)),
    ("在第5秒与第9秒之间", (5, 10)),
    ("最后10秒", (D - 10, D)),
    ("最后半分钟", (D - 30, D)),
    ("最后一分钟", (D - 60, D)),
    ("最后两秒", (D - 2, D)),
    ("最后几秒", (D - 5, D)),
    ("前几秒", (0, 5)),
    ("第三十秒到四十秒", (30, 41)),
    ("视频的后10秒", (D - 10, D)),
    ("前10秒", (0, 10)),
    ("视频的前10秒", (0, 10)),
    ("前一分半钟", (0, 90)),
    ("开头10秒", (0, 10)),
    ("开头", (0, 5)),
    ("视频开始的时候有谁？", (0, 5)),
    ("结尾发生了什么", (D - 5, D)),
    ("视频结束时", (D - 5, D)),
    ("大约40秒", (37.5, 42.5)),
    ("大概在第40秒左右", (37.5, 42.5)),
    ("40秒左右", (37.5, 42.5)),
    ("0:40前后", (37.5, 42.5)),
    ("30秒之后", (30, D)),
    ("0:30以后", (30, D)),
    ("从30秒开始", (30, D)),
    ("从0:30到结尾", (30, D)),
    ("0:30到最后", (30, D)),
    ("10秒之前", (0, 10)),
    ("第10秒以前", (0, 10)),
    ("10秒内", (0, 10)),
    ("从开头到0:10", (0, 10)),
]


@pytest.mark.parametrize(("question", "span"), SECONDS_AND_CLOCKS + RANGES + OPEN_AND_EDGES + CHINESE)
def test_one_expression_is_found_and_means_its_span(question: str, span: tuple[float, float]) -> None:
    found = [expression.resolve(D) for expression in find_times(question)]
    assert found == [Span(*map(float, span))]


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


def test_several_times_come_in_their_order_as_they_are_written() -> None:
    question = "Compare 0:40 with the first 10 seconds, second 5 and 最后１０秒 of DOCK.mp4."
    found = find_times(question)
    assert [expression.text for expression in found] == [
        "0:40",
        "the first 10 seconds",
        "second 5",
        "最后１０秒",
    ]
    assert all(expression.text in question for expression in found)


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


def test_two_named_instants_are_two_expressions() -> None:
    spans = [expression.resolve(60) for expression in find_times("what changed at 0:05 and at 0:09?")]
    assert spans == [Span(5, 6), Span(9, 10)]
    spans = [expression.resolve(60) for expression in find_times("第5秒和第9秒有什么不同")]
    assert spans == [Span(5, 6), Span(9, 10)]


def test_the_text_is_what_stands_in_the_question() -> None:
    assert [found.text for found in find_times("What happens between 0:10 and 0:20 there?")] == [
        "between 0:10 and 0:20"
    ]


def test_times_counted_from_the_end_say_so() -> None:
    (last,) = find_times("the last 10 seconds")
    assert (last.start.anchor, last.end.anchor) == (Anchor.END, Anchor.END)
    assert last.resolve(30) == Span(20, 30)
    assert last.resolve(125.5) == Span(115.5, 125.5)


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


@pytest.mark.parametrize("filler", ["1", "twenty ", "1:", "第", "at 5 seconds and ", "一", " ", "half a "])
def test_a_long_question_is_read_in_reasonable_time(filler: str) -> None:
    """A question that someone pasted holds nobody up, whatever it repeats."""
    began = time.perf_counter()
    find_times(filler * (4000 // len(filler)))
    assert time.perf_counter() - began < 2.0
