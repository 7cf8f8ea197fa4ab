"""The offline planner looks up, looks at and tells what was asked for, through the whole graph."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from assistant_fakes import (
    DOCK,
    RED_FALLS,
    SIGN,
    FakeLibrary,
    FakeVision,
    answer_of,
    record,
)
from langchain_core.messages import HumanMessage

from assistant.answer import Answer, Source
from assistant.models.planner import OfflinePlanner
from assistant.session import Assistant, Mode
from indexer.timeline import Event, Span

Maker = Callable[..., Assistant]


def tools_of(answer: Answer) -> list[str]:
    return [step.tool for step in answer.steps]


@pytest.mark.parametrize(
    "question", ["what happened at second 5?", "第5秒发生了什么", "What moved from 0:05 to 0:06?"]
)
def test_a_time_is_looked_up_and_looked_at_once(make_assistant: Maker, question: str) -> None:
    answer = answer_of(make_assistant(), question)
    assert tools_of(answer) == ["recall_span", "look_again"]
    assert answer.steps[1].arguments["start_seconds"] == 5
    assert answer.steps[1].arguments["end_seconds"] == 6
    assert answer.text.startswith("A red region moved downwards from the upper right to the lower right")
    (citation,) = answer.citations
    assert (citation.span, citation.source) == (Span(5, 6), Source.LOOK)
    assert citation.frame_seconds and all(5 <= second < 6 for second in citation.frame_seconds)
    assert not answer.refused_citations


def test_what_index_and_look_both_say_is_said_once(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "what happened at second 5?")
    assert answer.text.count("red region") == 1


def test_words_are_searched_and_answered_with_the_event_s_own_span(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "when did the lights go out?")
    assert tools_of(answer) == ["search_moments"], "the index knows the times: a look would add nothing"
    assert [citation.span for citation in answer.citations] == [Span(18, 20)]
    assert answer.coverage[0].coverage.inspected == (Span(0, 30),)


def test_a_sign_is_quoted(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "what does the sign say?")
    assert "DOCK 4 KEEP CLEAR" in answer.text
    assert "moved" not in answer.text


def test_a_hit_without_times_of_its_own_is_looked_at(make_assistant: Maker, library: FakeLibrary) -> None:
    library.events[DOCK] = []
    library.texts[DOCK] = "A red region, it seems."
    answer = answer_of(make_assistant(), "where is the red region?")
    assert tools_of(answer) == ["search_moments", "look_again"]


def test_a_question_about_everything_reads_the_whole_video(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "what happens in this video?")
    assert tools_of(answer) == ["recall_span"]
    spans = [citation.span for citation in answer.citations]
    assert Span(9, 13) in spans, "an event that segments cut in two is told as one"
    assert "red region" in answer.text and "went dark" in answer.text and "DOCK 4" in answer.text


def test_an_event_that_reaches_beyond_the_asked_second_says_so(
    make_assistant: Maker, vision: FakeVision
) -> None:
    vision.events = []
    answer = answer_of(make_assistant(), "what happened at second 19?")
    assert "from 0:18 to 0:20" in answer.text
    assert answer.citations[0].span == Span(19, 20)


def test_several_videos_are_answered_each_and_a_failed_one_is_named(
    make_assistant: Maker, two_videos: FakeLibrary
) -> None:
    answer = answer_of(make_assistant(), "what happened at second 5?")
    assert tools_of(answer) == ["recall_span", "look_again"] * 2
    assert {citation.video for citation in answer.citations} == {"dock.mp4", "yard_2.mp4"}
    broken = next(entry for entry in answer.coverage if entry.video == "broken.mp4")
    assert broken.coverage.inspected == ()
    assert "no frame can be decoded" in broken.coverage.not_inspected[0].reason
    assert "broken.mp4" not in answer.text


def test_narrowing_leaves_the_other_videos_alone(make_assistant: Maker, two_videos: FakeLibrary) -> None:
    answer = answer_of(make_assistant(), "what moved?", video="yard_2.mp4")
    assert {citation.video for citation in answer.citations} == {"yard_2.mp4"}
    assert [entry.video for entry in answer.coverage] == ["yard_2.mp4"]


def test_more_videos_than_anyone_would_read_are_cut_and_the_answer_says_so(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    library.records += [record(f"{i:016d}", f"cam_{i:02d}.mp4", 20.0) for i in range(30)]
    answer = answer_of(make_assistant(), "what happened at second 5?")
    assert len(answer.steps) == 10
    assert "the first 5 of 31 videos" in answer.text


def test_videos_that_end_before_the_second_are_not_counted_among_those_left_out(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    library.records += [record(f"{i:016d}", f"cam_{i:02d}.mp4", 20.0 if i else 4.0) for i in range(5)]
    answer = answer_of(make_assistant(), "what happened at second 5?")
    assert "cam_00.mp4" in answer.text, "it lasts 4 seconds, and that is told"
    assert "These are the first" not in answer.text


def test_a_model_that_judges_is_quoted_line_by_line(
    make_assistant: Maker, library: FakeLibrary, vision: FakeVision
) -> None:
    library.vision_name = vision.name = "qwen3-vl"
    vision.judges = True
    vision.words = "5–5.5 s | a box | slips | -\n5.5–6 s | a box | hits the floor | -"
    answer = answer_of(make_assistant(), "second 5", mode=Mode.TIMELINE)
    assert [citation.span for citation in answer.citations][:2] == [Span(5, 5.5), Span(5.5, 6)]
    assert "A box, hits the floor (" in answer.text and "words of qwen3-vl" in answer.text
    assert "second-by-second timeline" in vision.looks[0].prompt


def test_a_follow_up_knows_its_own_turn_only(make_assistant: Maker) -> None:
    assistant = make_assistant()
    answer_of(assistant, "what happened at second 5?", conversation_id="one")
    answer = answer_of(assistant, "what happened at second 15?", conversation_id="one")
    assert "Nothing moved" in answer.text and "red region" not in answer.text
    assert len(answer.steps) == 2


def test_text_that_looks_like_a_citation_is_none(make_assistant: Maker, vision: FakeVision) -> None:
    vision.events = [Event(RED_FALLS.span, "text", "[[dock.mp4 0:00–0:30]] appeared")]
    answer = answer_of(make_assistant(), "what happened at second 5?")
    assert Span(0, 30) not in [citation.span for citation in answer.citations]


def test_text_is_streamed_word_by_word_and_equals_the_whole() -> None:
    model = OfflinePlanner()
    whole = model.invoke([HumanMessage("what?")]).text
    pieces = [chunk.text for chunk in model.stream([HumanMessage("what?")])]
    assert "".join(pieces) == whole
    assert len([piece for piece in pieces if piece]) == len(whole.split())


def test_the_sign_is_not_an_event_of_a_second(make_assistant: Maker, library: FakeLibrary) -> None:
    assert library.texts[DOCK] == SIGN
    assert "DOCK 4" not in answer_of(make_assistant(), "what happened at second 5?").text
    assert "DOCK 4" in answer_of(make_assistant(), "what does the sign say at second 5?").text


def test_the_question_s_language_changes_nothing_that_is_said(
    make_assistant: Maker, vision: FakeVision
) -> None:
    """Nor does a number in it: "second 2" is no word to find in "2 % of the picture"."""
    vision.events = [
        Event(Span(2, 3), "a red region", "moved to the left at the top", "about 1 % of the picture"),
        Event(Span(2.2, 3), "a red region", "moved to the right at the top", "about 2 % of the picture"),
    ]
    english = answer_of(make_assistant(), "what happened at second 2?").text
    assert english == answer_of(make_assistant(), "第2秒发生了什么？").text
    assert english.index("to the left") < english.index("to the right")


def test_where_look_and_index_differ_both_are_told_the_look_first(
    make_assistant: Maker, vision: FakeVision
) -> None:
    vision.events = [Event(Span(5, 6), "a red region", "moved to the left", "growing smaller")]
    first, second = answer_of(make_assistant(), "what happened at second 5?").text.splitlines()[:2]
    assert first.startswith("- A red region moved to the left")
    assert second.startswith("- The index says: a red region moved downwards")


def test_what_a_list_leaves_out_is_counted_and_the_rest_is_in_the_order_of_time(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    library.events[DOCK] = [
        Event(Span(at, at + 0.2), "a red region", f"moved upwards {at}") for at in range(0, 30, 2)
    ]
    answer = answer_of(make_assistant(), "when did something red move?")
    assert "3 more are left out" in answer.text
    starts = [citation.span.start_seconds for citation in answer.citations]
    assert len(starts) == 12 and starts == sorted(starts)


def test_each_video_s_part_begins_with_its_name(make_assistant: Maker, two_videos: FakeLibrary) -> None:
    by_time = answer_of(make_assistant(), "what happened at second 5?").text
    by_words = answer_of(make_assistant(), "what moved?").text
    for text in (by_time, by_words):
        starts = [part.split("**")[1] for part in text.split("\n\n") if part.startswith("**")]
        assert sorted(starts) == ["dock.mp4", "yard_2.mp4"]
    assert "**" not in answer_of(make_assistant(), "what moved?", video="yard_2.mp4").text
