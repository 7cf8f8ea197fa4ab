"""Questions go on from the answer before, offline too; without one they say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from assistant_fakes import DOCK, YARD, FakeLibrary, ScriptedModel, answer_of
from langchain_core.messages import AIMessage

from assistant.answer import Answer
from assistant.follow_up import Reference, follow_up
from assistant.scope import read_question
from assistant.session import Assistant
from indexer.clock.start import RecordingStart, StartSource
from indexer.timeline import Span

Maker = Callable[..., Assistant]


def spans(answer: Answer) -> list[Span]:
    return [each.span for each in answer.asked]


@pytest.mark.parametrize(
    ("question", "span"),
    [
        ("and then?", Span(6, 16)), ("what happened next?", Span(6, 16)), ("然后呢？", Span(6, 16)),
        ("what happened after that?", Span(6, 16)), ("what happened before that?", Span(0, 5)),
        ("show me ten seconds later", Span(15, 16)), ("10 seconds later?", Span(15, 16)),
        ("10秒后呢", Span(15, 16)),
        ("show me 3 seconds earlier", Span(2, 3)), ("what was 2 seconds before that?", Span(3, 4)),
        ("show me that again", Span(5, 6)), ("what else moved at that moment?", Span(5, 6)),
    ],
)  # fmt: skip
def test_a_stretch_is_counted_from_the_one_before(make_assistant: Maker, question: str, span: Span) -> None:
    assistant = make_assistant()
    answer_of(assistant, "what happened at second 5?", conversation_id="one")
    answer = answer_of(assistant, question, conversation_id="one")
    assert spans(answer) == [span]
    assert [(step.arguments["start_seconds"], step.arguments["end_seconds"]) for step in answer.steps] == [
        (span.start_seconds, span.end_seconds)
    ] * 2
    assert answer.text.startswith("Read as ") and "dock.mp4" in answer.text


def test_what_was_found_by_words_can_be_gone_on_from(make_assistant: Maker) -> None:
    assistant = make_assistant()
    found = answer_of(assistant, "when did the lights go out?", conversation_id="one")
    assert [cited.span for cited in found.citations] == [Span(18, 20)]
    then = answer_of(assistant, "and then?", conversation_id="one")
    assert spans(then) == [Span(20, 30)]
    past = answer_of(assistant, "and then?", conversation_id="one")
    assert "lies past its end: dock.mp4 is 0:30 long" in past.text and not past.steps


def test_words_and_a_follow_up_together(make_assistant: Maker) -> None:
    assistant = make_assistant()
    answer_of(assistant, "what happened at second 5?", conversation_id="one")
    answer = answer_of(assistant, "did anything blue move after that?", conversation_id="one")
    assert spans(answer) == [Span(6, 16)] and "blue region" in answer.text


def test_a_question_with_a_time_of_its_own_stands_alone(make_assistant: Maker) -> None:
    assistant = make_assistant()
    answer_of(assistant, "what happened at second 5?", conversation_id="one")
    for question in ("what happened at second 15?", "and then at second 15?"):
        assert spans(answer_of(assistant, question, conversation_id="one")) == [Span(15, 16)]


def test_a_conversation_goes_on_after_a_restart_and_others_do_not_mix(
    make_assistant: Maker, tmp_path: Path
) -> None:
    path = tmp_path / "conversations.sqlite"
    first = make_assistant(path=path)
    answer_of(first, "what happened at second 5?", conversation_id="one")
    first.close()
    second = make_assistant(path=path)
    assert "no earlier answer" in answer_of(second, "and then?", conversation_id="two").text
    assert spans(answer_of(second, "and then?", conversation_id="one")) == [Span(6, 16)]


def test_the_other_video_without_clocks_shows_the_same_seconds_and_says_so(
    make_assistant: Maker, two_videos: FakeLibrary
) -> None:
    assistant = make_assistant()
    answer_of(assistant, "what happened at second 3 of dock.mp4?", conversation_id="one")
    answer = answer_of(assistant, "and in the other camera?", conversation_id="one")
    assert [(each.video_id, each.span) for each in answer.asked] == [(YARD, Span(3, 4))]
    assert "it is not known when they were recorded" in answer.text


def test_the_other_camera_is_lined_up_by_the_wall_clock(
    make_assistant: Maker, two_videos: FakeLibrary
) -> None:
    for number, seconds in ((0, 10), (1, 13)):
        moment = datetime(2026, 3, 1, 14, 0, seconds, tzinfo=UTC)
        two_videos.records[number] = replace(
            two_videos.records[number], start=RecordingStart(moment, StartSource.GIVEN)
        )
    assistant = make_assistant()
    answer_of(assistant, "what happened at second 5 of dock.mp4?", conversation_id="one")
    answer = answer_of(assistant, "in the other camera?", conversation_id="one")
    assert [(each.video_id, each.span) for each in answer.asked] == [(YARD, Span(2, 3))]


def test_a_question_by_words_is_asked_of_the_other_video(
    make_assistant: Maker, two_videos: FakeLibrary
) -> None:
    assistant = make_assistant()
    answer_of(assistant, "what moved in dock.mp4?", conversation_id="one")
    answer = answer_of(assistant, "and in the other video?", conversation_id="one")
    assert "white region" in answer.text and {cited.video for cited in answer.citations} == {"yard_2.mp4"}


def test_a_language_model_is_told_the_stretch(make_assistant: Maker) -> None:
    model = ScriptedModel(script=[AIMessage("Hello.")])
    assistant = make_assistant(model)
    answer_of(make_assistant(), "nothing", conversation_id="one")
    assistant.history.add("one", answer_of(make_assistant(), "what happened at second 5?"))
    answer_of(assistant, "and then?", conversation_id="one")
    system, question = model.heard[0][0].text, model.heard[0][-1].text
    assert "dock.mp4: 0:06–0:16 (6–16 s)" in system and question == "and then?"


def test_a_video_that_is_gone_is_not_gone_on_from(library: FakeLibrary) -> None:
    gone = Reference("what?", "f" * 16, Span(1, 2), True)
    assert follow_up(library, "and then?", gone) is None  # type: ignore[arg-type]
    there = follow_up(library, "and then?", Reference("what?", DOCK, Span(1, 2), True))  # type: ignore[arg-type]
    assert there is not None
    assert read_question(library, there.question).videos[0].spans == (Span(2, 12),)  # type: ignore[arg-type]
