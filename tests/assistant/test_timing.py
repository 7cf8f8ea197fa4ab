"""Time expressions in English become the spans that people mean."""

from __future__ import annotations

import pytest

from assistant.timing import Anchor, find_times
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


@pytest.mark.parametrize(("question", "span"), SECONDS_AND_CLOCKS + RANGES + OPEN_AND_EDGES)
def test_one_expression_is_found_and_means_its_span(question: str, span: tuple[float, float]) -> None:
    found = [expression.resolve(D) for expression in find_times(question)]
    assert found == [Span(*map(float, span))]


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
