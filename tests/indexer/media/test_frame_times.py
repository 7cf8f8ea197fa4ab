"""The times of neighbouring frames are those of the file, whatever its rate."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from barcode_video import irregular

from indexer.errors import MediaError
from indexer.media.decoder import Decoder


def test_neighbours_of_a_time(decoder: Decoder, irregular_mp4: Path) -> None:
    """The frame displayed then, with as many on each side as there are."""
    times = [float(time) for time in irregular(200)]
    between = (times[50] + times[51]) / 2
    assert decoder.frame_times(irregular_mp4, between, count=2) == pytest.approx(times[48:53])
    assert decoder.frame_times(irregular_mp4, times[50]) == pytest.approx(times[49:52])


def test_neighbours_end_with_the_file(decoder: Decoder, irregular_mp4: Path) -> None:
    """Nothing is before the first frame or after the last; a time past the end means the last."""
    times = [float(time) for time in irregular(200)]
    assert decoder.frame_times(irregular_mp4, 0.0, count=1) == pytest.approx(times[:2])
    assert decoder.frame_times(irregular_mp4, 1e6, count=1) == pytest.approx(times[-2:])
    assert len(decoder.frame_times(irregular_mp4, 0.0, count=10_000)) <= 501
    assert Fraction(times[0]) == 0


def test_no_video_is_refused(decoder: Decoder, tmp_path: Path) -> None:
    """As everywhere."""
    (tmp_path / "x.mp4").write_bytes(b"no video")
    with pytest.raises(MediaError):
        decoder.frame_times(tmp_path / "x.mp4", 0.0)
