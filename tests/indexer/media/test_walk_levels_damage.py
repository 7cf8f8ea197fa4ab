"""The walk in levels tells the damage that it meets, and passes nothing damaged off as seen."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from barcode_video import punch_hole, read_number, steady, write_barcodes
from drawn_video import passing, write_drawn

from indexer.errors import DamagedVideo
from indexer.media.decoder import Decoder
from indexer.media.samples import Sample, WalkMode, WalkPlan
from indexer.timeline import Unseen

B_FRAMES = {"g": "24", "bf": "2"}


def walk_all(
    decoder: Decoder, path: Path, mode: WalkMode = WalkMode.LEVELS
) -> tuple[list[Sample], list[Unseen]]:
    walk = decoder.walk(path, WalkPlan(kept_per_second=1000, max_side=160, mode=mode))
    return list(walk), walk.damage


def check_numbers(samples: list[Sample]) -> list[int]:
    """Every picture holds the number of its time; a smeared one fails."""
    numbers = [read_number(sample.frame.pixels) for sample in samples if sample.frame]
    assert numbers == [round(sample.pts_seconds * 25) for sample in samples]
    assert numbers == sorted(set(numbers))
    return numbers


@pytest.mark.parametrize("name", ["hole.mp4", "hole.mkv", "hole.ts"])
def test_damage_in_the_middle_is_told_as_by_the_full_walk(
    name: str, tmp_path: Path, decoder: Decoder
) -> None:
    path = tmp_path / name
    write_barcodes(path, steady(250), options=B_FRAMES)
    punch_hole(path)

    samples, damage = walk_all(decoder, path)
    full, told = walk_all(decoder, path, WalkMode.FULL)

    numbers = check_numbers(samples)
    assert numbers[0] == 0 and numbers[-1] >= 247
    near = {number + step for number in numbers for step in range(-4, 5)}  # left out on purpose, or seen
    lost_numbers = set(range(250)) - set(check_numbers(full)) - near
    assert len(lost_numbers) > 20
    for number in lost_numbers:
        assert any(lost.span.contains(number / 25 + 0.001) for lost in damage), number
    assert sum(lost.span.duration_seconds for lost in damage) == pytest.approx(
        sum(lost.span.duration_seconds for lost in told), abs=1.0
    )


def test_flipped_bits_are_told_although_the_codec_hides_them(tmp_path: Path, decoder: Decoder) -> None:
    """And the group that is decoded in the other thread at that time is not blamed for them."""
    path = tmp_path / "flipped.mp4"
    write_barcodes(path, steady(250), options=B_FRAMES)
    whole = bytearray(path.read_bytes())
    chance = random.Random(3)
    for _ in range(12):
        whole[chance.randrange(len(whole) // 4, len(whole) * 8 // 10)] ^= 1 << chance.randrange(8)
    path.write_bytes(whole)

    samples, damage = walk_all(decoder, path)

    numbers = check_numbers(samples)
    assert numbers[0] == 0
    assert damage and 50 < len(numbers) < 250
    for lost in damage:
        assert not any(lost.span.contains(number / 25 + 0.001) for number in numbers)
    assert all(lost.span.start_seconds > 1.5 for lost in damage)


def test_a_file_cut_off_is_seen_up_to_there_and_says_so(tmp_path: Path, decoder: Decoder) -> None:
    path = tmp_path / "cut.mkv"
    write_barcodes(path, steady(250), options=B_FRAMES)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * 0.6)])
    samples, damage = walk_all(decoder, path)
    assert check_numbers(samples)[-1] > 100
    assert damage[-1].span.end_seconds == pytest.approx(10.0)
    assert "ends early" in damage[-1].reason


@pytest.mark.parametrize("mode", list(WalkMode))
@pytest.mark.parametrize("group", ["24", "250"])
def test_a_hole_without_packets_is_told_before_what_follows_it(
    mode: WalkMode, group: str, tmp_path: Path, decoder: Decoder
) -> None:
    """Else something would be measured from the picture before it to the one behind it."""
    path = tmp_path / "paused.mkv"
    write_barcodes(path, [time for time in steady(250) if not 2 <= time < 5], options={"g": group})
    walk = decoder.walk(path, WalkPlan(kept_per_second=1000, max_side=160, mode=mode))
    known = [(sample.pts_seconds, len(walk.damage)) for sample in walk]
    assert {told for seconds, told in known if seconds < 2} == {0}
    assert {told for seconds, told in known if seconds >= 5} == {1}
    assert [str(lost.span) for lost in walk.damage] == ["0:02–0:05"], "and once"


def test_a_hole_is_known_to_a_walk_that_goes_on_behind_it(tmp_path: Path, decoder: Decoder) -> None:
    path = tmp_path / "paused.mkv"
    write_barcodes(path, [time for time in steady(250) if not 2 <= time < 5], options=B_FRAMES)
    for start, first, told in ((0.0, 0.0, ["0:02–0:05"]), (3.0, 5.0, ["0:03–0:05"]), (5.0, 5.0, [])):
        walk = decoder.walk(path, WalkPlan(kept_per_second=1000, max_side=160, start_seconds=start))
        assert min(sample.pts_seconds for sample in walk) == first
        assert [str(lost.span) for lost in walk.damage] == told


def test_a_file_of_which_nothing_can_be_decoded_is_refused(tmp_path: Path, decoder: Decoder) -> None:
    path = tmp_path / "noise.mkv"
    write_drawn(path, passing(0, 1, 2))
    whole = bytearray(path.read_bytes())
    whole[1200:] = random.Random(1).randbytes(len(whole) - 1200)
    path.write_bytes(whole)
    with pytest.raises(DamagedVideo):
        walk_all(decoder, path)


@pytest.mark.parametrize("name", ["numbers.avi", "middle.ts"])
def test_what_cannot_be_walked_by_levels_is_walked_in_full(
    name: str, tmp_path: Path, decoder: Decoder
) -> None:
    """AVI knows no times of display, a recording may begin between key frames: every frame comes."""
    path = tmp_path / name
    write_barcodes(path, steady(250), options=B_FRAMES)
    if path.suffix == ".ts":
        whole = path.read_bytes()
        path.write_bytes(whole[len(whole) // 3 // 188 * 188 :])
    samples, _ = walk_all(decoder, path)
    full, _ = walk_all(decoder, path, WalkMode.FULL)
    assert [s.pts_seconds for s in samples] == [s.pts_seconds for s in full]
    assert len(samples) > 150
