"""Text on screen is read verbatim by the real reader, once for a scene, and never guessed."""

import json
import re

import cv2
import numpy as np
import pytest

from indexer.errors import VisionError
from indexer.timeline import Frame
from indexer.vision.model import Reply
from indexer.vision.observer import Observer
from indexer.vision.observing.ocr import Line, Ocr
from indexer.vision.observing.pictures import make_pictures
from indexer.vision.observing.screen_text import ScreenReader


@pytest.fixture(scope="module")
def real_ocr():
    return Ocr()


@pytest.fixture
def reader(real_ocr):
    return ScreenReader(real_ocr)


def write(pixels, text, origin, size=26):
    cv2.putText(pixels, text, origin, (250, 250, 250), cv2.FontFace("sans"), size, 600)


def signed_room(stage, seconds=0.0, *, clock=False, sign=("GATE 7", "NO ENTRY")):
    room = stage.room // 2
    for row, line in enumerate(sign):
        write(room, line, (150, 120 + 32 * row))
    if clock:
        room[0:34, 0:190] = 20
        write(room, f"09:15:{int(seconds):02d}", (12, 27))
    return room


def film(stage, **options):
    return stage.frames(lambda seconds: stage.picture(signed_room(stage, seconds, **options)), seconds=4)


def test_a_sign_is_quoted_verbatim_as_one_text(stage, reader):
    frames = film(stage)
    record = json.loads(Observer(reader).look([stage.look(frames)])[0])
    assert '"GATE 7 NO ENTRY"' in record["summary"]
    (line,) = (
        line
        for line in Observer(reader).look([stage.look(frames, Reply.TEXT)])[0].splitlines()
        if "Text on screen" in line
    )
    assert line.startswith("0:00–0:04: ")


def test_a_running_clock_is_told_from_first_to_last_and_is_no_movement(stage, reader):
    record = json.loads(Observer(reader).look([stage.look(film(stage, clock=True))])[0])
    assert re.search(r'Running clock on screen: from "09:15:00" to "09:15:03"', record["summary"])
    assert "Nothing moved that is larger" in record["summary"]
    assert record["events"] == []


def test_small_text_that_comes_up_in_a_known_scene_is_read_as_if_the_scene_were_new(stage, real_ocr):
    """What was read before, of this file or another one, does not change what is read now."""
    reader = ScreenReader(real_ocr)
    found = []
    for words in ("", "EXIT"):
        room = signed_room(stage)
        write(room, words, (20, 60), size=16)
        frames = stage.frames(lambda _, room=room: stage.picture(room), seconds=1)
        found = [text.text for text in reader.read(frames, make_pictures(frames))]
    assert found == ["EXIT", "GATE 7 NO ENTRY"]
    assert [text.text for text in ScreenReader(real_ocr).read(frames, make_pictures(frames))] == found


def test_other_words_on_the_same_sign_replace_the_old_ones(stage, reader):
    texts = []
    for sign in (("GATE 7", "NO ENTRY"), ("GATE 7", "WELCOME")):
        frames = film(stage, sign=sign)
        texts.append([text.text for text in reader.read(frames, make_pictures(frames))])
    assert texts == [["GATE 7 NO ENTRY"], ["GATE 7 WELCOME"]]


def test_dark_frames_do_not_replace_text_that_was_read_in_light(stage, reader):
    def draw(seconds):
        return stage.picture(signed_room(stage), light=0.03 if seconds >= 1 else 1.0)

    frames = stage.frames(draw, seconds=4)
    assert [text.text for text in reader.read(frames, make_pictures(frames))] == ["GATE 7 NO ENTRY"]


def test_nothing_is_read_where_nothing_is_written(stage, reader):
    frames = stage.frames(lambda _: stage.picture(), seconds=1)
    assert reader.read(frames, make_pictures(frames)) == []


@pytest.mark.parametrize(("text", "confidence", "kept"), [("i", 0.93, False), ("A", 0.99, True)])
def test_a_doubtful_single_character_is_no_text(stage, text, confidence, kept):
    class OneCharacter(Ocr):
        def find(self, pixels):
            return [Line(text, confidence, (100, 100, 110, 120))]

    frames = stage.frames(lambda _: stage.picture(), seconds=0.25)
    assert bool(ScreenReader(OneCharacter()).read(frames, make_pictures(frames))) is kept


@pytest.mark.parametrize("size", [(1, 1), (900, 20), (20, 900)])
def test_odd_sizes_are_read_without_harm(reader, size):
    frames = [Frame(0.0, cv2.resize(np.zeros((9, 9, 3), np.uint8), size))]
    assert reader.read(frames, make_pictures(frames)) == []


def test_the_reader_logs_nothing(stage, reader, caplog, capfd):
    frames = stage.frames(lambda _: stage.picture(), seconds=0.25)
    reader.read(frames, make_pictures(frames))
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_missing_models_are_an_error_that_says_what_to_do(stage, monkeypatch):
    monkeypatch.setattr("indexer.vision.observing.ocr._DETECTOR", "absent.onnx")
    with pytest.raises(VisionError, match="install Witness again"):
        Ocr().find(stage.room)
