"""Fewer frames, spread evenly."""

import numpy as np
import pytest

from indexer.timeline import Frame
from indexer.vision.thinning import thin

FRAMES = [Frame(float(second), np.zeros((2, 2, 3), np.uint8)) for second in range(100)]


@pytest.mark.parametrize("count", [2, 3, 12, 50, 99])
def test_thinning_is_even_and_keeps_both_ends(count):
    seconds = [frame.pts_seconds for frame in thin(FRAMES, count)]
    gaps = np.diff(seconds)
    assert len(seconds) == count and seconds[0] == 0 and seconds[-1] == 99
    assert gaps.max() - gaps.min() <= 1


def test_one_of_many_is_the_first_and_more_than_there_are_is_all():
    assert [frame.pts_seconds for frame in thin(FRAMES, 1)] == [0.0]
    assert thin(FRAMES, 300) == tuple(FRAMES)
