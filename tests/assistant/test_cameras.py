"""Cameras: one named in a question narrows it, and the others are lined up with what was asked before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from assistant_fakes import DOCK, VAN, YARD, FakeLibrary, answer_of, record

from assistant.camera_names import take_cameras
from assistant.observer_words import observer_groups
from assistant.scope import read_question
from assistant.session import Assistant
from indexer.clock.start import RecordingStart, StartSource

Maker = Callable[..., Assistant]

GATE = "9" * 16
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def site(two_videos: FakeLibrary) -> FakeLibrary:
    """The dock, and two cameras beside it: the yard 3 s later, the gate an hour later."""
    dock, yard, _ = two_videos.records
    gate = record(GATE, "gate_7.mp4", 20.0)
    two_videos.events[GATE] = [VAN]
    two_videos.records = [
        replace(each, camera=camera, start=RecordingStart(NOON + timedelta(seconds=late), StartSource.GIVEN))
        for each, camera, late in ((dock, "dock", 0), (yard, "cam2", 3), (gate, "front gate", 3600))
    ]
    return two_videos


@pytest.mark.parametrize(
    ("question", "names", "rest"),
    [
        ("what moved on the dock camera?", ["dock.mp4"], "what moved on  ?"),
        ("what did camera dock see at second 5?", ["dock.mp4"], "what did   see at second 5?"),
        ("what moved on cam2?", ["yard_2.mp4"], "what moved on  ?"),
        ("did anything move on the front gate's camera?", ["gate_7.mp4"], "did anything move on  ?"),
        ('what did "front gate" see?', ["gate_7.mp4"], "what did   see?"),
        ("dock摄像头第5秒发生了什么？", ["dock.mp4"], " 第5秒发生了什么？"),
        ("dock的摄像头里有人吗？", ["dock.mp4"], " 里有人吗？"),
        ("who came to the dock?", [], "who came to the dock?"),
        ("did the front gate open?", [], "did the front gate open?"),
        ("what did the cameras see?", [], "what did the cameras see?"),
    ],
)
def test_a_camera_counts_where_one_is_plainly_meant(
    site: FakeLibrary, question: str, names: list[str], rest: str
) -> None:
    videos, left = take_cameras(site.videos(), question)
    assert ([video.name for video in videos], left) == (names, rest)


def test_a_named_camera_narrows_the_question_to_its_videos(make_assistant: Maker, site: FakeLibrary) -> None:
    answer = answer_of(make_assistant(), "what happened at second 3 on the cam2 camera?")
    assert [(each.video_id, each.span.start_seconds) for each in answer.asked] == [(YARD, 3.0)]
    scope = read_question(site, "what moved on the front gate camera?")  # type: ignore[arg-type]
    assert scope.named and scope.handles == ("gate_7.mp4",)
    file_wins = read_question(site, "what moved in dock.mp4, not on cam2?")  # type: ignore[arg-type]
    assert file_wins.handles == ("dock.mp4",)


@pytest.mark.parametrize(
    "question",
    [
        "What did the other cameras see at that moment?",
        "what did the other cameras see then?",
        "and what did the other camera see at the same time?",
        "其他摄像头那时候看到了什么？",
    ],
)
def test_the_other_cameras_at_that_moment(make_assistant: Maker, site: FakeLibrary, question: str) -> None:
    """The yard's clock reads 3 s less than the dock's; the gate recorded an hour later."""
    assistant = make_assistant()
    answer_of(assistant, "what happened at second 6 of dock.mp4?", conversation_id="one")
    answer = answer_of(assistant, question, conversation_id="one")
    asked = [(each.video_id, each.span.start_seconds, each.span.end_seconds) for each in answer.asked]
    assert asked == [(YARD, 3.0, 4.0)], answer.text
    assert "white region moved to the left" in answer.text and "12:00:06" in answer.text


def test_where_no_other_camera_recorded_that_is_said(make_assistant: Maker, site: FakeLibrary) -> None:
    assistant = make_assistant()
    answer_of(assistant, "what happened at second 28 of dock.mp4?", conversation_id="one")
    answer = answer_of(assistant, "what did the other cameras see at that moment?", conversation_id="one")
    assert not answer.asked and not answer.citations
    assert "No other camera recorded at that time" in answer.text


def test_a_camera_whose_clock_is_not_known_is_named(make_assistant: Maker, site: FakeLibrary) -> None:
    site.records[0] = replace(site.records[0], start=None)
    assistant = make_assistant()
    answer_of(assistant, "what happened at second 6 of dock.mp4?", conversation_id="one")
    answer = answer_of(assistant, "what did the other cameras see at that moment?", conversation_id="one")
    assert "not known when dock.mp4 was recorded" in answer.text and not answer.citations
    assert DOCK not in [each.video_id for each in answer.asked]


def test_clocks_of_different_zones_are_told(make_assistant: Maker, site: FakeLibrary) -> None:
    """12:00:06 by one clock and 13:00:06 by another are one moment, and look an hour apart."""
    yard = site.records[1]
    assert yard.start is not None
    ahead = yard.start.starts_at.astimezone(timezone(timedelta(hours=1)))
    assistant = make_assistant()
    question = "what did the other cameras see at that moment?"
    answer_of(assistant, "what happened at second 6 of dock.mp4?", conversation_id="one")
    assert "zones" not in answer_of(assistant, question, conversation_id="one").text
    site.records[1] = replace(yard, start=RecordingStart(ahead, StartSource.GIVEN))
    answer_of(assistant, "what happened at second 6 of dock.mp4?", conversation_id="two")
    text = answer_of(assistant, question, conversation_id="two").text
    assert "run by different zones: dock.mp4 by UTC+00:00, yard_2.mp4 by UTC+01:00" in text
    assert "13:00:06" in text


def test_a_camera_that_is_only_named_does_not_move(make_assistant: Maker, site: FakeLibrary) -> None:
    answer = answer_of(make_assistant(), "what happened at 12:00:06 in all cameras?")
    assert "camera moves" not in answer.text and answer.citations
    for question in ("did the camera move?", "was the camera knocked over?", "镜头晃动了吗？"):
        assert ("camera moves",) in observer_groups(question), question
    assert ("camera moves",) not in observer_groups("镜头里有没有红色的东西经过？")
