"""What measurements cannot know is recognised, and what they can is left alone."""

from __future__ import annotations

import pytest

from assistant.limits import asks_about_sound, measurable, unknowable


@pytest.mark.parametrize(
    "question",
    [
        "who came in?", "谁进来了", "how many people are there?", "how often did it open?", "有几个人",
        "did somebody fall?", "有人摔倒吗", "is there a parrot?", "is there a red car?", "有没有鹦鹉",
    ],
)  # fmt: skip
def test_people_numbers_falls_and_things_cannot_be_measured(question: str) -> None:
    assert unknowable(question, question)


@pytest.mark.parametrize(
    "question",
    [
        "what moved?", "when did the lights go out?", "was there any movement?", "is there a sign?",
        "what happened at second 5?", "was there anything red in the video?",
    ],
)  # fmt: skip
def test_light_movement_colour_and_text_can(question: str) -> None:
    assert not unknowable(question, question)


def test_sound_is_told_from_text() -> None:
    assert asks_about_sound("was there a loud noise?") and asks_about_sound("听到什么声音")
    assert asks_about_sound("what was said?")
    assert not asks_about_sound("what does the sign say?")


def test_what_can_be_measured_of_a_question() -> None:
    assert measurable("is there a red car?", "is there a red car") and measurable(
        "who came in?", "who came in"
    )
    assert not measurable("was there anything unsafe?", "was there anything unsafe")
    assert not measurable("is there someone in the video?", "is there someone in the video")
