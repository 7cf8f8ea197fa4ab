"""No segment runs through what could not be seen, so that nothing is measured or told across it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from walked import assert_seamless, between, facts, segments_of, spans, walk

from indexer.media.samples import Sample
from indexer.segmenting.segments import WalkedSegment
from indexer.timeline import Span, Unseen, merge_spans

Seen = Sample | Unseen


def with_holes(samples: Iterable[Sample], holes: Sequence[Span], end: float) -> Iterator[Seen]:
    """Take out what lies in holes, and tell each hole before what follows it, as a walk does."""
    waiting = sorted(holes)
    for sample in samples:
        while waiting and waiting[0].end_seconds <= sample.pts_seconds:
            yield Unseen(waiting.pop(0), "damaged")
        if not any(hole.contains(sample.pts_seconds) for hole in holes):
            yield sample
    yield from (Unseen(hole, "damaged") for hole in waiting if hole.start_seconds < end)


def cut(samples: Iterable[Sample], holes: Sequence[Span], end: float, **how: object) -> list[WalkedSegment]:
    return segments_of(with_holes(samples, holes, end), end, **how)  # type: ignore[arg-type]


def test_what_could_not_be_seen_is_a_segment_of_its_own_without_frames() -> None:
    segments = cut(walk(12.0, lambda t: 0.05), [Span(5.76, 7.0)], 12.0, longest=20.0)
    assert spans(segments) == [(0.0, 5.76, False), (5.76, 7.0, False), (7.0, 12.0, False)]
    assert [bool(segment.frames) for segment in segments] == [True, False, True]
    assert segments[1].activity == 0 and not segments[1].moving
    assert_seamless(segments, 0.0, 12.0)


def test_a_still_view_is_not_still_across_what_could_not_be_seen() -> None:
    segments = cut(walk(90.0), [Span(30.0, 40.0)], 90.0)
    assert spans(segments) == [(0.0, 30.0, True), (30.0, 40.0, False), (40.0, 90.0, True)]


def test_the_first_picture_behind_a_hole_is_compared_with_nothing() -> None:
    """What differs from before the hole is neither movement nor a cut that anybody saw."""
    loud = [
        Sample(each.pts_seconds, 0.4, True, each.frame) if each.pts_seconds == 9.0 else each
        for each in walk(30.0)
    ]
    segments = cut(loud, [Span(4.0, 9.0)], 30.0)
    assert spans(segments) == [(0.0, 4.0, True), (4.0, 9.0, False), (9.0, 30.0, True)]
    assert segments[2].activity == 0 and not segments[2].starts_with_cut
    (*_, unbroken) = cut(loud, [], 30.0)
    assert unbroken.starts_with_cut, "where all is seen, it is one"


def test_single_bad_frames_do_not_shred_a_video() -> None:
    holes = [Span(second + 0.5, second + 0.54) for second in range(60)]
    segments = cut(walk(60.0, lambda t: 0.05, rate=25), holes, 60.0)
    assert len(segments) == 6 and all(segment.frames for segment in segments)
    assert_seamless(segments, 0.0, 60.0)


def test_bad_frames_in_a_row_are_one_hole_however_they_are_told() -> None:
    holes = [Span(5.0 + number / 25, 5.0 + (number + 1) / 25) for number in range(25)]
    segments = cut(walk(10.0, lambda t: 0.05, rate=25), holes, 10.0)
    assert [(start, round(end, 6)) for start, end, _ in spans(segments)] == [
        (0.0, 5.0),
        (5.0, 6.0),
        (6.0, 10.0),
    ]


def test_damage_all_over_does_not_shred_a_video_either() -> None:
    """Half of each second is lost in the middle: the bits in between are left to what was not seen."""
    holes = [Span(second + 0.2, second + 0.8) for second in range(20, 40)]
    segments = cut(walk(60.0, lambda t: 0.05, rate=25), holes, 60.0)
    assert len([segment for segment in segments if segment.frames]) <= 7
    assert_seamless(segments, 0.0, 60.0)


def test_a_video_may_begin_and_end_with_what_could_not_be_seen() -> None:
    """A missing end reaches further than the last frame; segments do not."""
    segments = cut(walk(20.0, lambda t: 0.05), [Span(0.0, 3.0), Span(17.0, 30.0)], 20.0, longest=30.0)
    assert spans(segments) == [(0.0, 3.0, False), (3.0, 17.0, False), (17.0, 20.0, False)]
    assert [bool(segment.frames) for segment in segments] == [False, True, False]


def test_damage_that_is_told_late_takes_back_what_a_codec_patched_up_meanwhile() -> None:
    patched = [*walk(20.0, lambda t: 0.05)]
    seen = [*patched[:150], Unseen(Span(2.0, 18.0), "damaged"), *patched[150:]]
    segments = segments_of(seen, 20.0, longest=60.0)
    assert spans(segments)[0][:2] == (0.0, 2.0)
    assert_seamless(segments, 0.0, 20.0)


@settings(max_examples=60, deadline=None)
@given(
    holes=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 80)), max_size=8),
    bursts=st.lists(st.tuples(st.floats(0, 40), st.floats(0.1, 14)), max_size=4),
    cuts=st.lists(st.integers(2, 390).map(lambda tenths: tenths / 10), max_size=2),
    longest=st.sampled_from([2.0, 10.0]),
)
def test_whatever_is_lost_segments_are_seamless_whole_and_the_same_after_a_kill(
    holes: list[tuple[int, int]], bursts: list[tuple[float, float]], cuts: list[float], longest: float
) -> None:
    end = 40.0
    lost = merge_spans(Span(start / 10, (start + length) / 10) for start, length in holes)
    samples = walk(end, between(*((start, start + length) for start, length in bursts)), cuts=cuts)
    whole = cut(samples, lost, end, longest=longest)

    assert_seamless(whole, 0.0, end)
    for segment in whole:
        for hole in lost:
            inside = hole.intersect(segment.span)
            if inside and inside.duration_seconds >= 0.25 + 1e-6:
                assert not segment.frames, "nothing is told across a hole"
    for before, after in pairwise(whole):
        start = after.span.start_seconds
        rest = [
            Unseen(Span(max(each.span.start_seconds, start), each.span.end_seconds), "damaged")
            if isinstance(each, Unseen)
            else each
            for each in with_holes(samples, lost, end)
            if (each.span.end_seconds if isinstance(each, Unseen) else each.pts_seconds + 1e-6) > start
        ]
        again = segments_of(rest, end, start=start, longest=longest, after_unseen=not before.frames)
        assert facts(again) == [each for each in facts(whole) if each[0].start_seconds >= start]
