"""The packet index finds the holes of a recording, however fine its clock is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from indexer.media.index import PacketIndex


@pytest.mark.parametrize("ticks_per_second", [1000, 90_000, 1_000_000_000])
def test_a_hole_is_found_by_any_clock(ticks_per_second: int) -> None:
    """Of 50 seconds at 10 frames a second, those from 20 to 25 are missing: billions of the finest ticks."""
    tenths = np.array([number for number in range(500) if not 200 <= number < 250])
    pts = tenths * (ticks_per_second // 10)
    index = PacketIndex(pts, pts[:1], int(pts[-1]) + 1, Fraction(1, ticks_per_second))
    assert index.gaps() == [(20 * ticks_per_second, 25 * ticks_per_second)]


def test_a_varying_rate_has_no_holes() -> None:
    pts = np.cumsum(np.resize([1, 2, 30, 400], 100))
    assert PacketIndex(pts, pts[:1], int(pts[-1]) + 1, Fraction(1, 1000)).gaps() == []
