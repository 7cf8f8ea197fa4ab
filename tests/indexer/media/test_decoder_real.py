"""On real clips, frames by second are the very pictures that a full decode from the start gives."""

from __future__ import annotations

import bisect
import random
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace, VideoReformatter

from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

CLIPS = Path(__file__).parents[4] / "shared" / "videos"
NAMES = sorted(path.name for path in CLIPS.glob("*.mp4"))
_UNSPECIFIED = 2
pytestmark = [pytest.mark.real, pytest.mark.skipif(not NAMES, reason="the real clips are not here")]


def decode_all(path: Path, stream_index: int) -> tuple[list[float], list[np.ndarray]]:
    """Every frame in order, without seeking, skipping or threads, scaled to 64 pixels wide."""
    times, pictures, scaler = [], [], VideoReformatter()
    with av.open(str(path)) as container:
        stream = container.streams[stream_index]
        for frame in container.decode(stream):
            times.append(frame.time)
            pictures.append(scaler.reformat(frame, 64, 36, "rgb24", **_matrix(frame)).to_ndarray())
    return [time - times[0] for time in times], pictures


def _matrix(frame: av.VideoFrame) -> dict[str, Colorspace]:
    """Where a stream names no matrix, large pictures are BT.709, as players take them."""
    is_named = frame.colorspace != _UNSPECIFIED
    return {"src_colorspace": Colorspace.ITU709} if not is_named and frame.height > 576 else {}


@pytest.mark.parametrize("name", NAMES)
def test_frames_at_equals_a_full_decode(name: str, decoder: Decoder) -> None:
    path = CLIPS / name
    with av.open(str(path)) as container:
        best = container.streams.best("video")
        assert best is not None
        times, pictures = decode_all(path, best.index)
    info = decoder.probe(path)
    assert info.frame_count == len(times)
    chance = random.Random(name)
    seconds = [chance.uniform(0, info.duration_seconds - 1e-3) for _ in range(12)]

    frames = decoder.frames_at(path, seconds)

    for second, frame in zip(seconds, frames, strict=True):
        place = bisect.bisect_right(times, second + 1e-6) - 1
        assert frame.pts_seconds == pytest.approx(times[place], abs=1e-6)
        shown = av.VideoFrame.from_ndarray(frame.pixels, format="rgb24").reformat(64, 36).to_ndarray()
        assert np.abs(shown.astype(int) - pictures[place]).mean() < 3


@pytest.mark.parametrize("name", NAMES)
def test_a_walk_sees_a_whole_clip(name: str, decoder: Decoder) -> None:
    path = CLIPS / name
    info = decoder.probe(path)
    with decoder.walk(path, WalkPlan(2, 160, mode=WalkMode.FULL)) as walk:
        samples = list(walk)
    times = [sample.pts_seconds for sample in samples]
    assert times == sorted(set(times))
    assert len(times) == info.frame_count
    kept = sum(sample.frame is not None for sample in samples)
    assert kept == len({int(time * 2 + 1e-6) for time in times})
    assert walk.damage == []
