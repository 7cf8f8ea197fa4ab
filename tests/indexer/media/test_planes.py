"""Pictures that nobody looks at stay as the video stores them; those looked at come out as ever."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
import pytest
from av.video.stream import VideoStream
from barcode_video import read_number, steady, write_barcodes
from colour_kit import LUMA, SPACES, bars, middles, yuv_frame

from indexer.media.change import SMALL_SIDE, shrink, small_picture
from indexer.media.decoder import Decoder
from indexer.media.pictures import Geometry, Painter
from indexer.media.planes import Colours, Planes
from indexer.media.samples import WalkMode, WalkPlan
from indexer.timeline import Frame


@pytest.mark.parametrize("turned", [(0, False), (1, False), (3, True)], ids=["upright", "turned", "both"])
@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", LUMA)
def test_planes_are_painted_as_the_decoder_would_have(
    matrix: str, full: bool, turned: tuple[int, bool]
) -> None:
    frame = yuv_frame(bars(320, 96), matrix, full)
    frame.colorspace, frame.color_range = SPACES[matrix], 2 if full else 1
    painter = Painter(Geometry(320, 96, *turned), 160)

    picture = painter.unpainted(painter.draft(frame))

    assert isinstance(picture, Planes)
    assert picture.size_bytes == 160 * 48 * 3 // 2, "half of what RGB takes"
    assert picture.size == ((48, 160) if turned[0] % 2 else (160, 48))
    assert np.array_equal(picture.rgb(), painter.rgb(frame))


def test_a_frame_is_painted_once_when_it_is_first_looked_at() -> None:
    class Counting:
        size, size_bytes, painted = (4, 2), 12, 0

        def rgb(self, max_side: int | None = None) -> np.ndarray:
            self.painted += 1
            return np.zeros((2, 4, 3), np.uint8)

    picture = Counting()
    frame = Frame(1.5, picture)
    assert (frame.size, frame.size_bytes, frame.unpainted) == ((4, 2), 12, picture)
    assert repr(frame) == "Frame(pts_seconds=1.500, 4x2)"
    assert picture.painted == 0
    assert frame.pixels is frame.pixels
    assert picture.painted == 1
    assert (frame.size, frame.size_bytes, frame.unpainted) == ((4, 2), 24, None)


@pytest.mark.parametrize("side", [320, 448, 767], ids=["whole_factor", "other_factor", "odd"])
@pytest.mark.parametrize("turns", [0, 1])
def test_small_pictures_of_planes_show_what_those_of_the_pixels_do(side: int, turns: int) -> None:
    """The picture is scaled first and coloured then, in place of the other way round."""
    ramp = np.linspace(0, 255, side).astype(np.uint8)
    height = side * 9 // 16
    y = np.broadcast_to(ramp, (height, side)).copy()
    half = ((height + 1) // 2, (side + 1) // 2)
    u, v = np.full(half, 90, np.uint8), np.full(half, 160, np.uint8)
    planes = Planes((y, u, v), Colours(1, 1), turns)

    small = small_picture(Frame(0.0, planes))

    expected = shrink(planes.rgb())
    assert small.shape == expected.shape
    assert max(small.shape) == SMALL_SIDE
    assert np.abs(small.astype(int) - expected).max() <= 3


@pytest.mark.parametrize("side", [256, 300, 383], ids=["two_thirds", "four_fifths", "a_little"])
def test_pictures_a_little_smaller_show_what_averaging_does(side: int) -> None:
    """They are scaled by another way than strongly reduced ones: same places, same levels, colours too."""
    height, width = 216, 384
    y, x = np.mgrid[:height, :width]
    waves = 0.5 + 0.4 * np.sin(x / 21) * np.cos(y / 17)
    frame = yuv_frame(np.stack([waves, 0.7 * waves, 0.3 + 0.4 * waves], axis=-1), "bt709", full=False)
    frame.colorspace, frame.color_range = 1, 1
    whole = Painter(Geometry(width, height, 0), None).rgb(frame)

    shown = Painter(Geometry(width, height, 0), side).rgb(frame)

    size = (side, round(height * side / width))
    expected = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    assert shown.shape == expected.shape
    grey, wanted = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY).astype(int) for each in (shown, expected))
    assert np.abs(grey - wanted).max() <= 4, (
        "half of a step between two pixels; the nearest ones are off by 5 to 7"
    )
    assert np.abs(grey - wanted).mean() <= 1.2
    assert np.abs(shown.astype(int) - expected).max() <= 10, "colours have half the resolution in both"


@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.parametrize("mode", WalkMode)
def test_a_walk_hands_over_planes_of_the_frames_that_are_displayed(
    mode: WalkMode, rotation: int, decoder: Decoder, tmp_path: Path
) -> None:
    """Once they are painted they are what `frames_at` returns for their times, upright."""
    path = tmp_path / "numbers.mp4"
    write_barcodes(path, steady(60), options={"g": "24", "bf": "2"}, rotation=rotation)
    side = 240
    with decoder.walk(path, WalkPlan(8, side, mode=mode)) as walk:
        frames = [sample.frame for sample in walk if sample.frame is not None]
    assert len(frames) == pytest.approx(8 * 60 / 25, abs=2)
    assert all(isinstance(frame.unpainted, Planes) for frame in frames)
    asked = decoder.frames_at(path, [frame.pts_seconds for frame in frames], max_side=side)
    for frame, displayed in zip(frames, asked, strict=True):
        assert frame.size == displayed.size
        assert read_number(frame.pixels) == round(frame.pts_seconds * 25) == read_number(displayed.pixels)
        assert np.abs(frame.pixels.astype(int) - displayed.pixels).mean() < 2


@pytest.mark.parametrize("code", ["YCgCo", "bt2020c", "chroma-derived-nc", "GBR"])
def test_matrices_that_the_scaler_does_not_know_are_no_reason_to_refuse_a_file(
    code: str, decoder: Decoder, tmp_path: Path
) -> None:
    """A file that names one shows its frames at their times; greys are greys in all of them."""
    path = tmp_path / "odd.mp4"
    with av.open(str(path), "w") as container:
        options = {"x264-params": f"colormatrix={code}"}
        stream = cast(VideoStream, container.add_stream("libx264", rate=10, options=options))
        stream.width, stream.height, stream.pix_fmt = 320, 96, "yuv420p"
        for number in range(20):
            grey = yuv_frame(np.full((96, 320, 3), (8 + number * 8) / 255), "bt709", full=False)
            grey.pts = number
            container.mux(stream.encode(grey))
        container.mux(stream.encode(None))
    for side in (None, 160):
        [frame] = decoder.frames_at(path, [1.05], max_side=side)
        assert middles(frame.pixels) == pytest.approx(np.full((8, 3), 88), abs=4)
    for mode in WalkMode:
        with decoder.walk(path, WalkPlan(8, 160, mode=mode)) as walk:
            shown = [sample.frame.pixels.mean() for sample in walk if sample.frame is not None]
        assert shown == sorted(shown)
        assert len(shown) > 10
