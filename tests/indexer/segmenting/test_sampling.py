"""A model is shown the frames that tell what happens: many where it is sudden, few where it is quiet."""

import json
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from walked import between, segments_of, walk

from indexer.segmenting.motion import speeds, suddenness
from indexer.segmenting.open_segment import WalkedSegment
from indexer.segmenting.sampling import spread_frames, telling_frames
from indexer.timeline import Frame, Span
from indexer.vision.model import FrameBudget

BUDGET = FrameBudget(16, 2.0, 448)


def texture() -> np.ndarray:
    """Return a structured picture, larger than what is shown of it."""
    small = np.random.default_rng(3).integers(40, 210, (24, 40, 3)).astype(np.uint8)
    return cv2.resize(small, (320, 192), interpolation=cv2.INTER_LINEAR)


def seconds(frames) -> list[float]:
    return [frame.pts_seconds for frame in frames]


def falling(fall_at: float, end: float = 10.0, fall_seconds: float = 0.75) -> WalkedSegment:
    """Make a segment in which a patch drifts to the right and, once, falls quickly."""
    scene, patch = texture()[:90, :160], texture()[100:140, 200:230]
    frames = []
    for number in range(int(end * 8)):
        t = number / 8
        picture = scene.copy()
        top = round(45 * float(np.clip((t - fall_at) / fall_seconds, 0, 1)))
        left = 20 + int(2 * t)
        picture[top : top + 40, left : left + 30] = patch
        frames.append(Frame(t, picture))
    return WalkedSegment(Span(0, end), 0.02, False, tuple(frames), moving=(Span(0, end),))


@pytest.mark.parametrize(("available", "wanted"), [(80, 16), (7, 7), (1, 1), (0, 0)])
def test_models_that_measure_get_frames_spread_evenly(available, wanted):
    frames = [Frame(k / 8, np.zeros((18, 32, 3), np.uint8)) for k in range(available)]
    chosen = spread_frames(frames, Span(0, 10), BUDGET)
    assert len(chosen) == wanted
    if wanted > 1:
        assert chosen[0] is frames[0]
        gaps = np.diff(seconds(chosen))
        assert gaps.max() - gaps.min() <= 1 / 8 + 1e-9


def test_the_observer_gets_all_that_was_kept_of_ten_seconds():
    (segment,) = segments_of(walk(10.0, lambda t: 0.02), 10.0, budget=FrameBudget(96, 8.0, 768))
    assert len(spread_frames(segment.frames, segment.span, FrameBudget(96, 8.0, 768))) == 80


def test_a_still_segment_is_told_by_its_first_frame():
    (segment,) = segments_of(walk(60.0), 60.0)
    assert seconds(telling_frames(segment, BUDGET)) == [0.0]


def test_a_segment_without_frames_has_none_to_show():
    assert telling_frames(WalkedSegment(Span(0, 5), 0.0, False, ()), BUDGET) == ()


def test_quiet_costs_little_and_movement_gets_the_rate_that_the_model_wants():
    segments = segments_of(walk(40.0, between((20.0, 21.0))), 40.0)
    (moving,) = [segment for segment in segments if not segment.still]
    chosen = seconds(telling_frames(moving, BUDGET))
    assert chosen[0] == moving.frames[0].pts_seconds
    assert len(chosen) <= 6, "a second of movement in five"
    assert sum(20 - 1 / 8 <= t <= 21 for t in chosen) >= 2
    assert moving.span.end_seconds - chosen[-1] <= 1.5, "how it ends is shown"


def test_steady_movement_is_shown_evenly():
    (segment,) = segments_of(walk(10.0, lambda t: 0.02), 10.0)
    gaps = np.diff(seconds(telling_frames(segment, BUDGET)))
    assert len(gaps) == 15 and gaps.max() - gaps.min() <= 1 / 8 + 1e-9


@pytest.mark.parametrize("fall_at", [0.5, 4.2, 8.9])
@pytest.mark.parametrize("most", [8, 16])
def test_a_sudden_movement_gets_dense_frames_and_at_most_half(fall_at, most):
    segment = falling(fall_at)
    chosen = seconds(telling_frames(segment, FrameBudget(most, 2.0, 448)))
    inside = [t for t in chosen if fall_at - 0.13 <= t <= fall_at + 0.88]
    assert 3 <= len(inside) <= most // 2 + 2
    assert len(chosen) <= most and chosen == sorted(set(chosen)) and chosen[0] == 0.0
    assert max(b - a for a, b in pairwise(chosen)) <= 4.0, "what leads to it and what follows is shown too"


def test_speed_is_that_of_the_thing_and_a_panning_camera_is_taken_out():
    fast = speeds(falling(2.0).frames)
    assert abs(float(np.argmax(fast)) / 8 - 2.4) < 0.5
    wide = texture()
    pan = [Frame(k / 8, wide[20:110, 2 * k : 2 * k + 160]) for k in range(40)]
    assert float(np.median(speeds(pan))) < 0.1 < float(fast.max())


def test_steady_speed_is_not_sudden():
    steady = np.full(40, 0.5)
    assert not suddenness(steady, np.ones(40, bool)).any()
    assert not suddenness(np.zeros(40), np.zeros(40, bool)).any()


def test_one_frame_is_enough_for_the_smallest_budget():
    assert len(telling_frames(falling(4.0), FrameBudget(1, 2.0, 448))) == 1


@pytest.mark.real
@pytest.mark.parametrize("most", [8, 12, 16])
def test_each_real_fall_is_shown_by_at_least_three_frames(real_clips, real_segments, most):
    lines = (real_clips / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    falls = [event for event in map(json.loads, lines) if event["text"].startswith("Falling")]
    assert len(falls) == 6
    for fall in falls:
        segments = real_segments(fall["video"])
        chosen = [t for s in segments for t in seconds(telling_frames(s, replace(BUDGET, max_frames=most)))]
        assert sum(fall["start"] <= t <= fall["end"] for t in chosen) >= 3, fall
