"""Sound in blocks: nothing lost, nothing twice, cut where it is quiet."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from indexer.media.beside import SAMPLE_RATE, Sound
from indexer.speech.blocks import blocks


def sound(start: float, seconds: float, level: int = 1000) -> Sound:
    return Sound(start, np.full(round(seconds * SAMPLE_RATE), level, np.int16))


def test_what_follows_without_a_gap_is_one_block():
    (block,) = blocks([sound(1.0, 2.0), sound(3.0, 2.0)])
    assert (block.start_seconds, block.end_seconds) == (1.0, 5.0)


def test_a_gap_divides():
    found = list(blocks([sound(0.0, 2.0), sound(2.5, 2.0)]))
    assert [(block.start_seconds, block.end_seconds) for block in found] == [(0.0, 2.0), (2.5, 4.5)]


def test_long_sound_is_cut_in_its_quietest_moment():
    samples = np.full(20 * SAMPLE_RATE, 1000, np.int16)
    samples[8 * SAMPLE_RATE : 9 * SAMPLE_RATE] = 0
    found = list(blocks([Sound(5.0, samples)], longest_seconds=10.0))
    assert 13.0 < found[0].end_seconds < 14.0
    assert np.array_equal(np.concatenate([block.samples for block in found]), samples)
    assert all(len(block.samples) <= 10 * SAMPLE_RATE for block in found)
    for before, after in pairwise(found):
        assert after.start_seconds == pytest.approx(before.end_seconds)


def test_nothing_gives_nothing():
    assert list(blocks([])) == []
