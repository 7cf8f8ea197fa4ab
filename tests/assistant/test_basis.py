"""A no says what it rests on; steps stay few; the explanation tells how an answer came about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from assistant_fakes import DOCK, FakeLibrary, FakeVision, ScriptedModel, answer_of, calls
from langchain_core.messages import AIMessage

from app.explanation import explain
from assistant.answer_json import answer_json
from assistant.basis import needs_basis
from assistant.session import Assistant
from indexer.timeline import Segment, Span, Unseen

Maker = Callable[..., Assistant]

LOOK = ("look_again", {"video": "dock.mp4", "start_seconds": 10, "end_seconds": 20, "question": "anyone?"})


@pytest.mark.parametrize(
    ("question", "text", "wanted"),
    [
        ("did anyone enter?", "No.", True), ("was there a fall?", "Nothing fits.", True),
        ("有人进来吗？", "没有", True),
        ("did anyone enter?", "Yes, a person.", False), ("what happened?", "Nothing.", False),
        ("can you show me second 5?", "Here.", False), ("发生了什么", "没有", False),
    ],
)  # fmt: skip
def test_a_question_that_can_be_denied_needs_a_basis(question: str, text: str, wanted: bool) -> None:
    assert needs_basis(question, text) is wanted


def test_a_no_names_spans_rate_who_looked_and_what_was_not_seen_and_why(
    make_assistant: Maker, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.unseen[DOCK] = (Unseen(Span(12, 14), "damaged"),)
    made = library.segments(DOCK)
    monkeypatch.setattr(library, "segments", lambda *_: [*made[:2], replace(made[2], still=True)])
    text = answer_of(make_assistant(), "did anyone enter between 0:11 and 0:29?").text
    assert not text.lower().startswith(("yes", "no"))
    first, basis = text.split("\n\n")[0], text.split("\n\n")[-1]
    assert first.startswith("Whether that was a person or an animal cannot be known from measurements")
    assert 'Nothing that was measured there says "came into the picture" or "appeared".' in text
    assert "0:11–0:12, 0:14–0:29 in the index of observer-1, written from at most 4 frames a second" in basis
    assert "0:11–0:29 looked at again by observer-1, 40 frames, 2.2 a second" in basis


def test_what_stays_unseen_and_still_stands_in_the_no(
    make_assistant: Maker, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.unseen[DOCK] = (Unseen(Span(12, 14), "damaged"),)
    still = Segment(DOCK, 2, Span(20, 30), 0.0, caption=library.segments(DOCK)[2].caption, still=True)
    monkeypatch.setattr(library, "segments", lambda *_: [still])
    model = ScriptedModel(script=[calls(("search_moments", {"query": "green"})), AIMessage("No.")])
    text = answer_of(make_assistant(model), "did anything green move?").text
    basis = text.split("\n\n")[-1]
    assert "0:20–0:30 still, so only a few of its frames were looked at" in basis
    assert "not inspected: 0:12–0:14 (damaged)" in basis


def test_a_language_model_s_no_gets_its_basis_from_the_code(make_assistant: Maker) -> None:
    model = ScriptedModel(script=[calls(LOOK), AIMessage("No, nobody entered [[dock.mp4 0:10–0:20]].")])
    text = answer_of(make_assistant(model), "did anyone enter?").text
    assert "looked at again by observer-1, 40 frames, 4 a second" in text


def test_the_common_question_takes_one_look_up_and_one_look(
    make_assistant: Maker, vision: FakeVision
) -> None:
    for question in ("what happened at second 5?", "what moved between 0:05 and 0:08 in dock.mp4?"):
        vision.looks.clear()
        answer = answer_of(make_assistant(), question)
        assert [step.tool for step in answer.steps] == ["recall_span", "look_again"]
        assert len(vision.looks) == 1


def test_plan_ranks_and_looks_are_explained(make_assistant: Maker) -> None:
    by_time = answer_of(make_assistant(), "what happened at second 5?")
    told = "\n".join(explain(by_time))
    assert "times: second 5" in told and "0:05–0:06 (5–6 s)" in told
    assert "why: the question names this time" in told
    assert "looked: dock.mp4 0:05–0:06 (0:01 long), 10 frames, 10 a second, by observer-1" in told
    assert "cited: A red region moved downwards" in told
    by_words = answer_of(make_assistant(), "when did the lights go out?")
    assert "found 1: dock.mp4 0:10–0:20, ranks: " in "\n".join(explain(by_words))
    (step,) = answer_json(by_words, explain=True)["steps"]
    assert step["why"].startswith("the question names no time")
    assert "words 1" in step["retrieved"][0]["ranks"] and "dense" in step["retrieved"][0]["ranks"]
    (look,) = answer_json(by_time, explain=True)["steps"][1]["looks"]
    assert (look["frames"], look["frames_per_second"], look["model"]) == (10, 10.0, "observer-1")
    assert "why" not in answer_json(by_time)["steps"][0], "only where it is asked for"


def test_a_language_model_s_own_reason_is_told(make_assistant: Maker) -> None:
    def line(messages: list) -> AIMessage:
        return calls(LOOK)(messages).model_copy(update={"content": "I check the middle."})

    answer = answer_of(make_assistant(ScriptedModel(script=[line, AIMessage("Done.")])), "what?")
    assert answer.steps[0].why == "I check the middle."
