"""How often, first, last, which, compare: the database counts, and the answer says what and by which rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from assistant_fakes import DOCK, YARD, FakeLibrary, ScriptedModel, answer_of, calls, record, tool_texts
from langchain_core.messages import AIMessage

from assistant.counting import Count, read_count
from assistant.session import Assistant
from indexer.timeline import Event, Span, Unseen

Maker = Callable[..., Assistant]

RIGHT = '"moved to the right"|"upwards and to the right"|"downwards and to the right"'
DARK = '"went dark"|"got darker"'


@pytest.mark.parametrize(
    ("question", "kind", "words"),
    [
        ("how often did something move from left to right?", Count.TIMES, RIGHT),
        ("how many times did the lights go out?", Count.TIMES, DARK),
        ("灯灭了几次?", Count.TIMES, DARK),
        ("有多少次从左往右移动?", Count.TIMES, RIGHT),
        ("when was the first time something came in?", Count.FIRST, '"came into the picture"|"appeared"'),
        ("when did something red last move?", Count.LAST, '"moved" "red"'),
        ("when did something first move, and when last?", Count.ENDS, '"moved"'),
        ("which video shows something falling?", Count.WHICH, '"downwards"'),
        ("list every time something left", Count.EACH, '"left the picture"|"was gone"'),
        ("how many times did the light come back on?", Count.TIMES, '"the light rose"'),
        ("which camera saw more movement?", Count.COMPARE, '"moved"'),
        ("how often did anything happen?", Count.TIMES, ""),
        ("how many events are there?", Count.TIMES, ""),
        ("how many cuts are there?", Count.TIMES, '"a cut"|"changed gradually"'),
    ],
)
def test_a_question_for_a_count_becomes_what_the_observer_would_say(
    question: str, kind: Count, words: str
) -> None:
    asked = read_count(question, measured=True)
    assert asked is not None and (asked.kind, asked.words) == (kind, words)


@pytest.mark.parametrize(
    "question",
    ["how many people are there?", "what happened next?", "what fell?", "有几个人", "what does the sign say?",
     "how often did it open?"],
)  # fmt: skip
def test_other_questions_are_not_counted(question: str) -> None:
    assert read_count(question, measured=True) is None


def test_a_model_s_index_is_counted_by_the_person_s_own_words() -> None:
    asked = read_count("how many times did a red car enter?", measured=False)
    assert asked is not None and asked.words == "red car enter"
    out = read_count("how many times did the lights go out?", measured=False)
    assert out is not None and out.words == "light out|off|dark|darkens", "a light that goes on is none"


def test_an_event_over_a_segment_s_border_counts_once(make_assistant: Maker) -> None:
    answer = answer_of(make_assistant(), "how often did something move from left to right?")
    assert [step.tool for step in answer.steps] == ["list_events"]
    assert answer.text.startswith("Once in dock.mp4.")
    assert [cited.span for cited in answer.citations] == [Span(9, 13)]
    assert "cut in two where one segment of the index ends" in answer.text


def test_first_last_and_the_number_are_told_with_their_footage(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    library.events[DOCK] = [Event(Span(at, at + 1), "a red region", "moved upwards") for at in (2, 14, 26)]
    assistant = make_assistant()
    assert answer_of(assistant, "how many times did something move upwards?").text.startswith(
        "3 times in dock.mp4, the first time (dock.mp4 0:02–0:03) and the last time (dock.mp4 0:26–0:27)."
    )
    for question, span in (("when was the first time something moved?", Span(2, 3)),
                           ("when did something last move?", Span(26, 27))):  # fmt: skip
        assert [cited.span for cited in answer_of(assistant, question).citations] == [span]
    assert "2 times" in answer_of(assistant, "how often did something move between 0:10 and 0:30?").text
    both = answer_of(assistant, "when did something first move, and when last?")
    assert [cited.span for cited in both.citations] == [Span(2, 3), Span(26, 27)]
    assert "The first time in dock.mp4" in both.text and "The last time in dock.mp4" in both.text


def test_which_video_and_how_many_in_each(make_assistant: Maker, two_videos: FakeLibrary) -> None:
    two_videos.events[YARD] += [Event(Span(6, 7), "a white region", "moved to the left")]
    answer = answer_of(make_assistant(), "which video shows something moving to the left?")
    assert answer.text.startswith(
        "2 times in all. yard_2.mp4: 2, from (yard_2.mp4 0:02–0:04) to (yard_2.mp4 0:06–0:07); dock.mp4: 0."
    )
    assert {cited.video for cited in answer.citations} == {"yard_2.mp4"}
    assert len(answer.steps) == 1, "one count over the whole library"


def test_two_videos_are_set_beside_each_other(make_assistant: Maker, two_videos: FakeLibrary) -> None:
    text = answer_of(make_assistant(), "compare dock.mp4 and yard_2.mp4").text
    dock, yard = text.index("**dock.mp4**"), text.index("**yard_2.mp4**")
    assert "events of any kind: 3, from (dock.mp4 0:05–0:06)" in text[dock:yard]
    assert 'events that say "the light": 1 (dock.mp4 0:18–0:20).' in text[dock:yard]
    assert "events of any kind: 1 (yard_2.mp4 0:02–0:04)." in text[yard:]


def test_none_is_told_with_what_was_searched_and_what_not(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    library.unseen[DOCK] = (Unseen(Span(14, 17), "damaged"),)
    text = answer_of(make_assistant(), "how often did something move upwards?").text
    assert "none was found in dock.mp4" in text
    assert "Searched in the index: dock.mp4 0:00–0:14, dock.mp4 0:17–0:30" in text
    assert "dock.mp4 0:14–0:17 (damaged)" in text


def test_what_a_thing_is_is_not_claimed_by_counting_it(make_assistant: Maker) -> None:
    text = answer_of(make_assistant(), "how often did a car move to the right?").text
    assert text.startswith('What "car" stands for cannot be known from measurements')
    assert 'Events that say "moved to the right" or' in text and "Once" not in text
    text = answer_of(make_assistant(), "how often did anyone come in?").text
    assert text.startswith("Whether that was a person or an animal cannot be known from measurements")
    text = answer_of(make_assistant(), "list every time something moved out of and into the picture").text
    assert "cannot be known" not in text, "no word of direction is a thing"
    text = answer_of(make_assistant(), "did a forklift cross?").text
    assert text.startswith('What "forklift" stands for cannot be known from measurements')


def test_where_a_model_s_index_says_it_in_other_words_the_nearest_is_told(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    library.vision_name = "qwen3-vl"
    library.events[DOCK] = [Event(Span(5, 6), "a man", "collapses", "beside the cart")]
    answer = answer_of(make_assistant(), "which video shows a man falling?")
    assert [step.tool for step in answer.steps][:2] == ["list_events", "search_moments"]
    assert "none was found" in answer.text and "collapses" in answer.text


def test_more_events_than_are_listed_are_all_counted(make_assistant: Maker, library: FakeLibrary) -> None:
    library.records = [record(DOCK, "dock.mp4", 300.0)]
    library.events[DOCK] = [
        Event(Span(at, at + 1), "a red region", "moved upwards") for at in range(1, 300, 4)
    ]
    answer = answer_of(make_assistant(), "how often did something move upwards?")
    assert answer.text.startswith("75 times in dock.mp4")
    assert "63 more are counted and not listed" in answer.text
    assert "(dock.mp4 4:57–4:58)" in answer.text, "the last time is told though it is not listed"


def test_a_language_model_is_given_the_count(make_assistant: Maker, two_videos: FakeLibrary) -> None:
    model = ScriptedModel(
        script=[
            calls(("list_events", {"words": "red|white moved"})),
            AIMessage("Twice: [[dock.mp4 0:05–0:06]] and [[yard_2.mp4 0:02–0:04]]."),
        ]
    )
    answer = answer_of(make_assistant(model), "how often did it move?")
    (told,) = tool_texts(model.heard[-1])
    assert told.startswith('2 events that say "red" or "white" and "moved", counted in the index')
    assert "dock.mp4: 1, first 0:05–0:06, last 0:05–0:06" in told
    assert [cited.video for cited in answer.citations] == ["dock.mp4", "yard_2.mp4"]
