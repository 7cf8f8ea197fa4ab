"""What is broken in a file is told, and what is good in it is still seen."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import pytest
from barcode_video import irregular, punch_hole, read_number, steady, write_barcodes

from indexer.errors import NotAVideo
from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan
from indexer.timeline import Unseen, merge_spans

B_FRAMES = {"g": "24", "bf": "2"}


def write_cut(path: Path, share: float, **writing: object) -> None:
    """Write 10 s of numbered frames and keep only the first part of the file."""
    write_barcodes(path, steady(250), options=B_FRAMES, **writing)  # type: ignore[arg-type]
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])


def walk_all(decoder: Decoder, path: Path) -> tuple[list[int], list[Unseen]]:
    """Numbers of all frames that come, in order, and the damage; a smeared picture fails."""
    walk = decoder.walk(path, WalkPlan(kept_per_second=1000, max_side=160, mode=WalkMode.FULL))
    return [read_number(sample.frame.pixels) for sample in walk if sample.frame], walk.damage


@pytest.mark.parametrize(
    ("name", "muxer"), [("cut.mp4", {"movflags": "faststart"}), ("cut.mkv", {})], ids=["mp4", "mkv"]
)
def test_a_file_cut_off_is_seen_up_to_there_and_says_so(
    name: str, muxer: dict[str, str], tmp_path: Path, decoder: Decoder
) -> None:
    """The header still claims ten seconds; nothing may pretend that the rest was inspected."""
    path = tmp_path / name
    write_cut(path, 0.6, container_options=muxer)

    info = decoder.probe(path)
    numbers, damage = walk_all(decoder, path)

    assert info.claimed_seconds == pytest.approx(10.0)
    assert 4.0 < info.duration_seconds < 7.0
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= info.frame_count - 4
    assert damage[-1].span.end_seconds == pytest.approx(10.0)
    assert damage[-1].span.start_seconds == pytest.approx(info.duration_seconds)
    assert "ends early" in damage[-1].reason


def test_a_cut_fragmented_mp4_is_read_up_to_there(tmp_path: Path, decoder: Decoder) -> None:
    """Recorders write fragments so that a crash loses little; ffmpeg alone refuses such a file."""
    path = tmp_path / "cut.mp4"
    write_cut(path, 0.6, container_options={"movflags": "frag_keyframe+empty_moov"})
    numbers, _ = walk_all(decoder, path)
    assert len(numbers) > 100
    assert numbers == list(range(len(numbers)))


def test_an_mp4_without_its_index_is_refused_with_the_remedy(tmp_path: Path, decoder: Decoder) -> None:
    path = tmp_path / "cut.mp4"
    write_cut(path, 0.6)
    with pytest.raises(NotAVideo, match=r"moov.*cut off"):
        decoder.probe(path)


@pytest.mark.parametrize("name", ["hole.mp4", "hole.mkv", "hole.ts"])
def test_damage_in_the_middle_is_told_and_the_rest_is_seen(
    name: str, tmp_path: Path, decoder: Decoder
) -> None:
    """Both sides of a hole come out right, nothing smeared is passed off as seen, all that lacks is told."""
    path = tmp_path / name
    write_barcodes(path, steady(250), options=B_FRAMES)
    punch_hole(path)

    numbers, damage = walk_all(decoder, path)

    assert numbers == sorted(set(numbers))
    assert numbers[:50] == list(range(50))
    assert numbers[-8:] == list(range(242, 250))
    lost = set(range(250)) - set(numbers)
    assert len(lost) > 20
    for number in lost:
        assert any(told.span.contains(number / 25 + 0.001) for told in damage), number


def test_flipped_bits_are_told_although_the_codec_hides_them(tmp_path: Path, decoder: Decoder) -> None:
    """H.264 patches damaged blocks up in silence; such pictures, and those built on them, are not given."""
    path = tmp_path / "flipped.mp4"
    write_barcodes(path, steady(250), options=B_FRAMES)
    whole = bytearray(path.read_bytes())
    chance = random.Random(3)
    for _ in range(12):
        whole[chance.randrange(len(whole) // 4, len(whole) * 8 // 10)] ^= 1 << chance.randrange(8)
    path.write_bytes(whole)

    numbers, damage = walk_all(decoder, path)

    assert numbers == sorted(set(numbers))
    assert 50 < len(numbers) < 250
    assert sum(told.span.duration_seconds for told in damage) == pytest.approx((250 - len(numbers)) / 25)


def test_frames_in_a_hole_are_the_last_good_ones(tmp_path: Path, decoder: Decoder) -> None:
    """The true time of what is given tells that it is not the second asked for."""
    path = tmp_path / "hole.mp4"
    write_barcodes(path, steady(250), options=B_FRAMES)
    punch_hole(path)
    _, [damage] = walk_all(decoder, path)
    middle = (damage.span.start_seconds + damage.span.end_seconds) / 2

    frame, after = decoder.frames_at(path, [middle, 9.9])

    assert frame.pts_seconds == pytest.approx(damage.span.start_seconds - 1 / 25)
    assert read_number(frame.pixels) == round(frame.pts_seconds * 25)
    assert read_number(after.pixels) == 247


@pytest.mark.parametrize("name", ["hole.mp4", "hole.mkv", "hole.ts"])
def test_what_is_shown_around_a_hole_does_not_depend_on_what_else_is_asked_for(
    name: str, tmp_path: Path, decoder: Decoder
) -> None:
    """A codec's threads complain late: good frames on both sides were withheld in company, and not alone."""
    path = tmp_path / name
    write_barcodes(path, steady(250), options=B_FRAMES)
    punch_hole(path)
    walk = decoder.walk(path, WalkPlan(kept_per_second=1000, max_side=160))
    seen = {read_number(sample.frame.pixels) for sample in walk if sample.frame}
    lost = walk.damage[0].span
    first, last = round(lost.start_seconds * 25) - 12, round(lost.end_seconds * 25) + 12
    asked = {number: (number + 0.5) / 25 for number in range(first, last)}

    alone = {number: number_at(decoder, path, [time])[0] for number, time in asked.items()}
    together = number_at(decoder, path, list(asked.values()))
    in_pairs = [number_at(decoder, path, [time, 9.9])[0] for time in asked.values()]

    assert list(alone.values()) == together == in_pairs
    assert all(alone[number] == number for number in seen & set(asked))
    shown = sorted(number for number, displayed in alone.items() if displayed == number)
    assert all(displayed == max(each for each in shown if each <= at) for at, displayed in alone.items())


