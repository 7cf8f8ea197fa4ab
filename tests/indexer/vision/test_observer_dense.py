"""In a dense look, short appearances and slow ways are told to a frame, whatever the question's language."""

from dataclasses import replace

import numpy as np
import pytest

from indexer.timeline import Span
from indexer.vision.model import Look, Reply

YELLOW = (250, 240, 0)


def noticed(stage, start, end, first, last, rate=25):
    """Frames between two seconds of a room in which a square is to be seen from ``first`` to ``last``."""

    def draw(now):
        room = stage.room.copy()
        if first <= start + now + 1e-6 < last:
            room[120:190, 60:130] = YELLOW
        return stage.picture(room)

    return stage.frames(draw, start=start, seconds=end - start, rate=rate)


def region_lines(observer, frames, span):
    answer = observer.look([Look(frames, span, "what happens?", Reply.TEXT)])[0]
    return [line for line in answer.splitlines() if "region" in line]


@pytest.mark.parametrize(
    ("start", "end", "first", "last", "words"),
    [
        (6.4, 8.0, 7.0, 7.2, "0:07–0:07.2: A yellow region appeared at the left and was gone at 0:07.2"),
        (6.0, 8.0, 7.0, 9.0, "0:07–0:07.04: A yellow region appeared at the left and stayed there"),
        (7.0, 8.0, 6.0, 7.2, "0:07.2–0:07.24: A yellow region was gone at the left"),
    ],
)
def test_what_comes_up_or_vanishes_is_told_to_a_frame_and_did_not_move(
    observer, stage, start, end, first, last, words
):
    (line,) = region_lines(observer, noticed(stage, start, end, first, last), Span(start, end))
    assert line.startswith(words)
    assert "moved" not in line


@pytest.mark.parametrize("side", [45, 60])
def test_a_way_shorter_than_the_thing_itself_is_a_way(observer, stage, side):
    """In a second it moves 45 pixels: its front and its back change, and its middle never does."""

    def draw(now):
        room = stage.room.copy()
        left = round(90 + 45 * now)
        room[60 : 60 + side, left : left + side] = stage.red
        return stage.picture(room)

    (line,) = region_lines(observer, stage.frames(draw, start=2.0, seconds=1.0, rate=25), Span(2, 3))
    assert "moved to the right" in line
    assert "in place" not in line
    rate = float(line.split("about ")[1].split()[0])
    assert rate == pytest.approx(45 / 480, rel=0.15)


def test_waving_in_place_is_no_way(observer, stage):
    def draw(now):
        room = stage.room.copy()
        left = round(200 + 14 * np.sin(9 * now))
        room[60:110, left : left + 50] = stage.red
        return stage.picture(room)

    lines = region_lines(observer, stage.frames(draw, seconds=2.0, rate=25), Span(0, 2))
    assert lines
    assert not any("moved to the" in line for line in lines)


def test_the_question_changes_nothing_in_what_is_measured(observer, stage):
    look = stage.look(noticed(stage, 6.4, 8.0, 7.0, 7.2), Reply.TEXT)
    questions = ("what happens?", "发生了什么?", "¿Qué pasa?")
    assert len({observer.look([replace(look, prompt=question)])[0] for question in questions}) == 1
