"""What could not be seen of a video is shown as that by the command line, with nothing measured of it."""

from __future__ import annotations

import json
from fractions import Fraction

import av
import numpy as np

RATE = 25


def write(path, numbers):
    random = np.random.default_rng(3)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"g": "25"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, RATE)
        for number in numbers:
            picture = random.integers(0, 255, (48, 64, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_a_hole_is_listed_as_not_seen_between_what_was(witness, tmp_path):
    path = write(tmp_path / "hole.mkv", [*range(3 * RATE), *range(5 * RATE, 8 * RATE)])
    library = tmp_path / "library"
    indexed = witness("index", path, "--library", library)
    assert "partial: no frames are stored here" in indexed.stderr

    lines = witness("show", "hole.mkv", "--library", library).stdout.splitlines()
    assert "0:03–0:05  not seen" in lines
    assert not any("0:03–0:05" in line and "activity" in line for line in lines)
    shown = json.loads(witness("show", "hole.mkv", "--json", "--library", library).stdout)
    assert [each["activity"] is None for each in shown["segments"]] == [False, True, False]
    assert [(gap["start_seconds"], gap["end_seconds"]) for gap in shown["not_seen"]] == [(3.0, 5.0)]
    told = witness("frames", "hole.mkv", "--at", "2,4", "--out", tmp_path, "--library", library).stdout
    assert "0:02: frame at 2.000000 s -> " in told
    assert "0:04: frame at 2.960000 s (not seen when it was indexed: no frames are stored here" in told


def test_a_frame_that_stands_for_a_damaged_one_is_told_to(witness, tmp_path):
    path = write(tmp_path / "torn.mp4", range(6 * RATE))
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + len(whole) // 8] = bytes(len(whole) // 8)
    path.write_bytes(whole)
    library = tmp_path / "library"
    assert "partial" in witness("index", path, "--library", library).stderr
    asked = ["frames", "torn.mp4", "--at", "1,3.5,5", "--out", tmp_path, "--library", library]
    before, within, after = witness(*asked).stdout.splitlines()
    assert "frame at 1.000000 s -> " in before
    assert "the last good frame before it" in within
    assert "frame at 5.000000 s -> " in after
