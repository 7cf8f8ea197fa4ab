"""The frame displayed at a second is the right one, and a walk gives each frame of its grid once."""

from __future__ import annotations

import random
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from barcode_video import displayed_number, irregular, read_number, steady, write_barcodes

from indexer.errors import DamagedVideo, TimeOutsideVideo
from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

OPEN_GOP = {"g": "24", "bf": "3", "x264-params": "open-gop=1:b-adapt=0:scenecut=0"}
B_FRAMES = {"g": "24", "bf": "2"}
OLD_TICKS = Fraction(1, 25)

KINDS: dict[str, tuple[list[Fraction], dict[str, Any]]] = {
    "steady.mp4": (steady(120), {"options": B_FRAMES}),
    "irregular.mp4": (irregular(120), {"options": B_FRAMES}),
    "open_gop.mp4": (irregular(120), {"options": OPEN_GOP}),
    "offset.mp4": (steady(120, start=Fraction(15, 2)), {"options": B_FRAMES}),
    "fragments.mp4": (
        irregular(120),
        {"options": B_FRAMES, "container_options": {"movflags": "frag_keyframe+empty_moov"}},
    ),
    "offset.mkv": (irregular(120), {"options": OPEN_GOP}),
    "late_start.mkv": (steady(120, start=Fraction(15, 2)), {"options": B_FRAMES}),
    "steady.ts": (steady(120), {"options": B_FRAMES}),
    "open_gop.ts": (irregular(120), {"options": OPEN_GOP}),
    "mpeg2.mpg": (steady(120), {"codec": "mpeg2video", "ticks": OLD_TICKS, "options": B_FRAMES}),
    "mpeg1.mpg": (steady(120), {"codec": "mpeg1video", "ticks": OLD_TICKS, "options": {"bf": "0"}}),
    "few_times.mpg": (steady(120), {"ticks": OLD_TICKS, "options": B_FRAMES}),
    "few_times_no_b.mpg": (steady(120), {"ticks": OLD_TICKS, "options": {"g": "24", "bf": "0"}}),
    "no_lengths.mpg": (steady(120), {"options": B_FRAMES}),
    "no_lengths_no_b.mpg": (steady(120), {"options": {"g": "24", "bf": "0"}}),
    "no_pts.avi": (steady(120), {"ticks": OLD_TICKS, "options": B_FRAMES}),
    "mpeg4.avi": (steady(120), {"codec": "mpeg4", "ticks": OLD_TICKS, "options": B_FRAMES}),
    "web.webm": (irregular(60), {"codec": "libvpx", "options": {"g": "24", "deadline": "realtime"}}),
    "flash.flv": (irregular(120), {"options": B_FRAMES}),
    "sorenson.flv": (irregular(120), {"codec": "flv"}),
    "turned.mp4": (steady(40), {"rotation": 90}),
    "upside_down.mp4": (steady(40), {"rotation": 180}),
    "turned_back.mp4": (steady(40), {"rotation": -90}),
}


@pytest.mark.parametrize("name", KINDS)
def test_frames_are_the_displayed_ones_in_every_container(
    name: str, tmp_path: Path, decoder: Decoder
) -> None:
    """Random times in request order, then single requests that must seek, against the written times."""
    times, writing = KINDS[name]
    path = tmp_path / name
    write_barcodes(path, times, **writing)
    chance = random.Random(name)
    seconds = [chance.uniform(0, float(times[-1] - times[0])) for _ in range(60)]

    together = decoder.frames_at(path, seconds)
    singly = [decoder.frames_at(path, [second], max_side=80)[0] for second in seconds[:6]]

    truth = [displayed_number(times, second) for second in seconds]
    assert [read_number(frame.pixels) for frame in together] == truth
    assert [read_number(frame.pixels) for frame in singly] == truth[:6]
    for frame, number in zip(together, truth, strict=True):
        assert frame.pts_seconds == pytest.approx(float(times[number] - times[0]), abs=1e-6)


@pytest.mark.parametrize("rate", [30000, 24000, 15000])
def test_the_float_of_a_pts_finds_its_own_frame(rate: int, tmp_path: Path, decoder: Decoder) -> None:
    """At 29.97 and the like no PTS is a round float; asking for it must not give the frame before."""
    path = tmp_path / "ntsc.mp4"
    times = [Fraction(1001 * number, rate) for number in range(90)]
    write_barcodes(path, times, ticks=Fraction(1, rate), options=B_FRAMES)

    frames = decoder.frames_at(path, [float(time) for time in times], max_side=80)

    assert [read_number(frame.pixels) for frame in frames] == list(range(90))
    again = decoder.frames_at(path, [frame.pts_seconds for frame in frames], max_side=80)
    assert [frame.pts_seconds for frame in again] == [frame.pts_seconds for frame in frames]


