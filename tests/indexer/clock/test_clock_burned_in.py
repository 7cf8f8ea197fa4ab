"""The clock in the picture: found, read where it stands, and told when it cannot be used."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.clock.burned_in import Sighting, read_burned_in
from indexer.clock.shown import ShownStart, start_from_clock
from indexer.timeline import Frame
from indexer.vision.observing.ocr import Line, Ocr

Texts = Callable[[float], list[str]]
START = datetime(2026, 3, 1, 14, 30, 0)


class FakeCamera:
    """A camera whose picture tells its time in one pixel, and a reader that knows what is drawn then."""

    def __init__(self, texts: Texts, height: int = 360) -> None:
        self.texts = texts
        self.height = height
        self.searched = 0
        self.read_pieces = 0

    def frames_at(self, seconds: Sequence[float]) -> list[Frame]:
        return [self._frame(second) for second in seconds]

    def _frame(self, seconds: float) -> Frame:
        pixels = np.zeros((self.height, 640, 3), np.uint8)
        pixels[:] = [seconds // 256 // 256, seconds // 256 % 256, seconds % 256]
        return Frame(float(math.floor(seconds)), pixels)

    def find(self, pixels: NDArray[np.uint8]) -> list[Line]:
        self.searched += 1
        texts = self.texts(self._seconds(pixels))
        return [Line(text, 0.99, (10, 40 * n, 300, 40 * n + 20)) for n, text in enumerate(texts)]

    def read(self, pieces: Sequence[NDArray[np.uint8]]) -> list[tuple[str, float]]:
        self.read_pieces += len(pieces)
        found = []
        boxes = sum(len(self.texts(0)) > 1 and self._split for _ in range(1)) + 1
        for number, piece in enumerate(pieces):
            texts = self.texts(self._seconds(piece))
            found.append((texts[number % boxes if boxes > 1 else 0], 0.98))
        return found

    _split = False

    @staticmethod
    def _seconds(pixels: NDArray[np.uint8]) -> float:
        high, middle, low = (int(value) for value in pixels[0, 0])
        return float(high * 65536 + middle * 256 + low)


class TwoLines(FakeCamera):
    """The date stands in one line and the time in another."""

    _split = True


def clock(form: str, start: datetime = START, rate: float = 1.0) -> Texts:
    return lambda seconds: [(start + timedelta(seconds=seconds * rate)).strftime(form)]


def read(texts: Texts, duration: float = 600.0, kind: type[FakeCamera] = FakeCamera) -> ShownStart | None:
    camera = kind(texts)
    return start_from_clock(read_burned_in(camera.frames_at, duration, camera), duration)[0]


def test_a_clock_tells_the_start() -> None:
    shown = read(clock("%Y-%m-%d %H:%M:%S"))
    assert shown is not None and shown.days == (START.date(),)
    assert abs((shown.on(START.date()) - START).total_seconds()) <= shown.error_seconds + 0.5
    assert shown.rate == pytest.approx(1.0)


def test_drift_over_hours_is_found() -> None:
    shown = read(clock("%Y-%m-%d %H:%M:%S", rate=1.001), duration=7200)
    assert shown is not None and shown.rate == pytest.approx(1.001, abs=2e-4)


def test_only_a_few_frames_are_read_and_one_is_searched() -> None:
    camera = FakeCamera(clock("%Y-%m-%d %H:%M:%S"))
    read_burned_in(camera.frames_at, 86400, camera)
    assert camera.searched == 1 and camera.read_pieces <= 12


def test_where_there_is_no_clock_two_frames_are_searched_and_no_more() -> None:
    camera = FakeCamera(lambda _: ["DOCK 4", "KEEP CLEAR"])
    assert read_burned_in(camera.frames_at, 600, camera) == []
    assert camera.searched == 2 and camera.read_pieces == 0


def test_a_picture_too_small_to_read_costs_nothing() -> None:
    camera = FakeCamera(clock("%Y-%m-%d %H:%M:%S"), height=72)
    assert read_burned_in(camera.frames_at, 600, camera) == [] and camera.searched == 0


def test_a_date_in_a_line_of_its_own_counts() -> None:
    def texts(seconds: float) -> list[str]:
        moment = START + timedelta(seconds=seconds)
        return [f"{moment:%d-%m-2026}", f"{moment:%H:%M:%S}"]

    shown = read(texts, kind=TwoLines)
    assert shown is not None and START.date() in shown.days


def test_day_and_month_are_told_apart_by_midnight() -> None:
    start = datetime(2026, 3, 12, 23, 55)
    shown = read(clock("%d/%m/%Y %H:%M:%S", start))
    assert shown is not None and shown.days == (start.date(),)
    shown = read(clock("%d/%m/%Y %H:%M:%S"))
    assert shown is not None and len(shown.days) == 2 and shown.days[0] == START.date()


def test_a_clock_without_a_date_goes_on_over_midnight() -> None:
    shown = read(clock("%H:%M:%S", datetime(2026, 3, 1, 23, 55)))
    assert shown is not None and shown.days == () and shown.rate == pytest.approx(1.0)
    assert shown.seconds == pytest.approx(23 * 3600 + 55 * 60, abs=1)


def test_a_counter_of_the_recordings_own_seconds_is_no_clock() -> None:
    assert read(clock("%H:%M:%S", datetime(2026, 3, 1))) is None


def test_a_clock_that_stands_still_is_told() -> None:
    camera = FakeCamera(lambda _: ["2026-03-01 14:30:00"])
    shown, remark = start_from_clock(read_burned_in(camera.frames_at, 600, camera), 600)
    assert shown is None and "stands still at 14:30:00" in remark


def test_a_jump_is_told_with_its_place() -> None:
    def texts(seconds: float) -> list[str]:
        moment = START + timedelta(seconds=seconds + (3600 if seconds >= 400 else 0))
        return [f"{moment:%Y-%m-%d %H:%M:%S}"]

    shown = read(texts)
    assert shown is not None and "jumps by +3600 s between" in shown.remark
    assert shown.seconds == pytest.approx(14.5 * 3600, abs=1), "the longer piece counts"


def test_nothing_seen_is_nothing_known() -> None:
    empty: list[Sighting] = []
    assert start_from_clock(empty, 10) == (None, "")


def test_the_real_reader_reads_a_drawn_clock() -> None:
    """RapidOCR itself, on pictures drawn here."""

    def frames_at(seconds: Sequence[float]) -> list[Frame]:
        frames = []
        for second in seconds:
            picture = np.full((240, 480, 3), 70, np.uint8)
            pts = math.floor(second * 10) / 10
            text = f"{START + timedelta(seconds=pts):%d/%m/%Y %I:%M:%S %p}"
            cv2.putText(picture, text, (10, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255,) * 3, 2, cv2.LINE_AA)
            frames.append(Frame(pts, picture))
        return frames

    shown, remark = start_from_clock(read_burned_in(frames_at, 60.0, Ocr()), 60.0)
    assert shown is not None and remark == ""
    assert abs((shown.on(START.date()) - START).total_seconds()) <= shown.error_seconds + 0.2 < 0.8