def number_at(decoder: Decoder, path: Path, times: list[float]) -> list[int]:
    return [read_number(frame.pixels) for frame in decoder.frames_at(path, times)]


def test_a_hole_without_packets_is_told_in_a_steady_recording(tmp_path: Path, decoder: Decoder) -> None:
    """The frame before the hole is displayed all through it, but nobody saw what happened."""
    path = tmp_path / "paused.mkv"
    write_barcodes(path, [time for time in steady(250) if not 2 <= time < 5])
    _, damage = walk_all(decoder, path)
    assert [str(lost.span) for lost in damage] == ["0:02–0:05"]


def test_long_steps_of_a_variable_rate_are_no_damage(tmp_path: Path, decoder: Decoder) -> None:
    path = tmp_path / "screen.mkv"
    write_barcodes(path, [time * 20 for time in irregular(60)])
    numbers, damage = walk_all(decoder, path)
    assert numbers == list(range(60))
    assert damage == []


def test_a_recording_that_begins_between_key_frames(tmp_path: Path, decoder: Decoder) -> None:
    """A TS cut anywhere: the clock starts at the first frame that can be displayed, with no damage told."""
    path = tmp_path / "middle.ts"
    write_barcodes(path, steady(250), options=B_FRAMES)
    whole = path.read_bytes()
    start = len(whole) // 3 // 188 * 188
    path.write_bytes(whole[start:])

    numbers, damage = walk_all(decoder, path)

    assert numbers == list(range(numbers[0], 250))
    assert damage == []
    frame = decoder.frames_at(path, [1.0])[0]
    assert read_number(frame.pixels) == numbers[0] + 25