def test_answers_come_in_the_order_asked(steady_mp4: Path, decoder: Decoder) -> None:
    """Unsorted and repeated requests are answered place by place."""
    frames = decoder.frames_at(steady_mp4, [5.0, 0.0, 7.99, 5.0, 0.039, 5.01])

    assert [read_number(frame.pixels) for frame in frames] == [125, 0, 199, 125, 0, 125]
    assert decoder.frames_at(steady_mp4, []) == []


@pytest.mark.parametrize("second", [-0.001, 8.0, 1e9, float("nan"), float("inf")])
def test_a_time_outside_is_refused_with_the_length(second: float, steady_mp4: Path, decoder: Decoder) -> None:
    """The message tells how long the video is, so that the person can ask again."""
    with pytest.raises(TimeOutsideVideo, match=r"0:08 \(8\.000 s\)"):
        decoder.frames_at(steady_mp4, [1.0, second])


def test_probe_tells_the_facts(steady_mp4: Path, irregular_mp4: Path, decoder: Decoder) -> None:
    """Counted from packets, not believed from the header."""
    info = decoder.probe(steady_mp4)

    assert (info.width, info.height, info.codec, info.frame_count) == (160, 96, "h264", 200)
    assert info.duration_seconds == info.claimed_seconds == 8.0
    assert info.frames_per_second == pytest.approx(25)
    assert (info.size_bytes, info.has_audio, info.missing_end) == (steady_mp4.stat().st_size, False, None)
    assert decoder.probe(irregular_mp4).frame_count == 200


def test_a_file_that_changed_is_read_anew(tmp_path: Path, decoder: Decoder) -> None:
    """The remembered index belongs to a size and a time of change, not to a name."""
    path = tmp_path / "same_name.mp4"
    write_barcodes(path, steady(50))
    assert decoder.probe(path).frame_count == 50
    write_barcodes(path, steady(75))
    assert decoder.probe(path).frame_count == 75


@pytest.mark.parametrize("rate", [2.0, 7.3, 30.0])
@pytest.mark.parametrize("start", [0.0, 1.3, 29.9])
def test_a_full_walk_gives_every_frame_and_keeps_the_first_of_each_tick(
    rate: float, start: float, irregular_mp4: Path, decoder: Decoder
) -> None:
    """The grid is absolute: a walk that starts later sees and keeps the same frames from there on."""
    times = [float(time) for time in irregular(200)]
    ticks = [int(time * rate + 1e-6) for time in times]
    firsts = [number for number in range(200) if number == 0 or ticks[number] != ticks[number - 1]]

    with decoder.walk(irregular_mp4, WalkPlan(rate, 80, start, WalkMode.FULL)) as walk:
        samples = list(walk)

    assert [sample.pts_seconds for sample in samples] == pytest.approx(
        [t for t in times if t >= start - 1e-9]
    )
    kept = [sample.frame for sample in samples if sample.frame]
    assert [read_number(frame.pixels) for frame in kept] == [n for n in firsts if times[n] >= start - 1e-9]
    assert walk.damage == []
    assert walk.info == decoder.probe(irregular_mp4)


def test_a_walk_past_the_end_is_empty(steady_mp4: Path, decoder: Decoder) -> None:
    """A resumed index may start exactly at the end."""
    walk = decoder.walk(steady_mp4, WalkPlan(8, 80, 8.0, WalkMode.FULL))
    assert list(walk) == []
    assert walk.damage == []


def test_sizes_follow_rotation_pixel_aspect_and_limit(
    tmp_path: Path, steady_mp4: Path, decoder: Decoder
) -> None:
    """What comes out is what a viewer sees, scaled down to the longer side and never up."""
    turned, wide = tmp_path / "turned.mp4", tmp_path / "wide.mp4"
    write_barcodes(turned, steady(5), rotation=90)
    write_barcodes(wide, steady(5), pixel_aspect=Fraction(2, 1))

    assert (decoder.probe(turned).width, decoder.probe(turned).height) == (160, 96)
    assert (decoder.probe(wide).width, decoder.probe(wide).height) == (320, 96)
    assert decoder.frames_at(wide, [0.0])[0].pixels.shape == (96, 320, 3)
    assert decoder.frames_at(turned, [0.0], max_side=80)[0].pixels.shape == (48, 80, 3)
    assert decoder.frames_at(steady_mp4, [0.0], max_side=101)[0].pixels.shape == (61, 101, 3)
    assert decoder.frames_at(steady_mp4, [0.0], max_side=4000)[0].pixels.shape == (96, 160, 3)


