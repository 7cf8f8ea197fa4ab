"""Segments cover the video without gap or overlap, and their borders lie where something begins or ends."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from walked import GREY, assert_seamless, between, facts, segments_of, spans, walk

from indexer.media.samples import Sample
from indexer.segmenting.lengths import Lengths
from indexer.segmenting.open_segment import OpenSegment
from indexer.segmenting.segments import cut_into_segments
from indexer.timeline import Frame
from indexer.vision.model import FrameBudget


def noise(seed: int) -> np.ndarray:
    return np.kron(np.random.default_rng(seed).integers(0, 255, (9, 16, 3)), np.ones((12, 12, 1))).astype(
        np.uint8
    )


@pytest.mark.parametrize("end", [0.04, 9.9, 10.0, 10.04, 12.1, 25.0, 30.04, 139.4])
def test_a_busy_video_is_cut_at_the_length_limit_without_slivers(end):
    segments = segments_of(walk(end, lambda t: 0.05), end)
    assert_seamless(segments, 0.0, end)
    for segment in segments:
        assert min(end, 2.0) <= segment.span.duration_seconds <= 10.0 + 1e-9
        assert not segment.still or end < 0.1


def test_a_still_video_is_one_still_segment_of_few_frames():
    (segment,) = segments_of(walk(139.4), 139.4)
    assert segment.still and segment.activity == 0
    assert 1 <= len(segment.frames) <= 33
    assert segment.frames[0].pts_seconds == 0 and segment.frames[-1].pts_seconds > 139


def test_an_hour_of_nothing_is_a_still_segment_every_ten_minutes():
    end = 3601.0
    key_frames = [Sample(t, 0.0, False, Frame(t, GREY)) for t in np.arange(0, end, 7.0)]
    segments = segments_of(key_frames, end)
    assert_seamless(segments, 0.0, end)
    assert len(segments) == 6
    assert all(s.still and 590 < s.span.duration_seconds < 610 and s.frames for s in segments)


def test_movement_has_a_segment_of_its_own_with_some_quiet_around_it():
    segments = segments_of(walk(60.0, between((20.0, 26.0))), 60.0)
    assert spans(segments) == [(0.0, 19.125, True), (19.125, 26.625, False), (26.625, 60.0, True)]
    (moving,) = segments[1].moving
    assert (moving.start_seconds, moving.end_seconds) == (19.875, 25.875)


def test_a_short_movement_is_not_split_and_no_segment_is_shorter_than_half_the_limit():
    segments = segments_of(walk(30.0, between((12.0, 12.5))), 30.0)
    assert spans(segments) == [(0.0, 11.125, True), (11.125, 16.125, False), (16.125, 30.0, True)]


@pytest.mark.parametrize("period", [0.5, 1.0, 2.0, 4.0, 7.0])
def test_flickering_movement_does_not_shred_a_video(period):
    segments = segments_of(walk(120.0, lambda t: 0.02 if t % period < 0.25 else 0.0), 120.0)
    assert_seamless(segments, 0.0, 120.0)
    assert min(segment.span.duration_seconds for segment in segments) >= 2.0
    assert len(segments) <= 24, "5 s each at least"


def test_a_long_movement_is_divided_where_it_pauses():
    segments = segments_of(walk(19.0, between((0.0, 6.0), (8.0, 19.0))), 19.0)
    assert segments[0].span.end_seconds == pytest.approx(6.625, abs=0.2)
    assert all(s.span.duration_seconds >= 2 for s in segments)


def test_a_cut_starts_a_segment_at_its_frame():
    samples = walk(5.0, between((0.0, 5.0)), cuts=[2.625], picture=lambda t: noise(1 if t < 2.625 else 2))
    segments = segments_of(samples, 5.0)
    assert spans(segments) == [(0.0, 2.625, False), (2.625, 5.0, False)]
    assert [s.starts_with_cut for s in segments] == [False, True]


def test_flashes_do_not_shred_a_video():
    samples = walk(2.0, between((0.0, 2.0)), cuts=np.arange(0.125, 2, 0.125))
    segments = segments_of(samples, 2.0)
    assert len(segments) <= 4
    assert_seamless(segments, 0.0, 2.0)


def test_a_scene_without_movement_between_two_cuts_is_still():
    segments = segments_of(walk(9.0, cuts=[3.0, 6.0]), 9.0)
    assert spans(segments) == [(0.0, 3.0, True), (3.0, 6.0, True), (6.0, 9.0, True)]


def test_a_faint_flicker_of_one_sample_is_no_movement_and_a_repeated_one_is():
    once = walk(30.0, lambda t: 0.001 if t == 15.0 else 0.0)
    twice = walk(30.0, lambda t: 0.001 if 15.0 <= t < 15.5 else 0.0)
    assert [s.still for s in segments_of(once, 30.0)] == [True]
    assert [s.still for s in segments_of(twice, 30.0)] == [True, False, True]


def test_lights_that_go_out_are_something_that_happens():
    samples = walk(40.0, picture=lambda t: GREY if t < 20 else GREY // 3)
    still, dark, after = segments_of(samples, 40.0)
    assert [s.still for s in (still, dark, after)] == [True, False, True]
    assert dark.span.contains(20.0) and len(dark.frames) >= 40, "looked at closely"


def test_dusk_is_not():
    samples = walk(300.0, rate=1, picture=lambda t: (GREY * (1 - t / 400)).astype(np.uint8))
    assert [s.still for s in segments_of(samples, 300.0)] == [True]


def test_what_creeps_is_found_although_an_eighth_of_a_second_shows_nothing():
    def picture(t: float) -> np.ndarray:
        scene = np.full((54, 96, 3), 90, np.uint8)
        left = int(max(0.0, t - 20) * 2)
        scene[20:30, left : left + 12] = 230
        return scene

    segments = segments_of(walk(40.0, picture=picture), 40.0)
    assert segments[0].still and 16.0 <= segments[0].span.end_seconds <= 20.0
    assert not segments[1].still


def test_a_change_between_two_far_samples_begins_at_the_first_of_them():
    sparse = [Sample(t, 0.0 if t != 40.0 else 0.05, False, Frame(t, GREY)) for t in np.arange(0, 80, 5.0)]
    segments = segments_of(sparse, 80.0)
    assert_seamless(segments, 0.0, 80.0)
    assert spans(segments)[0] == (0.0, 34.25, True)
    assert not segments[1].still


def test_a_stretch_without_frames_still_has_its_segments():
    samples = walk(36.0, between((0.0, 8.0), (35.0, 36.0)), hole=(8.0, 35.0))
    segments = segments_of(samples, 36.0)
    assert_seamless(segments, 0.0, 36.0)
    assert any(not s.frames for s in segments) or all(s.frames for s in segments)
    assert [len(segment.frames) for segment in segments] == [64, 0, 0, 8]


def test_a_segment_is_given_out_while_the_walk_goes_on():
    taken = []

    def samples():
        for sample in walk(60.0, lambda t: 0.05):
            taken.append(sample.pts_seconds)
            yield sample

    segments = cut_into_segments(
        samples(),
        start_seconds=0.0,
        end_seconds=lambda: 60.0,
        longest_seconds=10.0,
        budget=FrameBudget(16, 2.0, 448),
    )
    next(segments)
    assert taken[-1] <= 12.0


def resumed(samples, whole, end, **how):
    """Cut again from each border, with what a walk begun there gives."""
    for border in [segment.span.start_seconds for segment in whole][1:]:
        rest = [sample for sample in samples if sample.pts_seconds >= border - 1e-6]
        yield border, segments_of(rest, end, start=border, **how)


@pytest.mark.parametrize("longest", [2.0, 10.0, 60.0])
def test_going_on_from_any_border_gives_the_segments_of_an_undisturbed_walk(longest):
    active = between((3, 3.5), (15, 29), (31, 33), (47, 47.3), (60, 95), (97, 99))
    samples = walk(120.0, active, rate=25, cuts=[22.0, 70.0, 70.2])
    whole = segments_of(samples, 120.0, longest=longest)
    assert len(whole) > 4
    for border, rest in resumed(samples, whole, 120.0, longest=longest):
        assert facts(rest) == [f for f in facts(whole) if f[0].start_seconds >= border]


@settings(max_examples=40, deadline=None)
@given(
    bursts=st.lists(st.tuples(st.floats(0, 60), st.floats(0.1, 14)), max_size=6),
    cuts=st.lists(st.integers(200, 59_000).map(lambda milliseconds: milliseconds / 1000), max_size=3),
    end=st.integers(1000, 60_000).map(lambda milliseconds: milliseconds / 1000),
    longest=st.sampled_from([1.0, 4.0, 10.0]),
)
def test_whatever_moves_segments_are_seamless_bounded_and_the_same_after_a_kill(bursts, cuts, end, longest):
    samples = walk(end, between(*((start, start + length) for start, length in bursts)), cuts=cuts)
    whole = segments_of(samples, end, longest=longest)
    assert_seamless(whole, 0.0, end)
    for segment in whole:
        assert segment.frames, "nothing is lost between two segments"
        assert segment.still or segment.span.duration_seconds <= longest + 1e-6
    for border, rest in resumed(samples, whole, end, longest=longest):
        assert facts(rest) == [f for f in facts(whole) if f[0].start_seconds >= border]


def test_memory_is_bounded_and_frames_stay_evenly_spread():
    samples = walk(120.0, lambda t: 0.05)
    (segment,) = segments_of(samples, 120.0, longest=600.0, budget=FrameBudget(8, 8.0, 448))
    gaps = np.diff([frame.pts_seconds for frame in segment.frames])
    assert 48 <= len(segment.frames) <= 96
    assert gaps.max() == gaps.min()


def test_what_waits_for_its_segment_is_bounded_in_a_long_quiet():
    segment = OpenSegment(0.0, Lengths(10.0), FrameBudget(96, 8.0, 768))
    most = 0
    for sample in walk(590.0):
        assert segment.add(sample) is None
        most = max(most, len(segment._unsettled))
    assert most < 8 * 12
    walked, left = segment.close(589.0)
    assert len(walked.frames) <= 33 and len(left) == 8


@pytest.mark.real
def test_borders_of_a_real_camera_lie_outside_of_what_moves(real_segments):
    segments = real_segments("intel_one_by_one_person.mp4")
    persons = [(5.9, 20.4), (22.5, 45.3), (50.0, 70.5), (74.4, 87.5), (92.0, 120.8), (123.3, 136.7)]
    begins = [
        min(s.span.start_seconds for s in segments if s.span.end_seconds > start + 0.5)
        for start, _ in persons
    ]
    for (start, _), begin in zip(persons, begins, strict=True):
        assert begin <= start - 0.5, "the observer sees the quiet view before somebody enters"
    assert all(left.span.end_seconds == right.span.start_seconds for left, right in pairwise(segments))
    assert len(segments) <= 22
