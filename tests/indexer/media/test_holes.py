"""Holes are found while the packets are read, as the index of the whole file finds them at the end."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.media.index import holes_in
from indexer.media.levels.holes import HoleWatch
from indexer.media.samples import Sample
from indexer.media.walking import DAMAGED, NO_FRAMES
from indexer.timeline import Span, Unseen

BASE = Fraction(1, 1000)


def watch(start_seconds: float = 0.0) -> HoleWatch:
    return HoleWatch(BASE, lambda pts: pts / 1000, start_seconds)


def told(holes: HoleWatch, seconds: float) -> list[Unseen]:
    *before, sample = holes.told_with(Sample(seconds, 0.0, False, None))
    assert isinstance(sample, Sample)
    return [each for each in before if isinstance(each, Unseen)]


def test_a_hole_is_told_once_before_the_first_sample_behind_it() -> None:
    holes = watch()
    holes.add(range(0, 2000, 40))
    holes.add(range(5000, 7000, 40))
    assert told(holes, 1.96) == []
    assert told(holes, 5.0) == [Unseen(Span(2.0, 5.0), NO_FRAMES)]
    assert told(holes, 5.04) == []
    assert list(holes.told_with(Unseen(Span(2.0, 5.0), NO_FRAMES))) == [], "the whole index tells it again"
    damage = Unseen(Span(1.0, 6.0), DAMAGED)
    assert list(holes.told_with(damage)) == [damage]


def test_what_lies_before_a_resumed_walk_is_not_told() -> None:
    holes = watch(6.0)
    for start in (0, 5000, 9000):
        holes.add(range(start, start + 2000, 40))
    assert told(holes, 9.0) == [Unseen(Span(7.0, 9.0), NO_FRAMES)]


def test_where_the_rate_varies_by_itself_a_long_step_is_no_hole() -> None:
    holes = watch()
    holes.add(np.cumsum([40, 900, 120, 2500, 300, 40, 1700] * 10).tolist())
    assert told(holes, 60.0) == []


@given(
    st.lists(st.integers(0, 300), max_size=4),
    st.lists(st.integers(1, 20).map(lambda seconds: seconds * 500), min_size=4, max_size=4),
    st.integers(12, 100),
)
def test_it_finds_what_the_index_finds(places: list[int], lengths: list[int], group: int) -> None:
    times = np.arange(0, 400 * 40, 40)
    for place, length in zip(places, lengths, strict=False):
        times[place + 50 :] += length
    holes = watch()
    for first in range(0, len(times), group):
        holes.add(np.random.default_rng(first).permutation(times[first : first + group]).tolist())
    found = told(holes, times[-1] / 1000)
    assert [each.span for each in found] == [
        Span(before / 1000, after / 1000) for before, after in holes_in(times, BASE)
    ]