def test_odd_bytes_in_a_name_travel_safely(steady_mp4: Path, tmp_path: Path, decoder: Decoder) -> None:
    """Linux names are bytes; one that is no UTF-8 reaches the child unharmed."""
    path = tmp_path / "caf\udce9 \u96e8 'x\".mp4"
    try:
        path.write_bytes(steady_mp4.read_bytes())
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert decoder.probe(path).frame_count == 200


@pytest.mark.parametrize(("rate", "side", "start"), [(0, 80, 0), (8, 0, 0), (8, 80, -1)])
def test_arguments_out_of_range_are_refused(
    rate: float, side: int, start: float, steady_mp4: Path, decoder: Decoder
) -> None:
    """Before anything is decoded."""
    with pytest.raises(ValueError, match="walk needs"):
        WalkPlan(rate, side, start)
    with pytest.raises(ValueError, match="at least 1"):
        decoder.frames_at(steady_mp4, [0.0], max_side=0)


@pytest.mark.parametrize("b_frames", ["0", "2"])
def test_a_program_stream_that_begins_in_the_middle_is_counted_from_a_told_time(
    b_frames: str, tmp_path: Path, decoder: Decoder
) -> None:
    """Few of its frames tell their times, and none of those that come out first."""
    path = tmp_path / "cut.mpg"
    write_barcodes(path, steady(300), ticks=OLD_TICKS, options={"g": "24", "bf": b_frames})
    packs = [found.start() for found in re.finditer(b"\0\0\1\xba", path.read_bytes())]
    path.write_bytes(path.read_bytes()[packs[len(packs) // 3] :])
    length = decoder.probe(path).duration_seconds
    frames = decoder.frames_at(path, [part * length / 10 for part in range(10)])
    first = read_number(frames[0].pixels)
    assert 50 < first < 250
    assert [read_number(frame.pixels) - first for frame in frames] == [
        round(frame.pts_seconds * 25) for frame in frames
    ]


@pytest.mark.parametrize("b_frames", ["0", "2"])
@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
def test_a_program_stream_without_any_times_is_counted_by_its_rate(
    codec: str, b_frames: str, tmp_path: Path, decoder: Decoder
) -> None:
    """The stream itself tells how many frames there are a second."""
    path = tmp_path / "no_times.mpg"
    write_barcodes(path, steady(120), codec=codec, ticks=OLD_TICKS, options={"g": "24", "bf": b_frames})
    path.write_bytes(without_times(path.read_bytes()))
    assert decoder.probe(path).duration_seconds == pytest.approx(4.8)
    seconds = [random.Random(b_frames).uniform(0, 4.79) for _ in range(20)]
    frames = decoder.frames_at(path, seconds)
    assert [read_number(frame.pixels) for frame in frames] == [int(second * 25) for second in seconds]


def test_a_program_stream_without_times_or_a_rate_is_refused(tmp_path: Path, decoder: Decoder) -> None:
    """Nobody can tell when its frames are displayed: an error in words, never times that are made up."""
    path = tmp_path / "no_rate.mpg"
    write_barcodes(path, steady(120), options={"g": "24", "bf": "2"})
    path.write_bytes(without_times(path.read_bytes()))
    with pytest.raises(DamagedVideo, match="timestamps are broken"):
        decoder.probe(path)


def without_times(content: bytes) -> bytes:
    """Take the times out of an MPEG-1 system stream's video packets; what they took is stuffed."""
    whole, taken = bytearray(content), 0
    for found in re.finditer(rb"\x00\x00\x01[\xe0-\xef]..(\xff*)([\x40-\x7f].)?", content, re.DOTALL):
        start, told = found.start(1), found.end()
        size = {2: 5, 3: 10}.get(whole[told] >> 4, 0)
        if size:
            whole[start : told + size] = ((found[2] or b"") + b"\x0f").rjust(told + size - start, b"\xff")
            taken += 1
    assert taken > 3
    return bytes(whole)
