"""The bench's matrix in small: a dozen kinds of files at its corners, and files drawn at random."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from barcode_video import displayed_number, read_number, write_barcodes
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import TimeOutsideVideo
from indexer.media.decoder import Decoder

CORNERS = [
    "h264_variable_late_open.mp4",
    "h264_constant_zero_250.ts",
    "h264_constant_zero_30.avi",
    "hevc_variable_late_open.mkv",
    "hevc_constant_late_30.ts",
    "hevc_constant_zero_1.mov",
    "vp9_variable_late_open.webm",
    "vp9_constant_zero_250.mp4",
    "av1_variable_zero_open.mkv",
    "av1_constant_late_30.webm",
    "mpeg4_variable_late_open.mov",
    "mpeg4_constant_zero_open.avi",
]


@pytest.mark.parametrize("name", CORNERS)
def test_every_asked_frame_is_the_right_one(
    name: str, tmp_path: Path, decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `python -m bench.media.exact` asks, which has all 304 kinds."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3]))
    from bench.media.exact import ask_witness, requests
    from bench.media.matrix import kinds

    [kind] = [kind for kind in kinds() if kind.name == name]
    kind.write(tmp_path / name)
    seconds = requests(kind)
    truth = [displayed_number(kind.times, second) for second in seconds]
    assert ask_witness(decoder, tmp_path / name, seconds) == truth


STEPS = st.one_of(
    st.sampled_from(
        [Fraction(1, 25), Fraction(1, 30), Fraction(1001, 30000), Fraction(1001, 24000), Fraction(1, 5)]
    ),
    st.just(None),
)


@given(data=st.data())
@settings(max_examples=12, deadline=None, derandomize=True)
def test_whatever_the_rate_the_offset_and_the_groups_are(data: st.DataObject, decoder: Decoder) -> None:
    """Drawn: container, rate or irregular steps, offset, key frame distance, B-frames, and what is asked."""
    container = data.draw(st.sampled_from(["mp4", "mov", "mkv", "ts"]))
    count = data.draw(st.integers(1, 60))
    step = data.draw(STEPS)
    steps = [step or Fraction(data.draw(st.integers(2, 400)), 1000) for _ in range(count - 1)]
    start = Fraction(data.draw(st.integers(0, 9000)), 1000)
    times = [start + sum(steps[:number], Fraction(0)) for number in range(count)]
    keys, b_frames = data.draw(st.integers(1, 30)), data.draw(st.integers(0, 4))
    params = f"open-gop={data.draw(st.integers(0, 1))}:b-adapt=0:scenecut=0"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"drawn.{container}"
        options = {"preset": "ultrafast", "g": str(keys), "bf": str(b_frames), "x264-params": params}
        write_barcodes(path, times, options=options, ticks=Fraction(1, 90000))
        on_clock = st.sampled_from([float(time - start) for time in times])
        anywhere = st.floats(0, float(times[-1] - start), allow_nan=False)
        seconds = data.draw(st.lists(st.one_of(on_clock, anywhere), min_size=1, max_size=12))
        rounded = [Fraction(round(time * 1000), 1000) for time in times] if container == "mkv" else times
        seconds = [second for second in seconds if _is_clear(rounded, second)]

        frames = decoder.frames_at(path, seconds, max_side=80)

        truth = [displayed_number(rounded, second) for second in seconds]
        assert [read_number(frame.pixels) for frame in frames] == truth
        duration = decoder.probe(path).duration_seconds
        with pytest.raises(TimeOutsideVideo, match=f"{duration:.3f} s"):
            decoder.frames_at(path, [duration])


def _is_clear(times: list[Fraction], second: float) -> bool:
    """Tell whether a time lies clear of a frame's beginning, or on it as far as a float can tell.

    Matroska's milliseconds and the encoder's ticks move the borders a little, and a time there has no truth.
    """
    distances = [abs(float(time - times[0]) - second) for time in times]
    return min(distances) < 1e-9 or min(distances) > 0.0012
