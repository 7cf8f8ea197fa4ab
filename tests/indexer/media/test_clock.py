"""One clock from the first displayed frame: edit lists, wrapped and broken clocks, joined files, no times."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import av
import pytest
from barcode_video import displayed_number, irregular, read_number, steady, write_barcodes, write_edits

from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

B_FRAMES = {"g": "24", "bf": "2"}
OPEN_GOP = {"g": "24", "bf": "3", "x264-params": "open-gop=1:b-adapt=0:scenecut=0"}


def check(decoder: Decoder, path: Path, times: list[Fraction], numbers: list[int]) -> None:
    """Frame ``numbers[i]`` is displayed from ``times[i]`` on: asked at once, and each alone after a seek."""
    chance = random.Random(path.name)
    last = float(times[-1] - times[0])
    seconds = [chance.uniform(0, last) for _ in range(40)] + [0.0, last]
    truth = [numbers[displayed_number(times, second)] for second in seconds]

    together = decoder.frames_at(path, seconds, max_side=80)
    singly = [decoder.frames_at(path, [second], max_side=80)[0] for second in seconds[-8:]]

    assert [read_number(frame.pixels) for frame in together] == truth
    assert [read_number(frame.pixels) for frame in singly] == truth[-8:]
    for frame, number in zip(together, truth, strict=True):
        assert frame.pts_seconds == pytest.approx(float(times[numbers.index(number)] - times[0]), abs=1e-4)


@pytest.mark.parametrize("options", [B_FRAMES, OPEN_GOP], ids=["closed", "open"])
@pytest.mark.parametrize("cut", [Fraction(1), Fraction(33, 10), Fraction(96, 100)])
def test_an_edit_list_cuts_the_beginning_off(
    cut: Fraction, options: dict[str, str], tmp_path: Path, decoder: Decoder
) -> None:
    """What phones' trimming leaves: the frames before the cut are in the file and are never displayed."""
    path = tmp_path / "trimmed.mp4"
    write_barcodes(path, steady(200), options=options)
    write_edits(path, [(8 - cut, cut)])
    first = -(-cut // Fraction(1, 25))  # the first frame that begins at the cut or after it
    numbers = list(range(int(first), 200))
    check(decoder, path, steady(len(numbers)), numbers)
    assert decoder.probe(path).frame_count == len(numbers)


def test_an_empty_edit_delays_without_moving_the_clock(tmp_path: Path, decoder: Decoder) -> None:
    """Nothing is displayed for two seconds; the clock starts with the first picture."""
    path = tmp_path / "delayed.mp4"
    write_barcodes(path, steady(200), options=B_FRAMES)
    write_edits(path, [(Fraction(2), None), (Fraction(5), Fraction(3))])
    check(decoder, path, steady(125), list(range(75, 200)))


def test_two_edits_play_one_after_the_other(tmp_path: Path, decoder: Decoder) -> None:
    """A film cut without copying: seconds 1 to 2, then seconds 5 to 7."""
    path = tmp_path / "edited.mp4"
    write_barcodes(path, steady(200), options=B_FRAMES)
    write_edits(path, [(Fraction(1), Fraction(1)), (Fraction(2), Fraction(5))])
    check(decoder, path, steady(75), [*range(25, 50), *range(125, 175)])


@pytest.mark.parametrize("start", [95440, 95443, 95300], ids=["wraps", "wraps_at_once", "just_before"])
def test_a_transport_streams_clock_wraps(start: int, tmp_path: Path, decoder: Decoder) -> None:
    """33 bits of 90 kHz last 26.5 hours; the wrap comes in the middle of a recording."""
    path = tmp_path / "wraps.ts"
    write_barcodes(path, steady(200), options=OPEN_GOP, container_options={"output_ts_offset": str(start)})
    check(decoder, path, steady(200), list(range(200)))


@pytest.mark.parametrize("starts", [(1000, 0), (0, 0), (30000, 2), (5, 3, 1)], ids=str)
@pytest.mark.parametrize("suffix", ["ts", "mpg"])
def test_recordings_joined_end_to_end_play_on(
    suffix: str, starts: tuple[int, ...], tmp_path: Path, decoder: Decoder
) -> None:
    """``cat`` of two recordings: the clock jumps back, to times that were there before."""
    whole, codec = tmp_path / f"joined.{suffix}", "libx264" if suffix == "ts" else "mpeg2video"
    ticks = Fraction(1, 25) if suffix == "mpg" else Fraction(1, 90000)
    for place, start in enumerate(starts):
        part = tmp_path / f"part{place}.{suffix}"
        write_barcodes(
            part, steady(100), codec=codec, options=B_FRAMES, ticks=ticks, first_number=100 * place,
            container_options={"output_ts_offset": str(start)},
        )  # fmt: skip
        with whole.open("ab") as file:
            file.write(part.read_bytes())
    count = 100 * len(starts)
    check(decoder, whole, steady(count), list(range(count)))
    info = decoder.probe(whole)
    assert info.duration_seconds == pytest.approx(count / 25, abs=0.001)
    assert info.missing_end is None


@pytest.mark.parametrize("mode", WalkMode)
def test_a_walk_over_joined_recordings_is_on_the_one_clock(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """Also the walk that decides while it reads, before it knows of the second recording."""
    path, part = tmp_path / "joined.ts", tmp_path / "part.ts"
    for first, start in ((0, "1000"), (100, "0")):
        late = {"output_ts_offset": start}
        write_barcodes(part, steady(100), options=B_FRAMES, container_options=late, first_number=first)
        with path.open("ab") as file:
            file.write(part.read_bytes())
    with decoder.walk(path, WalkPlan(5.0, 96, mode=mode)) as walk:
        kept = [sample.frame for sample in walk if sample.frame]
    assert [round(frame.pts_seconds * 25) for frame in kept] == [read_number(f.pixels) for f in kept]
    assert (walk.damage, kept[-1].pts_seconds > 7.7) == ([], True)


def copy_with_times(source: Path, target: Path, shift: dict[int, int]) -> None:
    """Copy the packets; number n of them is ``shift[n]`` ms later than it was."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(packet for packet in old.demux(video=0) if packet.size):
            packet.stream = stream
            packet.pts += shift.get(number, 0)
            packet.dts = number  # rising, whatever is displayed when; Matroska does not store it
            new.mux(packet)


def test_of_frames_with_one_time_the_last_is_displayed(tmp_path: Path, decoder: Decoder) -> None:
    """Cameras that stutter give two frames the same time; the first of them is never seen."""
    plain, path = tmp_path / "plain.mkv", tmp_path / "repeated.mkv"
    write_barcodes(plain, steady(100), options={"g": "20", "bf": "0"})
    copy_with_times(plain, path, {30: 40, 59: 40})
    numbers = [number for number in range(100) if number not in (30, 59)]
    check(decoder, path, [Fraction(number, 25) for number in numbers], numbers)


@pytest.mark.parametrize("mode", list(WalkMode))
def test_a_walk_never_goes_back_where_the_last_frame_bears_an_earlier_ones_time(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """Zeros in a fragment's table make such files; the later picture must not pass for the earlier time."""
    plain, path = tmp_path / "plain.mkv", tmp_path / "back.mkv"
    write_barcodes(plain, steady(200), options={"g": "24", "bf": "0"})
    copy_with_times(plain, path, {199: -120})
    with decoder.walk(path, WalkPlan(kept_per_second=1000, max_side=160, mode=mode)) as walk:
        seen = [(sample.pts_seconds, read_number(sample.frame.pixels)) for sample in walk if sample.frame]
    assert seen == sorted(seen)
    assert seen[-1] == (pytest.approx(198 / 25), 198)
    assert all(seconds == pytest.approx(number / 25) for seconds, number in seen)


@pytest.mark.parametrize("damaged", [146, 150])
def test_a_frame_of_damaged_time_is_decoded_for_those_that_refer_to_it(
    damaged: int, tmp_path: Path, decoder: Decoder
) -> None:
    """Behind a seek it looks like one that refers to what lies before the key frame (144), and is none."""
    plain, path = tmp_path / "plain.mkv", tmp_path / "early.mkv"
    write_barcodes(plain, steady(200), options={"g": "24", "bf": "0", "refs": "1"})
    copy_with_times(plain, path, {damaged: -900})
    for number in set(range(140, 168)) - {damaged}:
        [frame] = decoder.frames_at(path, [(number + 0.5) / 25])
        assert (read_number(frame.pixels), frame.pts_seconds) == (number, pytest.approx(number / 25))


@pytest.mark.parametrize("name", ["raw.h264", "raw.hevc"])
def test_a_raw_stream_has_only_a_rate(name: str, tmp_path: Path, decoder: Decoder) -> None:
    """No container, no times: the frames follow each other at the stream's rate."""
    path = tmp_path / name
    options = {"x265-params": "keyint=24:bframes=2:log-level=none:pools=1"} if "hevc" in name else B_FRAMES
    codec = "libx265" if "hevc" in name else "libx264"
    write_barcodes(path, steady(60), codec=codec, options=options, ticks=Fraction(1, 25))
    check(decoder, path, steady(60), list(range(60)))


@pytest.mark.parametrize(
    ("byte", "bit"), [(11, 0x20), (9, 0x02), (9, 0x08)], ids=["seconds_later", "hours_later", "a_day_later"]
)
def test_a_damaged_time_does_not_move_the_others(
    byte: int, bit: int, tmp_path: Path, decoder: Decoder
) -> None:
    """One flipped bit in one frame's time: what comes after it stays where it is."""
    path = tmp_path / "stray.ts"
    write_barcodes(path, steady(100), options={"g": "20", "bf": "0"})
    whole = bytearray(path.read_bytes())
    frames = [at for at in range(len(whole)) if whole[at : at + 4] == b"\0\0\1\xe0"]
    whole[frames[50] + byte] ^= bit
    path.write_bytes(whole)
    numbers = [number for number in range(100) if number != 50]
    check(decoder, path, [Fraction(number, 25) for number in numbers], numbers)
    assert decoder.probe(path).duration_seconds == pytest.approx(4.0)


@pytest.mark.parametrize("name", ["one.mp4", "one.mkv", "one.ts", "one.avi", "one.webm"])
def test_a_video_of_one_frame(name: str, tmp_path: Path, decoder: Decoder) -> None:
    """It lasts one frame, and all of that shows it."""
    path = tmp_path / name
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    write_barcodes(path, irregular(2)[:1], codec=codec, ticks=Fraction(1, 25))
    info = decoder.probe(path)
    assert (info.frame_count, info.duration_seconds) == (1, pytest.approx(0.04))
    assert [read_number(frame.pixels) for frame in decoder.frames_at(path, [0.0, 0.039])] == [0, 0]
