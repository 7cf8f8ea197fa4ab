"""The demo clip shows what its truth says, and the observer finds it there."""

import json
import time
from itertools import pairwise

import av
import cv2
import numpy as np
import pytest

from app.demo import draw
from app.demo.draw import draw_demo
from app.demo.truth import load_truth
from indexer.timeline import Frame, Span
from indexer.vision.model import Look, Reply
from indexer.vision.observer import Observer


@pytest.fixture(scope="session")
def frames(demo_clip):
    """Every frame of the clip, with its presentation time."""
    with av.open(str(demo_clip)) as container:
        return [
            Frame(float(frame.pts * frame.time_base), frame.to_ndarray(format="rgb24"))
            for frame in container.decode(video=0)
        ]


@pytest.fixture(scope="session")
def observer():
    return Observer()


@pytest.fixture(scope="session")
def captions(frames, observer):
    """The observer's caption of each ten seconds, at eight frames a second, by the second it starts."""
    looks = [
        Look(
            tuple(frames[at] for at in sampled(start, start + 10, 8)),
            Span(start, start + 10),
            "",
            Reply.CAPTION,
        )
        for start in (0.0, 10.0, 20.0)
    ]
    return dict(zip((0, 10, 20), map(json.loads, observer.look(looks)), strict=True))


def sampled(start, end, rate):
    """Indexes of the frames displayed at a rate; the clip has 25 a second."""
    return [int(25 * (start + step / rate) + 1e-6) for step in range(round((end - start) * rate))]


def at(frames, seconds):
    return frames[round(seconds * 25)].pixels


def overlap(event, truth):
    shared = Span(event["start_seconds"], event["end_seconds"]).intersect(truth.span)
    return shared.duration_seconds if shared else 0.0


def test_it_is_thirty_seconds_of_h264(demo_clip, frames):
    truth = load_truth()
    with av.open(str(demo_clip)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
    assert len(frames) == truth.duration_seconds * 25
    assert frames[0].pts_seconds == 0
    assert all(b.pts_seconds - a.pts_seconds == pytest.approx(0.04, abs=1e-6) for a, b in pairwise(frames))


def test_drawing_is_deterministic_and_quick(tmp_path):
    started = time.perf_counter()
    first = draw_demo(tmp_path / "a.mp4", width=256, height=144, frames_per_second=5)
    second = draw_demo(tmp_path / "b.mp4", width=256, height=144, frames_per_second=5)
    assert first.read_bytes() == second.read_bytes()
    assert sorted(tmp_path.iterdir()) == [first, second]
    assert time.perf_counter() - started < 20


def test_an_odd_size_is_refused_with_the_reason(tmp_path):
    with pytest.raises(ValueError, match="even width and height"):
        draw_demo(tmp_path / "odd.mp4", width=193, height=108)


def test_a_failed_drawing_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("no colour left")

    monkeypatch.setattr(draw, "_burn_in_clock", fail)
    with pytest.raises(RuntimeError, match="no colour left"):
        draw_demo(tmp_path / "dock.mp4", width=192, height=108)
    assert list(tmp_path.iterdir()) == []


def test_the_truth_names_its_subjects():
    truth = load_truth()
    assert [event.subject for event in truth.events] == ["red box", "blue cart", "lights"]
    with pytest.raises(KeyError, match="red box"):
        truth.event("green door")


def test_the_red_box_is_on_the_shelf_before_and_on_the_floor_after(frames):
    span = load_truth().event("red box").span

    def red_row(pixels):
        hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
        red = ((hsv[..., 0] < 6) | (hsv[..., 0] > 174)) & (hsv[..., 1] > 170) & (hsv[..., 2] > 90)
        return np.nonzero(red)[0].mean()

    assert red_row(at(frames, span.start_seconds)) < 130
    assert red_row(at(frames, span.end_seconds)) > 280
    assert red_row(at(frames, 4.0)) == pytest.approx(red_row(at(frames, span.start_seconds)), abs=1)
    assert red_row(at(frames, 8.0)) == pytest.approx(red_row(at(frames, span.end_seconds)), abs=1)


def test_the_lights_are_out_in_their_span_and_only_there(frames):
    span = load_truth().event("lights").span
    bright = np.array([frame.pixels.mean() for frame in frames])
    dark = np.array([span.contains(frame.pts_seconds) for frame in frames])
    assert 5 < bright[dark].max() < 0.3 * bright[~dark].min()


def test_the_rest_is_still(frames):
    events = [event.span for event in load_truth().events]
    for before, after in pairwise(frames[::5]):
        if not any(span.intersect(Span(before.pts_seconds, after.pts_seconds + 0.01)) for span in events):
            change = cv2.GaussianBlur(cv2.absdiff(before.pixels, after.pixels), (9, 9), 0)
            assert change[60:].max() < 25, before  # below the burned-in clock


def test_the_observer_sees_the_red_thing_move_down_in_second_five(captions):
    truth = load_truth().event("red box")
    (event,) = (each for each in captions[0]["events"] if "red" in each["actor"])
    assert overlap(event, truth) > 0.8
    assert event["start_seconds"] >= truth.span.start_seconds - 0.13
    assert event["end_seconds"] <= truth.span.end_seconds + 0.13
    assert "moved downwards from the upper left to the lower left and stayed there" in event["action"]


def test_the_observer_sees_the_blue_thing_cross_from_left_to_right(captions):
    truth = load_truth().event("blue cart")
    events = [each for start in (0, 10) for each in captions[start]["events"] if "blue" in each["actor"]]
    assert sum(overlap(event, truth) for event in events) > 3.7
    assert all("to the right" in event["action"] for event in events)
    assert "came into the picture at the left edge" in events[0]["action"]
    assert "left the picture at the right edge" in events[-1]["action"]


def test_the_observer_sees_the_lights_go_out_and_nothing_move_in_the_dark(captions):
    truth = load_truth().event("lights")
    (event,) = (each for each in captions[10]["events"] if each["actor"] == "the light")
    assert (event["start_seconds"], event["end_seconds"]) == (
        truth.span.start_seconds, truth.span.end_seconds,
    )  # fmt: skip
    others = [each for each in captions[10]["events"] if each is not event]
    assert all(overlap(each, truth) == 0 for each in others)


def test_the_observer_sees_nothing_else(captions):
    assert [len(captions[start]["events"]) for start in (0, 10, 20)] == [2, 2, 0]
    assert captions[20]["summary"].startswith("Nothing moved that is larger than")


def test_the_observer_reads_the_sign_and_the_clock(captions):
    truth = load_truth()
    for start, record in captions.items():
        assert f'"{truth.sign}"' in record["summary"]
        assert f"2026-03-14 14:32:{start:02d}" in record["summary"]


def test_looking_again_at_second_five_tells_the_fall_to_a_frame(frames, observer):
    look = Look(tuple(frames[125:150]), Span(5.0, 6.0), "what happened?", Reply.TEXT)
    lines = observer.look([look])[0].splitlines()
    (moved,) = (line for line in lines if "red region" in line)
    assert moved.startswith("0:05–0:0")
    assert "moved downwards" in moved


def test_looking_again_across_the_darkness_tells_when_the_light_returned(frames, observer):
    look = Look(tuple(frames[17 * 25 : 21 * 25]), Span(17.0, 21.0), "lights?", Reply.TEXT)
    answer = observer.look([look])[0]
    assert "0:18–0:20: The light dropped suddenly" in answer
    assert "returned at 0:20" in answer
    assert "0:20–0:20.2: The light rose suddenly" in answer
