"""The demo clip through the whole command line: its truth is asked, and must be answered."""

import json
import re
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from app.demo.truth import load_truth
from assistant.turn import Mode

TRUTH = load_truth()


def test_the_demo_asks_three_questions_and_answers_them(demo_library):
    shown = " ".join((demo_library.parent / "demo-output.txt").read_text().split())
    assert "what happened at second 5?" in shown
    assert "red region moved downwards" in shown
    assert TRUTH.sign in shown
    assert "No language model is configured" in shown


def test_the_json_of_the_command_line_is_one_object(witness, demo_library):
    done = witness("ask", "what happened at second 5?", "--json", "--library", demo_library)
    assert set(json.loads(done.stdout)) == {
        "question",
        "answer",
        "citations",
        "claims",
        "coverage",
        "steps",
        "models",
    }


def test_second_five_is_the_red_thing_with_frames_of_second_five(ask_json):
    answer = ask_json("what happened at second 5?")
    assert "red" in answer["answer"]
    assert "downwards" in answer["answer"]
    assert "left" in answer["answer"], "where it was"
    assert "blue" not in answer["answer"], "the cart comes later"
    looked = [citation for citation in answer["citations"] if citation["source"] == "look"]
    assert looked
    for citation in answer["citations"]:
        assert 5 <= citation["start_seconds"] < citation["end_seconds"] <= 6
        assert citation["frame_seconds"]
        assert all(5 <= seconds < 6 for seconds in citation["frame_seconds"])
    assert answer["coverage"][0]["inspected"] == [{"start_seconds": 5.0, "end_seconds": 6.0}]
    (look,) = answer["coverage"][0]["looks"]
    assert (look["start_seconds"], look["end_seconds"], look["frames"]) == (5.0, 6.0, 25)
    assert look["frames_per_second"] == 25.0
    assert [step["tool"] for step in answer["steps"]] == ["recall_span", "look_again"]
    assert answer["models"] == {"chat": "offline-planner", "vision": "observer-1", "embedding": "lexical-1"}


@pytest.mark.parametrize("question", ["when did the lights go out?", "when was it dark?"])
def test_when_the_lights_went_out(ask_json, question):
    lights = TRUTH.event("lights").span
    answer = ask_json(question)
    spans = [(citation["start_seconds"], citation["end_seconds"]) for citation in answer["citations"]]
    assert any(
        abs(start - lights.start_seconds) < 0.2 and abs(end - lights.end_seconds) < 0.2
        for start, end in spans
    ), spans


def test_what_the_sign_says(ask_json):
    assert TRUTH.sign in ask_json("what does the sign say?")["answer"]


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("what happened at second 15?", 15, 16),
        ("第15秒发生了什么？", 15, 16),
        ("what happened from 0:21 to 0:24?", 21, 24),
    ],
)
def test_where_nothing_moved_it_says_so_with_what_was_inspected(ask_json, question, start, end):
    answer = ask_json(question)
    assert re.search(r"Nothing moved .* larger than [\d.]+ % of the picture", answer["answer"])
    assert not re.search(r"\b(red|blue)\b", answer["answer"])
    assert answer["coverage"][0]["inspected"] == [{"start_seconds": start, "end_seconds": end}]


def test_the_blue_cart_is_found_by_words(ask_json):
    cart = TRUTH.event("blue cart").span
    answer = ask_json("when did something blue move to the right?")
    assert any(
        cart.start_seconds - 0.2 <= citation["start_seconds"]
        and citation["end_seconds"] <= cart.end_seconds + 0.2
        for citation in answer["citations"]
    )


def test_a_time_past_the_end_is_said_so(ask_json):
    answer = ask_json("what happened at second 500?")
    assert "0:30" in answer["answer"]
    assert "past the end" in answer["answer"]
    assert answer["citations"] == []


@pytest.mark.parametrize("mode", ["timeline", "classify", "safety"])
def test_modes_that_judge_say_that_the_observer_cannot(ask_json, mode):
    answer = ask_json("what happened between 0:04 and 0:07?", mode=Mode(mode))
    assert "vision-language model" in answer["answer"]
    assert "red" in answer["answer"], "the measurements are given all the same"


def test_frames_are_saved_with_their_true_pts(witness, demo_library, tmp_path):
    done = witness(
        "frames", "loading-dock.mp4", "--at", "5.5", "0:19", "--out", tmp_path / "out", "--json",
        "--library", demo_library,
    )  # fmt: skip
    frames = json.loads(done.stdout)["frames"]
    assert [frame["asked_seconds"] for frame in frames] == [5.5, 19.0]
    for frame in frames:
        assert frame["asked_seconds"] - 0.04 < frame["pts_seconds"] <= frame["asked_seconds"]
    bright, dark = (np.asarray(Image.open(frame["path"])) for frame in frames)
    assert bright.shape == (432, 768, 3)
    assert dark.mean() < bright.mean() / 3, "the lights are out at second 19"


def test_show_lists_the_segments_with_their_events(witness, demo_library):
    shown = json.loads(witness("show", "loading-dock", "--json", "--library", demo_library).stdout)
    segments = shown["segments"]
    assert segments[0]["start_seconds"] == 0.0
    assert segments[-1]["end_seconds"] == shown["duration_seconds"]
    assert all(left["end_seconds"] == right["start_seconds"] for left, right in pairwise(segments))
    events = [event for segment in segments for event in segment["events"]]
    red = TRUTH.event("red box").span
    assert any("red" in e["actor"] and abs(e["start_seconds"] - red.start_seconds) < 0.3 for e in events)
    text = witness("show", "loading-dock.mp4", "--library", demo_library).stdout
    assert "activity" in text


def test_search_finds_moments_without_a_language_model(witness, demo_library):
    done = witness("search", "red moved downwards", "-k", "1", "--json", "--library", demo_library)
    (moment,) = json.loads(done.stdout)
    assert moment["video"] == "loading-dock.mp4"
    assert abs(moment["start_seconds"] - 5) < 0.3
    later = witness("search", "red", "--from", "0:12", "--to", "0:30", "--json", "--library", demo_library)
    assert all(moment["end_seconds"] > 12 for moment in json.loads(later.stdout))
