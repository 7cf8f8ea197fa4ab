"""Times told by an event before or after them, in English and Chinese."""

from __future__ import annotations

import time

import pytest

from assistant.timing_events import find_relative
from indexer.timeline import Span

EVENT, D = Span(100.0, 104.0), 200.0

RELATIVE = [
    ("ten seconds before the box fell", "the box fell", (89, 91)),
    ("what happened 10 seconds before the box fell?", "the box fell", (89, 91)),
    ("10 seconds after the box fell", "the box fell", (113, 115)),
    ("half a minute after the cart left", "the cart left", (133, 135)),
    ("right after the lights went out", "the lights went out", (104, 109)),
    ("just before the cart crossed, who was there?", "the cart crossed", (95, 100)),
    ("shortly before the man sat down", "the man sat down", (95, 100)),
    ("immediately after the crash", "the crash", (104, 109)),
    ("the 10 seconds before the fall", "the fall", (90, 100)),
    ("the first 10 seconds after the lights go out", "the lights go out", (104, 114)),
    ("the minute before the crash", "the crash", (40, 100)),
    ("the last second before the fall", "the fall", (99, 100)),
    ("what happened after the light dropped?", "the light dropped", (104, 114)),
    ("what happened before the person entered?", "the person entered", (90, 100)),
    ("was the door open before the alarm?", "the alarm", (90, 100)),
    ("right after the red thing moved in ", "the red thing moved", (104, 109)),
    ("箱子掉下来前10秒发生了什么", "箱子掉下来", (89, 91)),
    ("摔倒前10秒", "摔倒", (89, 91)),
    ("灯灭之后发生了什么？", "灯灭", (104, 114)),
    ("灯灭后5秒", "灯灭", (108, 110)),
    ("灯灭前的5秒", "灯灭", (95, 100)),
    ("在箱子掉下来之前，谁在那里", "箱子掉下来", (90, 100)),
    ("卡车离开后的一分钟", "卡车离开", (104, 164)),
]


@pytest.mark.parametrize(("question", "event", "span"), RELATIVE)
def test_the_event_and_the_stretch_beside_it_are_read(
    question: str, event: str, span: tuple[float, float]
) -> None:
    found = find_relative(question)
    assert found is not None and found.event == event
    assert found.text in question
    assert found.span(EVENT, D) == Span(*map(float, span))


@pytest.mark.parametrize(
    "question",
    [
        "",
        "what fell?",
        "what happened after that?",
        "and what came before it?",
        "after 0:30",
        "2 seconds after 0:30",
        "before the end",
        "before the video ends",
        "after the first 10 seconds",
        "who came in after the truck?",
        "after lunch",
        "那之后呢",
        "10秒之后",
        "前面有几个人",
        "最后一个人什么时候离开",
    ],
)
def test_what_names_no_event_is_left_alone(question: str) -> None:
    assert find_relative(question) is None


def test_a_stretch_outside_of_the_video_is_none() -> None:
    after = find_relative("right after the box fell")
    assert after is not None
    assert after.span(Span(195, 200), D) is None
    assert after.span(Span(190, 197), D) == Span(197, 200)
    before = find_relative("the minute before the box fell")
    assert before is not None and before.span(Span(10, 12), D) == Span(0, 10)


@pytest.mark.parametrize("filler", ["before the x ", "在", "箱子", "after ", "10 seconds before ", "a b "])
def test_a_long_question_is_read_in_reasonable_time(filler: str) -> None:
    find_relative("")  # compiles the rules
    began = time.process_time()
    find_relative(filler * (2000 // len(filler)))
    assert time.process_time() - began < 2.0
