"""Statements are asked once more of their own frames; what does not stand is marked, and noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from assistant_fakes import (
    DOCK,
    FakeLibrary,
    FakeVision,
    ScriptedModel,
    answer_of,
    calls,
    events_of,
    tool_texts,
)
from langchain_core.messages import AIMessage

from assistant.answer import Answer, Verdict
from assistant.claims import find_statements
from assistant.events import StepFinished, StepStarted
from assistant.session import Assistant
from indexer.errors import VisionError
from indexer.library.notes import PERSON, SECOND_LOOK
from indexer.timeline import Span, Unseen
from indexer.vision.model import Look

Maker = Callable[..., Assistant]

RECALL = ("recall_span", {"video": "dock.mp4", "start_seconds": 0, "end_seconds": 30})
FALL = "A red region moved downwards [[dock.mp4 0:05–0:06]]."
CART = "A blue region moved to the right [[dock.mp4 0:09–0:13]]."
DARK = "The light dropped [[dock.mp4 0:18–0:20]]."


class Judge(FakeVision):
    """Says yes or no to each statement as a test wishes, and answers other looks with set words."""

    def __init__(self, *verdicts: tuple[str, str]) -> None:
        super().__init__(judges=True, name="judge-1", words="I see a dock.")
        self.verdicts = verdicts

    def look(self, requests: Sequence[Look]) -> list[str]:
        super().look(requests)
        return [self._reply(request.prompt) for request in requests]

    def _reply(self, prompt: str) -> str:
        if "Begin with one of these" not in prompt:
            return self.words
        return next((reply for words, reply in self.verdicts if words in prompt), "cannot tell. Too dark.")


@pytest.fixture
def ask(library: FakeLibrary, make_assistant: Maker) -> Callable[..., Answer]:
    """Ask a scripted language model that recalls the whole dock and then writes ``text``."""

    def asked(judge: FakeVision, text: str, **settings: Any) -> Answer:
        model = ScriptedModel(script=[calls(RECALL), AIMessage(text)])
        assistant = make_assistant(model, **settings)
        assistant._vision = judge
        object.__setattr__(assistant._context, "vision", judge)
        return answer_of(assistant, "what happened?")

    return asked


def test_each_statement_is_asked_of_its_own_frames_alone(
    ask: Callable[..., Answer], library: FakeLibrary
) -> None:
    judge = Judge(("downwards", "Yes, it drops."), ("blue", "yes."))
    answer = ask(judge, f"{FALL} {CART}")
    assert [(claim.text, claim.verdict) for claim in answer.claims] == [
        ("A red region moved downwards.", Verdict.CONFIRMED),
        ("A blue region moved to the right.", Verdict.CONFIRMED),
    ]
    assert [look.span for look in judge.looks] == [Span(5, 6), Span(9, 13)]
    assert all(look.span.contains(frame.pts_seconds) for look in judge.looks for frame in look.frames)
    assert "[" not in answer.text and library.noted == []
    assert answer.steps[-1].tool == "second_look" and answer.steps[-1].result == "2 confirmed"


def test_the_judge_is_told_what_of_a_stretch_could_not_be_seen(
    ask: Callable[..., Answer], library: FakeLibrary
) -> None:
    library.records = [replace(library.records[0], unseen=(Unseen(Span(10, 11), "damaged"),))]
    judge = Judge()
    ask(judge, f"{FALL} {CART}")
    fall, cart = (look.prompt for look in judge.looks)
    assert "9–13 s (10–11 s of it could not be seen" in cart
    assert "could not be seen" not in fall


def test_what_the_frames_do_not_show_is_marked_and_noted_and_the_caption_stays(
    ask: Callable[..., Answer], library: FakeLibrary
) -> None:
    answer = ask(
        Judge(("downwards", "no. Nothing [[falls]] there."), ("light", "Cannot tell: dark.")),
        f"{FALL} {DARK}",
    )
    assert answer.text.startswith(
        "A red region moved downwards (dock.mp4 0:05–0:06). [not confirmed on a second look: "
        "Nothing (falls) there; the index says otherwise, which is noted on 0:05–0:06] The light dropped"
    )
    assert [claim.verdict for claim in answer.claims] == [Verdict.REFUSED, Verdict.UNCERTAIN]
    (note,) = library.noted
    assert (note.video_id, note.span, note.author) == (DOCK, Span(5, 6), SECOND_LOOK)
    assert "A red region moved downwards" in note.text and "Nothing (falls) there" in note.text
    assert "red region" in library.segments(DOCK)[0].caption.text()  # type: ignore[union-attr]
    ask(Judge(("downwards", "no. Still nothing.")), FALL)
    assert len(library.noted) == 1, "one note for one stretch"


def test_what_the_index_says_beside_a_look_is_noted_on_it(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    """Both cite the same seconds and read alike; a note belongs to what the index told."""
    judge = Judge(("red region", "No. Nothing falls."))
    assistant = make_assistant()
    assistant._vision = judge
    object.__setattr__(assistant._context, "vision", judge)
    answer = answer_of(assistant, "what happened at second 5?")
    assert "The index says: a red region" in answer.text
    assert (
        "[not confirmed on a second look: Nothing falls; the index says otherwise, which is noted"
        in answer.text
    )
    assert [note.span for note in library.noted] == [Span(5, 6)]


def test_what_the_model_invented_is_no_fault_of_the_index(
    ask: Callable[..., Answer], library: FakeLibrary
) -> None:
    answer = ask(Judge(("elephant", "No.")), "An elephant danced happily [[dock.mp4 0:05–0:06]].")
    assert "[not confirmed on a second look]" in answer.text
    assert library.noted == []


def test_the_next_question_finds_the_note(make_assistant: Maker, library: FakeLibrary) -> None:
    library.add_note(DOCK, Span(5, 6), "that was a test, not a fall", PERSON)
    for question in (
        "what happened at second 5?",
        "what moved downwards?",
        "how often did something move downwards?",
    ):
        assert 'noted by a person: "that was a test, not a fall"' in answer_of(
            make_assistant(), question
        ).text.replace("Noted", "noted"), question
    assert "noted" not in answer_of(make_assistant(), "what happened at second 15?").text.lower()
    model = ScriptedModel(script=[calls(RECALL), AIMessage("Done.")])
    answer_of(make_assistant(model), "what happened?")
    (told,) = tool_texts(model.heard[-1])
    assert "0:05–0:06 noted by a person" in told and "trust the note more" in told


def test_statements_without_footage_are_marked(ask: Callable[..., Answer]) -> None:
    search = "I looked at 0:00–0:30. Nothing else was found. It is not visible who it was."
    text = f"{FALL} Two men then ran away.\n\n{search}"
    answer = ask(Judge(("downwards", "yes")), text)
    assert "Two men then ran away. [no footage is cited for this]" in answer.text
    assert answer.text.count("[") == 1, "what is said about the search is no claim"
    assert [claim.verdict for claim in answer.claims] == [Verdict.CONFIRMED, Verdict.UNCITED]


def test_an_answer_in_short_rests_on_the_sentence_that_cites(ask: Callable[..., Answer]) -> None:
    text = f"## What moved\n\n**dock.mp4**\n\nYes, a red region moved. {FALL}"
    answer = ask(Judge(("downwards", "yes")), text)
    assert "[" not in answer.text, "neither titles nor the answer in short are marked"
    assert [claim.verdict for claim in answer.claims] == [Verdict.CONFIRMED, Verdict.CONFIRMED]
    refused = ask(Judge(("downwards", "no")), text)
    assert refused.text.count("[not confirmed on a second look") == 2


def test_a_measuring_model_judges_nothing_and_the_citation_check_stands(ask: Callable[..., Answer]) -> None:
    measuring = FakeVision()
    answer = ask(measuring, FALL)
    assert measuring.looks == [] and [claim.verdict for claim in answer.claims] == [Verdict.CITED]
    assert [step.tool for step in answer.steps] == ["recall_span"]


def test_second_looks_stay_within_the_limit_on_tool_calls(ask: Callable[..., Answer]) -> None:
    judge = Judge(("", "yes"))
    answer = ask(judge, f"{FALL} {CART} {DARK}", max_tool_calls=2)
    assert len(judge.looks) == 1, "one call was spent on the index, one is left"
    assert [claim.verdict for claim in answer.claims] == [Verdict.CONFIRMED, Verdict.CITED, Verdict.CITED]
    assert "limit" in answer.claims[1].reason
    many = " ".join(FALL.replace("red", colour) for colour in "abcdefghij")
    patient = Judge(("", "yes"))
    assert len(ask(patient, many).claims) == 10
    assert len(patient.looks) == 6


def test_a_look_that_fails_leaves_the_answer(ask: Callable[..., Answer]) -> None:
    judge = Judge()
    judge.error = VisionError("the vision server is down")
    (claim,) = ask(judge, FALL).claims
    assert claim.verdict is Verdict.CITED and "the vision server is down" in claim.reason


def test_the_step_is_told_as_it_happens(make_assistant: Maker, vision: FakeVision) -> None:
    vision.judges, vision.words = True, "yes"
    model = ScriptedModel(script=[calls(RECALL), AIMessage(FALL)])
    kinds = [(type(each), getattr(each, "tool", "")) for each in events_of(make_assistant(model), "what?")]
    assert kinds.index((StepStarted, "second_look")) == len(kinds) - 3
    assert kinds[-2][0] is StepFinished


def test_the_words_of_a_look_are_not_asked_twice(
    make_assistant: Maker, library: FakeLibrary, vision: FakeVision
) -> None:
    library.vision_name = vision.name = "qwen3-vl"
    vision.judges, vision.words = True, "A box slips from the shelf."
    answer = answer_of(make_assistant(), "what happened at second 5?")
    own = [claim for claim in answer.claims if "box" in claim.text]
    assert [claim.verdict for claim in own] == [Verdict.CONFIRMED]
    assert sum("A box slips" in look.prompt for look in vision.looks) == 0


def test_a_text_is_taken_apart_into_sentences() -> None:
    text = "It moved at 0:05.5 in a.mp4.\n- One thing: 1.5 m.\n2) 红色箱子倒下。然后呢？ Done! Really"
    found = find_statements(text, ())
    assert [each.text for each in found] == [
        "It moved at 0:05.5 in a.mp4.", "One thing: 1.5 m.", "红色箱子倒下。", "然后呢？", "Done!", "Really",
    ]  # fmt: skip
    assert [text[: each.end][-1] for each in found] == [".", ".", "。", "？", "!", "y"]
