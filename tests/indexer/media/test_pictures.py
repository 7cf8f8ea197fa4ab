"""Frames have the colours and the orientation that a viewer sees."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from colour_kit import LUMA, PATCHES, SPACES, bars, middles, yuv_frame
from numpy.typing import NDArray

from indexer.media.decoder import Decoder
from indexer.media.pictures import Geometry, Painter


@pytest.mark.parametrize("max_side", [None, 160], ids=["whole", "scaled"])
@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", LUMA)
def test_colours_follow_matrix_and_range(matrix: str, full: bool, bits: int, max_side: int | None) -> None:
    """Each in the frame's own terms, whole and scaled, which take different ways through the scaler."""
    frame = yuv_frame(bars(320, 96), matrix, full, bits)
    frame.colorspace, frame.color_range = SPACES[matrix], 2 if full else 1

    pixels = Painter(Geometry.of(frame, None), max_side).rgb(frame)

    assert np.abs(middles(pixels) - PATCHES).max() <= 4


@pytest.mark.parametrize(
    ("size", "matrix"), [((320, 96), "bt601"), ((1280, 720), "bt709"), ((704, 576), "bt601")]
)
@pytest.mark.parametrize("max_side", [None, 160], ids=["whole", "scaled"])
def test_where_no_matrix_is_told_the_size_decides(
    size: tuple[int, int], matrix: str, max_side: int | None
) -> None:
    """Players take BT.709 for high definition and BT.601 below it."""
    frame = yuv_frame(bars(*size), matrix, full=False)
    frame.colorspace = SPACES["untold"]
    pixels = Painter(Geometry.of(frame, None), max_side).rgb(frame)
    assert np.abs(middles(pixels) - PATCHES).max() <= 4


def pq(nits: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """SMPTE ST 2084."""
    power = (np.asarray(nits) / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)


def hlg(scene: float) -> float:
    """ARIB STD-B67: from scene light to code."""
    if scene <= 1 / 12:
        return float(np.sqrt(3 * scene))
    return float(0.17883277 * np.log(12 * scene - 0.28466892) + 0.55991073)


def grey_shown(code: float, transfer: int) -> int:
    """What comes out for an even grey of this code value."""
    frame = yuv_frame(np.full((64, 64, 3), code), "bt2020", full=False, bits=10)
    frame.colorspace, frame.color_range, frame.color_trc = SPACES["bt2020"], 1, transfer
    pixels = Painter(Geometry.of(frame, None), None).rgb(frame)
    assert np.ptp(pixels) <= 2, "a grey has no hue"
    return int(pixels[32, 32, 1])


def test_pq_keeps_what_is_dark_and_rolls_highlights_off() -> None:
    """Light up to a third of diffuse white is shown as it is; brighter light stays told apart."""
    for nits in (1.0, 10.0, 50.0, 80.0):
        assert grey_shown(float(pq(nits)), 16) == pytest.approx(255 * (nits / 203) ** (1 / 2.4), abs=3)
    shown = [grey_shown(float(pq(nits)), 16) for nits in (0, 50, 100, 203, 400, 600, 1000)]
    assert shown == sorted(set(shown))
    assert shown[0] == 0
    assert shown[3] > 215, "diffuse white is nearly white"
    assert shown[-1] >= 254
    assert grey_shown(float(pq(4000.0)), 16) >= 254


def test_hlg_is_shown_like_the_same_light_in_pq() -> None:
    """At the reference peak of 1000 nits, with the system gamma of 1.2 (BT.2100)."""
    for scene in (0.01, 0.1, 0.265, 0.6, 1.0):
        assert abs(grey_shown(hlg(scene), 18) - grey_shown(float(pq(1000 * scene**1.2)), 16)) <= 2


def test_hdr_colours_keep_their_hue_in_the_narrower_space() -> None:
    """A BT.709 red in a BT.2020 container comes out red again, not orange or washed out."""
    to_2020 = np.linalg.inv(
        [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
    )
    light = to_2020 @ (np.array([0.5, 0.02, 0.02]) * 100)
    frame = yuv_frame(np.full((64, 64, 3), pq(light)), "bt2020", full=False, bits=10)
    frame.colorspace, frame.color_range, frame.color_trc = SPACES["bt2020"], 1, 16
    red, green, blue = Painter(Geometry.of(frame, None), None).rgb(frame)[32, 32].astype(float)
    assert red == pytest.approx(255 * (50 / 203) ** (1 / 2.4), abs=6)
    assert green == pytest.approx(255 * (2 / 203) ** (1 / 2.4), abs=8)
    assert blue == pytest.approx(green, abs=8)


TURNS = {
    "as_it_is": ((1, 0, 0, 1), lambda picture: picture),
    "quarter_clockwise": ((0, 1, -1, 0), lambda picture: np.rot90(picture, -1)),
    "half": ((-1, 0, 0, -1), lambda picture: np.rot90(picture, 2)),
    "quarter_back": ((0, -1, 1, 0), lambda picture: np.rot90(picture, 1)),
    "mirrored": ((-1, 0, 0, 1), lambda picture: picture[:, ::-1]),
    "upside_down_mirrored": ((1, 0, 0, -1), lambda picture: picture[::-1]),
    "transposed": ((0, 1, 1, 0), lambda picture: picture.transpose(1, 0, 2)),
    "transposed_back": ((0, -1, -1, 0), lambda picture: np.rot90(picture, 2).transpose(1, 0, 2)),
}
"""Display matrices (a, b, c, d) and what a player shows."""


@pytest.mark.parametrize("name", TURNS)
def test_every_display_matrix_is_obeyed(name: str, tmp_path: Path, decoder: Decoder) -> None:
    """Phones turn, and mirror the front camera's pictures, by this matrix alone."""
    (a, b, c, d), shown = TURNS[name]
    corners = np.zeros((64, 96, 3), np.uint8)
    corners[:32, :48], corners[:32, 48:], corners[32:, :48] = (220, 40, 40), (40, 200, 40), (40, 40, 220)
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "5"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        one = 1 << 16
        stream.set_display_matrix([a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30])
        for _ in range(2):
            container.mux(stream.encode(VideoFrame.from_ndarray(corners, format="rgb24")))
        container.mux(stream.encode(None))

    info, [frame] = decoder.probe(path), decoder.frames_at(path, [0.0])

    expected = shown(corners).astype(int)
    assert (info.height, info.width) == expected.shape[:2] == frame.pixels.shape[:2]
    near = np.abs(frame.pixels.astype(int) - expected).max(axis=2) < 60
    assert near.mean() > 0.9


@pytest.mark.parametrize("size", [(17, 9), (33, 35), (161, 97), (2, 2)])
def test_odd_sizes_come_out_whole(size: tuple[int, int], tmp_path: Path, decoder: Decoder) -> None:
    """Codecs store even numbers of pixels; what is shown is what was filmed."""
    width, height = size
    path = tmp_path / "odd.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv444p"
        picture = np.full((height, width, 3), (200, 100, 50), np.uint8)
        container.mux(stream.encode(VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    [frame] = decoder.frames_at(path, [0.0])
    assert frame.pixels.shape == (height, width, 3)
    assert np.abs(frame.pixels.astype(int) - picture).max() < 12
