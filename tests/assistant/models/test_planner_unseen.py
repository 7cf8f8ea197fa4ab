"""The offline planner says what was not found, not seen or cannot be known, and never calls that still."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from assistant_fakes import (
    DOCK,
    RED_FALLS,
    FakeLibrary,
    FakeVision,
    answer_of,
    record,
)

from assistant.answer import Source
from assistant.session import Assistant, Mode
from indexer.errors import DamagedVideo, VisionError
from indexer.library.records import VideoStatus
from indexer.timeline import Segment, Span, Unseen

Maker = Callable[..., Assistant]


def test_nothing_moved_is_said_with_what_was_inspected(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "what happened at second 15?")
    assert answer.text.startswith("Nothing moved between 0:15 and 0:16; 10 frames of it were looked at")
    (entry,) = answer.coverage
    assert (entry.video, entry.coverage.inspected) == ("dock.mp4", (Span(15, 16),))


def test_not_found_is_an_honest_no_with_what_was_searched(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "did anyone leave a suitcase?")
    assert "Nothing was found" in answer.text and "left the picture" in answer.text
    assert "dock.mp4 0:00–0:30" in answer.text
    assert not answer.citations


def test_a_time_past_the_end_is_said_with_the_length(make_assistant: Maker, library: FakeLibrary) -> None:
    answer = answer_of(make_assistant(), "what happened at second 99?")
    assert "past the end" in answer.text and "0:30" in answer.text
    assert not answer.steps and not library.decoded


def test_an_empty_library_says_how_to_fill_it(make_assistant: Maker, library: FakeLibrary) -> None:
    library.records.clear()
    assert "witness index" in answer_of(make_assistant(), "what happened at second 5?").text


@pytest.mark.parametrize("mode", [Mode.TIMELINE, Mode.CLASSIFY, Mode.SAFETY])
def test_judging_needs_a_model_that_judges(make_assistant: Maker, mode: Mode) -> None:
    answer = answer_of(make_assistant(), "what happened at second 5?", mode=mode)
    assert "needs a vision-language model" in answer.text
    assert "red region moved downwards" in answer.text


def test_a_look_that_fails_leaves_the_index_and_says_why(make_assistant: Maker, vision: FakeVision) -> None:
    vision.error = VisionError("the vision server is down; start it")
    answer = answer_of(make_assistant(), "what happened at second 5?")
    assert "red region" in answer.text and "the vision server is down" in answer.text
    assert answer.citations[0].source is Source.INDEX


def test_every_answer_says_that_no_language_model_spoke(make_assistant: Maker) -> None:
    for question in ("what happened at second 5?", "suitcase?", "what happens?"):
        assert "No language model is configured" in answer_of(make_assistant(), question).text


def test_a_queued_video_is_not_mistaken_for_an_empty_one(make_assistant: Maker, library: FakeLibrary) -> None:
    library.records = [record(DOCK, "dock.mp4", 30.0, status=VideoStatus.QUEUED)]
    assert "not indexed yet" in answer_of(make_assistant(), "what happens in dock.mp4?").text


def test_what_nobody_could_look_at_is_never_called_still(make_assistant: Maker, library: FakeLibrary) -> None:
    """A "nothing moved" that rests on no frame would be a lie."""
    library.unseen[DOCK] = (Unseen(Span(14, 17), "damaged"),)
    assistant = make_assistant()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "segments", lambda *_: [Segment(DOCK, 1, Span(10, 20), 0.0)])
        patch.setattr(library, "frames_in", _damaged)
        answer = answer_of(assistant, "what happened at second 15?")
    assert "Nothing moved" not in answer.text and "nobody could look" in answer.text
    assert "Not inspected: 0:15–0:16 (damaged)" in answer.text
    assert "the file is damaged there" in answer.text and "<data>" not in answer.text
    assert answer.coverage[0].coverage.inspected == ()


def _damaged(*_: object) -> None:
    raise DamagedVideo("the file is damaged there")


def test_a_no_names_what_was_not_searched(make_assistant: Maker, library: FakeLibrary) -> None:
    library.unseen[DOCK] = (Unseen(Span(14, 17), "damaged"),)
    assert "Not inspected: dock.mp4 0:14–0:17 (damaged)" in answer_of(make_assistant(), "suitcase?").text


def test_an_unknown_file_is_answered_with_near_names_and_nothing_else(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "what happened at second 5 of dok.mp4?")
    assert answer.text == "There is no video called 'dok.mp4'; known: dock.mp4."
    assert not answer.steps and not answer.citations


def test_a_search_that_finds_nothing_reports_no_unrelated_look(
    make_assistant: Maker, library: FakeLibrary, vision: FakeVision
) -> None:
    library.events[DOCK] = [RED_FALLS]
    library.texts[DOCK] = "The picture was bright (80 % of full light)."
    vision.events = [RED_FALLS]
    answer = answer_of(make_assistant(), "when did the lights go out?")
    assert answer.text.startswith("Nothing was found") and "red region" not in answer.text


def test_a_colour_that_nothing_has_is_not_found(make_assistant: Maker) -> None:
    assert answer_of(make_assistant(), "did a yellow thing move?").text.startswith("Nothing was found")
    text = answer_of(make_assistant(), "did a blue thing move?").text
    assert "blue region" in text and "red region" not in text


@pytest.mark.parametrize("question", ["who was it?", "how many people are there?", "is there a parrot?"])
def test_what_measurements_cannot_know_is_said_first_then_what_they_can(
    make_assistant: Maker, question: str
) -> None:
    text = answer_of(make_assistant(), question).text
    first, second, *_ = text.split("\n\n")
    assert "cannot be known from measurements" in first and "vision-language model" in first
    assert "red region" in second and "blue region" in second


def test_sound_is_never_examined(make_assistant: Maker) -> None:
    assert answer_of(make_assistant(), "was there a loud noise?").text.startswith("Sound is never examined.")


def test_a_model_s_index_is_not_said_to_hold_measurements(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    library.vision_name = "qwen3-vl"
    assert "measurements:" not in answer_of(make_assistant(), "is there a parrot?").text


def test_a_failed_step_is_told_without_the_error_s_class(make_assistant: Maker, vision: FakeVision) -> None:
    vision.error = VisionError("the vision server is down; start it")
    answer = answer_of(make_assistant(), "what happened at second 5?")
    assert "One step failed: the vision server is down; start it." in answer.text
    assert answer.steps[1].result == "the vision server is down; start it"


def test_where_the_file_ends_early_nobody_looks_again(make_assistant: Maker, library: FakeLibrary) -> None:
    gap = Unseen(Span(14, 30), "the file ends early")
    library.unseen[DOCK] = (gap,)
    library.records = [record(DOCK, "dock.mp4", 30.0, status=VideoStatus.PARTIAL, unseen=(gap,))]
    answer = answer_of(make_assistant(), "what happened at second 18?")
    assert [step.tool for step in answer.steps] == ["recall_span"]
    assert answer.text.startswith("Nothing is known of dock.mp4 0:18–0:19: nobody could look at it.")
    assert "the file ends early" in answer.text and "no movement" not in answer.text
    arguments = answer_of(make_assistant(), "what happened from 0:12 to 0:16?").steps[1].arguments
    assert (arguments["start_seconds"], arguments["end_seconds"]) == (12, 14)


def test_a_look_at_one_time_says_nothing_of_another_that_nobody_saw(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    gap = Unseen(Span(14, 30), "the file ends early")
    library.unseen[DOCK] = (gap,)
    library.records = [record(DOCK, "dock.mp4", 30.0, status=VideoStatus.PARTIAL, unseen=(gap,))]
    text = answer_of(make_assistant(), "what happened at second 5 and at second 18?").text
    assert "Nothing is known of dock.mp4 0:18–0:19: nobody could look at it." in text
    assert "no movement between 0:18" not in text and "0:05" in text


def test_only_what_was_inspected_counts_as_searched(make_assistant: Maker, library: FakeLibrary) -> None:
    library.unseen[DOCK] = (Unseen(Span(14, 30), "the file ends early"),)
    text = answer_of(make_assistant(), "suitcase?").text
    assert "Searched in the index: dock.mp4 0:00–0:14." in text
    assert "Not inspected: dock.mp4 0:14–0:30 (the file ends early)." in text


def test_a_safety_review_without_a_time_lists_what_was_measured(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "was there anything unsafe?", mode=Mode.SAFETY)
    assert "safety review takes judgement" in answer.text and "Nothing was found" not in answer.text
    assert "red region" in answer.text and "went dark" in answer.text


def test_a_follow_up_to_nothing_is_told_so(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "and what happened after that?")
    assert "no earlier answer in this conversation" in answer.text and not answer.steps
    assert "Nothing was found" not in answer.text
    with_words = answer_of(make_assistant(), "did anything blue move after that?").text
    assert "no earlier answer in this conversation" in with_words and "blue region" in with_words
