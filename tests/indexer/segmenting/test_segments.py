"""Segments cover the video from 0 to its end without gap or overlap, whatever the walk gives."""

from itertools import pairwise

import numpy as np
import pytest

from indexer.segmenting.sampling import choose_frames
from indexer.segmenting.segments import cut_into_segments
from indexer.timeline import Frame, Span
from indexer.vision.model import FrameBudget

BLACK = np.zeros((18, 32, 3), np.uint8)


def noise(seed: int) -> np.ndarray:
    return np.kron(np.random.default_rng(seed).integers(0, 255, (9, 16, 3)), np.ones((12, 12, 1))).astype(
        np.uint8
    )


def segments_of(frames, end, longest=10.0, start=0.0, kept=16, rate=8.0):
    return list(
        cut_into_segments(
            frames,
            start_seconds=start,
            end_seconds=end,
            longest_seconds=longest,
            budget=FrameBudget(kept, rate, 448),
        )
    )


def assert_seamless(segments, start, end):
    assert segments[0].span.start_seconds == start
    assert segments[-1].span.end_seconds == end
    for left, right in pairwise(segments):
        assert left.span.end_seconds == right.span.start_seconds


@pytest.mark.parametrize("end", [0.04, 9.9, 10.0, 10.04, 12.1, 25.0, 30.04, 139.4])
def test_a_still_video_is_cut_at_the_length_limit(end):
    frames = [Frame(k / 8, BLACK) for k in range(int(end * 8) + 1) if k / 8 < end]
    segments = segments_of(frames, end)
    assert_seamless(segments, 0.0, end)
    assert all(segment.span.duration_seconds <= 10.0 + 1e-9 for segment in segments)
    assert all(segment.span.duration_seconds >= min(end, 1.0) for segment in segments), "no slivers"
    assert all(segment.activity == 0 for segment in segments)


def test_a_cut_starts_a_segment_at_its_frame():
    frames = [Frame(k / 8, noise(1 if k < 21 else 2)) for k in range(40)]
    segments = segments_of(frames, 5.0)
    assert [(s.span, s.starts_with_cut) for s in segments] == [
        (Span(0, 21 / 8), False),
        (Span(21 / 8, 5.0), True),
    ]
    assert segments[1].activity == 0, "the difference to the scene before is no movement in this one"
    assert all(segments[1].span.contains(frame.pts_seconds) for frame in segments[1].frames)


def test_flashes_do_not_shred_a_video():
    frames = [Frame(k / 8, noise(k % 2)) for k in range(16)]
    segments = segments_of(frames, 2.0)
    assert len(segments) <= 4
    assert_seamless(segments, 0.0, 2.0)


def test_a_stretch_without_frames_still_has_its_segments():
    frames = [Frame(k / 8, BLACK) for k in range(8)] + [Frame(35 + k / 8, BLACK) for k in range(8)]
    segments = segments_of(frames, 36.0)
    assert_seamless(segments, 0.0, 36.0)
    assert [len(segment.frames) for segment in segments] == [8, 0, 0, 8]


def test_going_on_from_a_border_gives_the_segments_of_an_undisturbed_walk():
    frames = [Frame(k / 8, noise(k // 50)) for k in range(240)]
    whole = segments_of(frames, 30.0)
    for border in (segment.span.start_seconds for segment in whole):
        rest = segments_of([f for f in frames if f.pts_seconds >= border], 30.0, start=border)
        expected = [s for s in whole if s.span.start_seconds >= border]
        assert [s.span for s in rest] == [s.span for s in expected]
        assert [s.activity for s in rest] == [s.activity for s in expected]


def test_memory_is_bounded_and_frames_stay_evenly_spread():
    frames = [Frame(k / 8, BLACK) for k in range(8 * 120)]
    (segment,) = segments_of(frames, 120.0, longest=600.0, kept=8)
    gaps = np.diff([frame.pts_seconds for frame in segment.frames])
    assert 48 <= len(segment.frames) <= 96
    assert gaps.max() == gaps.min()


def test_a_model_is_shown_evenly_spread_frames_at_its_rate():
    frames = [Frame(k / 30, BLACK) for k in range(150)]
    budget = FrameBudget(16, 2.0, 448)
    first, second = segments_of(frames, 5.0, longest=2.5, kept=16, rate=2.0)
    shown = [
        [round(frame.pts_seconds, 1) for frame in choose_frames(segment.frames, segment.span, budget)]
        for segment in (first, second)
    ]
    assert shown == [[0.0, 0.5, 1.0, 1.5, 2.0], [2.5, 3.0, 3.5, 4.0, 4.5]]
    (whole,) = segments_of(frames, 5.0, longest=10.0, kept=8, rate=2.0)
    steps = np.diff(
        [frame.pts_seconds for frame in choose_frames(whole.frames, whole.span, FrameBudget(8, 2.0, 448))]
    )
    assert steps.max() - steps.min() < 0.14, "eight of the ten that the rate would allow, evenly"


@pytest.mark.parametrize(("available", "wanted"), [(80, 16), (7, 7), (1, 1), (0, 0)])
def test_frames_are_thinned_evenly_to_the_budget(available, wanted):
    frames = [Frame(k / 8, BLACK) for k in range(available)]
    chosen = choose_frames(frames, Span(0, 10), FrameBudget(16, 2.0, 448))
    assert len(chosen) == wanted
    if wanted > 1:
        assert chosen[0] is frames[0]
        gaps = np.diff([frame.pts_seconds for frame in chosen])
        assert gaps.max() - gaps.min() <= 1 / 8 + 1e-9
