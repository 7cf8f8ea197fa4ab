"""What the tools tell the model, and what they hand to the code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from assistant_fakes import DOCK, FakeLibrary, FakeVision, ScriptedModel, answer_of, calls, tool_texts
from langchain_core.messages import AIMessage

from assistant.session import Assistant, Mode
from assistant.tools.recalling import MAX_SEGMENTS
from indexer.timeline import Frame, Span, Unseen

Maker = Callable[..., Assistant]


def told(make_assistant: Maker, tool: str, arguments: dict[str, Any], **asked: Any) -> str:
    """Have a scripted model use one tool, and return what it was told."""
    model = ScriptedModel(script=[calls((tool, arguments)), AIMessage("Done.")])
    answer_of(make_assistant(model), "?what", **asked)
    (text,) = tool_texts(model.heard[-1])
    return text


def span(start: float, end: float) -> dict[str, Any]:
    return {"video": "dock.mp4", "start_seconds": start, "end_seconds": end}


def test_list_videos_tells_length_status_and_reason(make_assistant: Maker, two_videos: FakeLibrary) -> None:
    text = told(make_assistant, "list_videos", {})
    assert "dock.mp4, 0:30, ready" in text
    assert "broken.mp4, 0:08, failed (no frame can be decoded)" in text


def test_list_videos_tells_only_the_one_that_the_person_chose(
    make_assistant: Maker, two_videos: FakeLibrary
) -> None:
    assert "yard" not in told(make_assistant, "list_videos", {}, video="dock.mp4")


def test_recall_tells_events_of_the_span_and_what_was_not_inspected(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    library.unseen[DOCK] = (Unseen(Span(7, 8), "damaged"),)
    text = told(make_assistant, "recall_span", span(4, 9))
    assert "0:05–0:06 a red region moved downwards" in text
    assert "blue" not in text, "the cart of 0:09 is outside of the span"
    assert "Not inspected by the index: 0:07–0:08 (damaged)" in text


def test_recall_of_a_long_span_lists_the_most_active_segments(
    make_assistant: Maker, library: FakeLibrary
) -> None:
    library.records[0] = library.records[0].__class__(
        DOCK, "dock.mp4", library.records[0].path, library.records[0].status, duration_seconds=3600.0
    )
    text = told(make_assistant, "recall_span", span(0, 3600))
    assert f"the {MAX_SEGMENTS} most active of 360 segments" in text
    assert "red region" in text


def test_search_is_narrowed_to_the_person_s_video(make_assistant: Maker, two_videos: FakeLibrary) -> None:
    assert "yard_2.mp4" in told(make_assistant, "search_moments", {"query": "moved"})
    assert "yard_2.mp4" not in told(make_assistant, "search_moments", {"query": "moved"}, video="dock.mp4")


def test_a_look_tells_its_density_and_warns_when_it_is_thin(
    make_assistant: Maker, vision: FakeVision
) -> None:
    assert "10 frames, 10 per second" in told(make_assistant, "look_again", {**span(5, 6), "question": "?"})
    vision.look_budget = vision.look_budget.__class__(10, 10.0, 448)
    thin = told(make_assistant, "look_again", {**span(0, 30), "question": "?"})
    assert "10 frames, 0.33 per second" in thin and "may be missed" in thin


def test_of_a_look_that_was_thinned_the_answer_tells_the_rate_that_was_really_seen(
    make_assistant: Maker, vision: FakeVision, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_fourth: Callable[..., tuple[Frame, ...]] = lambda _, request: request.frames[::4]  # noqa: E731
    monkeypatch.setattr(FakeVision, "frames_shown", every_fourth, raising=False)
    look = ("look_again", {**span(5, 6), "question": "?"})
    model = ScriptedModel(script=[calls(look), AIMessage("It fell [[dock.mp4 0:05–0:06]].")])
    answer = answer_of(make_assistant(model), "?what")
    (request,) = vision.looks
    assert len([frame for frame in request.frames if 5 <= frame.pts_seconds < 6]) == 10
    (text,) = tool_texts(model.heard[-1])
    assert "3 frames, 3 per second" in text
    ((looked,),) = [entry.looks for entry in answer.coverage]
    assert (looked.frames, looked.frames_per_second) == (3, 3.0)
    seconds = {frame.pts_seconds for frame in request.frames[::4]}
    assert set(answer.citations[0].frame_seconds) <= seconds, "a frame that was not shown is no evidence"


def test_a_look_past_the_end_is_cut_there(make_assistant: Maker, vision: FakeVision) -> None:
    told(make_assistant, "look_again", {**span(29, 40), "question": "?"})
    assert [(look.told, look.span.end_seconds) for look in vision.looks] == [(Span(29, 30), 30)]


def test_what_measures_is_shown_the_surroundings_and_tells_of_the_stretch_alone(
    make_assistant: Maker, vision: FakeVision, library: FakeLibrary
) -> None:
    """A slow thing hardly leaves its place within a second; with what is around it, it is named rightly."""
    asked = {**span(10, 11), "question": "?"}
    text = told(make_assistant, "look_again", asked)
    (look,) = vision.looks
    assert (look.span, look.told) == (Span(8.5, 12.5), Span(10, 11)), "as much as does not thin its frames"
    assert "10 frames, 10 per second" in text
    assert "0:09–0:12.5 a blue region" in text and "red" not in text
    vision.looks.clear()
    told(make_assistant, "look_again", {**span(0, 10), "question": "?"})
    assert [(each.span, each.told) for each in vision.looks] == [(Span(0, 10), None)], "a long one as it is"
    vision.looks.clear()
    vision.judges, vision.words = True, "A cart."
    told(make_assistant, "look_again", asked)
    assert vision.looks[0].span == Span(10, 11), "a model that judges is shown what it is asked about"
    assert library.decoded[-1] == (DOCK, Span(10, 11))


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (Mode.ANSWER, "Question: who waves?"),
        (Mode.TIMELINE, "second-by-second timeline"),
        (Mode.CLASSIFY, "- juggling"),
        (Mode.SAFETY, "left behind"),
    ],
)
def test_a_look_uses_the_prompt_of_the_mode(
    make_assistant: Maker, vision: FakeVision, mode: Mode, words: str
) -> None:
    told(
        make_assistant,
        "look_again",
        {**span(5, 6), "question": "who waves?"},
        mode=mode,
        actions=["juggling"],
    )
    assert words in vision.looks[0].prompt
    assert "5–6 s" in vision.looks[0].prompt


def test_the_language_reaches_the_look_and_the_agent(make_assistant: Maker, vision: FakeVision) -> None:
    look = ("look_again", {**span(5, 6), "question": "箱子掉下来了吗?"})
    model = ScriptedModel(script=[calls(look), AIMessage("一个红色箱子掉了下来 [[dock.mp4 0:05–0:06]]。")])
    answer = answer_of(make_assistant(model, language="Chinese"), "第5秒发生了什么?")
    (asked,) = vision.looks
    assert "Write in Chinese" in asked.prompt
    assert "Question: 箱子掉下来了吗?" in asked.prompt
    assert "Chinese" in model.heard[0][0].text, "the agent's own prompt"
    assert answer.text == "一个红色箱子掉了下来 (dock.mp4 0:05–0:06)。"
    assert [cited.span for cited in answer.citations] == [Span(5, 6)]


def test_wrong_arguments_are_told_to_the_model(make_assistant: Maker) -> None:
    text = told(make_assistant, "recall_span", {"video": "dock.mp4", "start_seconds": -3, "end_seconds": 1})
    assert "start_seconds" in text


def test_a_look_beside_what_cannot_be_decoded_keeps_away_from_it(
    make_assistant: Maker, vision: FakeVision, library: FakeLibrary
) -> None:
    """No frame is displayed there, so a look that reached into it would fail."""
    gaps = (Unseen(Span(8, 9.5), "damaged"), Unseen(Span(11, 30), "the file ends early"))
    library.records = [replace(library.records[0], unseen=gaps)]
    told(make_assistant, "look_again", {**span(10, 11), "question": "?"})
    assert [(each.span, each.told) for each in vision.looks] == [(Span(9.5, 11), Span(10, 11))]


def test_nothing_is_measured_from_before_what_was_not_seen_to_behind_it(
    make_assistant: Maker, vision: FakeVision, library: FakeLibrary
) -> None:
    """A single bad frame is no more than lies between two pictures anyway."""
    gaps = (Unseen(Span(4, 6), "damaged"), Unseen(Span(8, 8.04), "damaged"))
    library.records = [replace(library.records[0], unseen=gaps)]
    text = told(make_assistant, "look_again", {**span(0, 20), "question": "?"})
    assert [each.span for each in vision.looks] == [Span(0, 4), Span(6, 20)]
    assert "Looked again at 0:00–0:04" in text and "Looked again at 0:06–0:20" in text
    frames = sum(len(each.frames) for each in vision.looks)
    assert frames <= vision.look_budget.max_frames + 1, "the parts share the frames of one look"


def test_a_model_that_judges_is_told_what_of_a_stretch_could_not_be_seen(
    make_assistant: Maker, vision: FakeVision, library: FakeLibrary
) -> None:
    library.records = [replace(library.records[0], unseen=(Unseen(Span(4, 6), "damaged"),))]
    vision.judges, vision.words = True, "A cart."
    told(make_assistant, "look_again", {**span(0, 20), "question": "?"})
    (asked,) = vision.looks
    assert "0–20 s (4–6 s of it could not be seen" in asked.prompt


def test_a_look_at_what_was_not_seen_says_so_and_judges_no_frame_from_before_it(
    make_assistant: Maker, vision: FakeVision, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.records = [replace(library.records[0], unseen=(Unseen(Span(4, 6), "damaged"),))]
    monkeypatch.setattr(library, "frames_in", lambda *_: [Frame(3.96, np.zeros((9, 16, 3), np.uint8))])
    text = told(make_assistant, "look_again", {**span(4.5, 5.5), "question": "?"})
    assert "Nothing of 0:04.5–0:05.5 could be seen" in text and not vision.looks
