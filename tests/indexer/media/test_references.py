"""Which frames others refer to is read from the packets as the encoder meant it; the walk looks at those."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from barcode_video import read_number, steady, write_barcodes

from indexer.media.decoder import Decoder
from indexer.media.halving import Halver, plane_rows
from indexer.media.levels.references import reference_reader
from indexer.media.samples import WalkPlan

B_FRAMES = {"g": "50", "bf": "3", "b_strategy": "0", "preset": "veryfast"}
HEVC = {"preset": "ultrafast", "x265-params": "bframes=3:b-adapt=0:keyint=50:log-level=0"}


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("lengths.mp4", "libx264", B_FRAMES),
        ("start_codes.ts", "libx264", B_FRAMES),
        ("lengths.mkv", "libx265", HEVC),
        ("start_codes.ts", "libx265", HEVC),
    ],
)
def test_what_others_refer_to_is_what_the_decoder_does_not_leave_out(
    name: str, codec: str, options: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / name
    write_barcodes(path, steady(60), codec=codec, options=options)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        is_reference = reference_reader(stream.codec_context.name, stream.codec_context.extradata)
        told = {
            packet.pts for packet in container.demux(stream) if packet.size and is_reference(bytes(packet))
        }
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONREF"
        decoded = {frame.pts for frame in container.decode(stream)}
    assert told == decoded
    assert 15 <= len(told) < 45


def test_what_cannot_be_told_counts_as_referred_to() -> None:
    """Nothing, noise, and units whose lengths lead nowhere; of other codecs nothing is told at all."""
    assert reference_reader("vp9", None) is None
    for codec in ("h264", "hevc"):
        for extradata in (None, b"\x01" + bytes(40)):
            judge = reference_reader(codec, extradata)
            assert judge is not None and all(
                judge(packet) for packet in (b"", b"\0\0\1", b"\xff" * 9, b"\0\0\0\0" * 200)
            )


@pytest.mark.parametrize("kept", [2.0, 8.0])
def test_pictures_of_the_walk_bear_their_own_times(kept: float, tmp_path: Path, decoder: Decoder) -> None:
    """Each shows the number of the frame displayed then, and none is missing by more than a frame or two."""
    path = tmp_path / "numbers.mp4"
    write_barcodes(path, steady(200), options=B_FRAMES)
    with decoder.walk(path, WalkPlan(kept_per_second=kept, max_side=160)) as walk:
        frames = [sample.frame for sample in walk if sample.frame is not None]
    assert [read_number(frame.pixels) for frame in frames] == [
        round(frame.pts_seconds * 25) for frame in frames
    ]
    assert np.diff([frame.pts_seconds for frame in frames]).max() <= 1 / kept + 3 / 25
    assert len(frames) >= 0.85 * 8 * kept


@pytest.mark.parametrize("size", [(1000, 600), (1920, 1080), (644, 364)])
def test_a_half_shows_what_the_whole_shows(size: tuple[int, int]) -> None:
    """Whatever lies behind the ends of its rows."""
    width, height = size
    luma = np.add.outer(np.arange(height) * 120 / height, np.arange(width) * 120 / width).astype(np.uint8)
    chroma = np.full((height // 2, width), 90, np.uint8)
    whole = av.VideoFrame.from_ndarray(np.concatenate([luma, chroma]), format="yuv420p")
    half = Halver().halved(whole, width // 3, height // 3)
    assert (half.width, half.height) == (width // 2, height // 2)
    rows = plane_rows(half.planes[0]).astype(int)
    assert np.abs(rows - luma[::2, ::2]).max() <= 2
    assert (plane_rows(half.planes[2]) == 90).all()


def test_what_cannot_be_halved_stays_as_it_is() -> None:
    """Odd sizes, other layouts, and what would become too small."""
    for width, height, layout in ((1002, 600, "yuv420p"), (1000, 600, "rgb24")):
        frame = av.VideoFrame(width, height, layout)
        assert Halver().halved(frame, 100, 60) is frame
    frame = av.VideoFrame(1000, 600, "yuv420p")
    assert Halver().halved(frame, 490, 290) is frame
