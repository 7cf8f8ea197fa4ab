"""A no is about everything that was asked: counted in the database, with what comes nearest behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from assistant_fakes import BROKEN, DOCK, RED_FALLS, FakeLibrary, FakeVision, answer_of, record

from assistant.answer import Source
from assistant.answer_json import answer_json
from assistant.evidence import Kind, Line
from assistant.models.statements import Statement, grazes, without_repeats
from assistant.observer_words import denied_words
from assistant.session import Assistant
from indexer.library.records import VideoStatus
from indexer.timeline import Event, Span, Unseen

Maker = Callable[..., Assistant]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("did anything green cross", '"moved" "green"'),
        ("有没有绿色的东西经过", '"moved" "green"'),
        ("did the lights go out", '"went dark"|"got darker"'),
        ("did it get darker and did someone fall", ""),
        ("was there a dog", ""),
        ("was there a red and a blue thing moving", ""),
        ("does the sign say moved", ""),
    ],
)
def test_what_a_yes_would_have_to_say(words: str, wanted: str) -> None:
    """Several things at once would be several events, so nothing is denied of them."""
    assert denied_words(words) == wanted


def test_another_way_is_no_yes_and_is_told_as_the_nearest(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "did anything blue move from right to left?")
    assert [step.tool for step in answer.steps] == ["search_moments", "list_events"]
    assert answer.text.startswith('Nothing that was measured says "moved to the left"'), answer.text
    assert answer.text.index("What comes nearest") < answer.text.index("A blue region moved to the right")
    yes = answer_of(make_assistant(), "did anything blue move from left to right?")
    assert yes.text.startswith("A blue region moved to the right") and len(yes.steps) == 1


@pytest.mark.parametrize("question", ["有没有绿色的东西经过？", "did anything green move?"])
def test_no_other_colour_is_told_for_the_one_that_was_asked(make_assistant: Maker, question: str) -> None:
    answer = answer_of(make_assistant(), question)
    assert answer.text.startswith("Nothing was found for") and not answer.claims, answer.text
    assert "cannot be known" not in answer.text, "colours and movement are measured"


def test_a_video_of_which_nothing_is_known_stands_in_a_no_about_all(
    make_assistant: Maker, two_videos: FakeLibrary
) -> None:
    """It has no length, so no span of it can be named; it is named as a whole."""
    two_videos.records = [each for each in two_videos.records if each.video_id != BROKEN]
    two_videos.records.append(record(BROKEN, "text.mp4", 0.0, status=VideoStatus.FAILED, reason="is a text."))
    answer = answer_of(make_assistant(), "did anything green move?")
    assert "text.mp4: nothing was inspected (failed: is a text)" in answer.text
    assert answer.text.index("text.mp4") < answer.text.index("dock.mp4: 0:00"), "what lacks comes first"
    (entry,) = [each for each in answer_json(answer)["coverage"] if each["video"] == "text.mp4"]
    assert entry["inspected"] == [] and entry["reason"] == "failed: is a text."
    named = answer_of(make_assistant(), "did anything green move in dock.mp4?")
    assert "text.mp4" not in named.text


def test_of_many_videos_those_with_gaps_are_told_first_and_the_rest_is_counted(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    for number in range(8):
        library.records.append(record(f"{number}" * 16, f"v{number}.mp4", 10.0))
    library.unseen["7" * 16] = (Unseen(Span(2, 4), "damaged"),)
    text = answer_of(make_assistant(), "did anything green move?").text
    basis = text[text.index("What this rests on") :]
    assert basis.startswith("What this rests on. v7.mp4: 0:00–0:02, 0:04–0:10 in the index")
    assert basis.endswith("4 more videos inspected likewise.")


def test_an_event_of_the_index_is_not_told_where_nobody_could_look(
    make_assistant: Maker, library: FakeLibrary, vision: FakeVision
) -> None:
    gap = (Unseen(Span(4, 8), "damaged"),)
    library.unseen[DOCK], library.records[0] = gap, replace(library.records[0], unseen=gap)
    vision.events = []
    text = answer_of(make_assistant(), "what happened between 3 and 8 seconds?").text
    assert "red region" not in text and "Not inspected: 0:04–0:08 (damaged)" in text


def _statement(event: Event, cited: Span, source: Source = Source.INDEX) -> Statement:
    return Statement("a.mp4", Line(event.span, event.sentence(), Kind.EVENT), cited, source, False, 0)


def test_what_reaches_in_by_less_than_a_frame_is_not_told() -> None:
    into = _statement(RED_FALLS, Span(5.9, 6.0))
    assert grazes(into, [6.0, 6.1]) and not grazes(into, [5.95]) and not grazes(into, [])
    assert not grazes(_statement(RED_FALLS, Span(5, 6)), [7.0]), "it lies inside as a whole"
    light = Event(Span(5.9, 6.1), "the light", "rose suddenly")
    assert grazes(_statement(light, Span(6.0, 6.1)), [6.05]), "it came on before"
    assert not grazes(_statement(light, Span(5.9, 6.0)), [5.95])


def test_a_thing_that_goes_is_not_told_again_as_movement_in_place() -> None:
    gone = Event(Span(8.1, 8.3), "a red region", "was gone at the left", "about 1 %")
    trace = Event(Span(7.8, 8.3), "a red region", "moved in place at the left", "about 1 %")
    other = Event(Span(7.8, 8.3), "a blue region", "moved in place at the left", "about 1 %")
    told = [_statement(each, each.span) for each in (gone, trace, other)]
    left = {each.line.text.partition(" about")[0].rstrip(",;") for each in without_repeats(told)}
    assert left == {"a red region was gone at the left", "a blue region moved in place at the left"}
