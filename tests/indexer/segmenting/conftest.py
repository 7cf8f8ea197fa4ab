"""Shared by the tests of segmenting: real clips, walked."""

from __future__ import annotations

from contextlib import closing
from functools import cache

import pytest
from walked import BUDGET

from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan
from indexer.segmenting.segments import WalkedSegment, cut_into_segments, kept_per_second


@pytest.fixture(scope="session")
def real_segments(real_clips):
    """Walk a real clip, every frame of it, and cut it into segments."""

    @cache
    def segments(name: str, longest: float = 10.0) -> list[WalkedSegment]:
        plan = WalkPlan(kept_per_second(BUDGET), 320, mode=WalkMode.FULL)
        with closing(Decoder()) as decoder, closing(decoder.walk(real_clips / name, plan)) as walk:
            return list(
                cut_into_segments(
                    walk,
                    start_seconds=0.0,
                    end_seconds=lambda: walk.info.duration_seconds,
                    longest_seconds=longest,
                    budget=BUDGET,
                )
            )

    return segments