@pytest.mark.parametrize("mode", list(WalkMode))
def test_damage_in_a_stream_without_times_shows_no_other_frame(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """Its frames are counted, and up to the next key frame none is trusted after one that was patched up."""
    path = tmp_path / "raw.h264"
    write_barcodes(path, steady(40), options={"g": "8", "keyint_min": "8", "bf": "2"})
    whole = bytearray(path.read_bytes())
    keyframes = [at for at in range(len(whole)) if whole[at : at + 4] == b"\0\0\1\x65"]
    damaged = keyframes[2] + (keyframes[3] - keyframes[2]) * 2 // 3
    whole[damaged : damaged + 40] = bytes(40)
    path.write_bytes(whole)

    with decoder.walk(path, WalkPlan(1000.0, 160, mode=mode)) as walk:
        seen = {round(each.pts_seconds * 25): read_number(each.frame.pixels) for each in walk if each.frame}

    assert seen == {number: number for number in seen}
    assert set(range(16, 24)) - set(seen)
    # The codec has threads: what it complains of may have been sent a little before.
    assert set(range(15)) | set(range(32, 40)) <= set(seen)
    assert all(15 / 25 <= each.span.start_seconds < each.span.end_seconds <= 33 / 25 for each in walk.damage)
    assert walk.damage


@pytest.mark.parametrize("mode", list(WalkMode))
@pytest.mark.parametrize("codec", ["mjpeg", "mpeg4"])
def test_what_follows_a_hole_in_an_avi_keeps_its_time(
    codec: str, mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """Its packets bear no times, and counting those that are left makes all that follow too early."""
    path = tmp_path / "hole.avi"
    options = {"strict": "unofficial"} if codec == "mjpeg" else {"g": "10", "bf": "0"}
    write_barcodes(path, steady(250), codec=codec, options=options, ticks=Fraction(1, 25))
    punch_hole(path)

    with decoder.walk(path, WalkPlan(1000.0, 160, mode=mode)) as walk:
        seen = {round(each.pts_seconds * 25): read_number(each.frame.pixels) for each in walk if each.frame}

    assert seen == {number: number for number in seen}
    assert {0, 100, 220, 249} <= set(seen)
    assert len(seen) < 210
    assert decoder.probe(path).duration_seconds == pytest.approx(10.0)
    lost = merge_spans([each.span for each in walk.damage])
    assert 4.0 < lost[0].start_seconds < 6.0 < lost[-1].end_seconds < 8.5
    [frame] = decoder.frames_at(path, [9.0])
    assert read_number(frame.pixels) == 225


@pytest.mark.parametrize("mode", list(WalkMode))
def test_an_avis_index_that_goes_back_moves_no_frame(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """Rows of it that stand there twice name packets that were read before, and none that are lost."""
    path = tmp_path / "twice.avi"
    write_barcodes(path, steady(50), codec="mpeg4", options={"g": "10", "bf": "0"}, ticks=Fraction(1, 25))
    whole, row = bytearray(path.read_bytes()), 16
    rows = whole.index(b"idx1") + 8
    ninth, nineteenth, last = (rows + row * number for number in (9, 19, 40))
    whole[nineteenth : last + 10 * row] = whole[ninth:last]
    path.write_bytes(whole)

    with decoder.walk(path, WalkPlan(1000.0, 160, mode=mode)) as walk:
        seen = {round(each.pts_seconds * 25): read_number(each.frame.pixels) for each in walk if each.frame}

    assert seen == {number: number for number in range(50)}
