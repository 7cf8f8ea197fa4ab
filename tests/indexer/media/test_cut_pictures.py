"""Motion JPEG whose pictures end too early: below the end, the codec shows another moment's."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import av
import pytest
from barcode_video import read_number, steady, write_barcodes

from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

FRAMES, RATE = 24, 25
SCAN_HEADER = 16


def write_cut_pictures(path: Path, which: Collection[int], keep: float | None) -> None:
    """Write numbered frames, and take from some the end of their data.

    Args:
        path: An AVI.
        which: Numbers of those frames.
        keep: Share of their bytes that is left; None for hardly more than the header.
    """
    whole = path.with_stem("whole")
    write_barcodes(whole, steady(FRAMES), codec="mjpeg", options={"strict": "unofficial"})
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if not packet.size:
                continue
            data = bytes(packet)
            scan = data.index(b"\xff\xda")
            if number in which:
                data = data[: scan + SCAN_HEADER if keep is None else int(len(data) * keep)]
            cut = av.Packet(data)
            cut.pts, cut.dts, cut.time_base = packet.pts, packet.dts, packet.time_base
            cut.is_keyframe, cut.stream = True, stream
            target.mux(cut)


@pytest.mark.parametrize("mode", list(WalkMode))
def test_a_picture_without_its_data_is_not_another_moments(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """The codec returns what its buffer held, a frame seen before, and only its log tells."""
    path = tmp_path / "camera.avi"
    write_cut_pictures(path, {10, 11}, keep=None)

    with decoder.walk(path, WalkPlan(float(RATE), 160, mode=mode)) as walk:
        seen = {round(s.pts_seconds * RATE): read_number(s.frame.pixels) for s in walk if s.frame}

    assert seen == {number: number for number in seen}
    assert set(range(FRAMES)) - set(seen) >= {10, 11}
    assert len(seen) >= FRAMES - 4  # with two threads, a neighbour may be distrusted too
    assert walk.damage
    assert all(9 / RATE <= each.span.start_seconds <= 12 / RATE for each in walk.damage)
    [frame] = decoder.frames_at(path, [10.5 / RATE])
    assert frame.pts_seconds < 10 / RATE, "the last good one before it"
    assert read_number(frame.pixels) == round(frame.pts_seconds * RATE)


def test_a_camera_whose_pictures_all_lack_their_end_is_shown(tmp_path: Path, decoder: Decoder) -> None:
    """Some webcams leave the last bytes out of every picture, which players show as it is."""
    path = tmp_path / "webcam.avi"
    write_cut_pictures(path, range(FRAMES), keep=0.97)

    with decoder.walk(path, WalkPlan(float(RATE), 160)) as walk:
        seen = [round(sample.pts_seconds * RATE) for sample in walk if sample.frame]

    assert seen == list(range(FRAMES))
    assert not walk.damage
