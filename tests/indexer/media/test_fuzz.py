"""Two hundred damaged files: the parent lives, the limits hold, and no frame comes with another one's time.

The same that ``python -m bench.media.fuzz`` does by the ten thousand.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from fuzz_kit import (
    FRAMES,
    LIMITS,
    RATE,
    SLOWEST_SECONDS,
    cases,
    check,
    damage,
    judge,
    write_seed,
)

from indexer.media.decoder import Decoder

FILES = ["h264.mp4", "h264.mkv", "h264.ts", "vp9.webm", "mpeg4.avi", "mpeg2.mpg", "h264.flv", "mpeg2.mxf"]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The whole files."""
    folder = tmp_path_factory.mktemp("seeds")
    return {name: write_seed(folder, name) for name in FILES}


@pytest.mark.timeout(600)
def test_two_hundred_damaged_files_harm_nothing(seeds: dict[str, bytes], tmp_path: Path) -> None:
    """Whatever becomes of each file, it is one of the outcomes that a person is told."""
    outcomes: Counter[str] = Counter()
    frames = 0
    with Decoder(limits=LIMITS) as decoder:
        for number, (name, chance) in enumerate(cases(seed=4, count=200, names=FILES)):
            path = tmp_path / f"{number} {name}"
            path.write_bytes(damage(seeds[name], chance)[1])
            verdict = judge(decoder, path, chance)
            assert verdict.slowest_seconds < SLOWEST_SECONDS
            outcomes[verdict.outcome] += 1
            frames += verdict.frames
    assert outcomes.total() == 200
    assert min(outcomes["whole"], outcomes["partial"], outcomes["refused"]) > 10, "damage of every weight"
    assert frames > 1000


def test_pictures_that_are_damaged_keep_their_times(seeds: dict[str, bytes], tmp_path: Path) -> None:
    """Bits are flipped in the pictures alone, so every number that can be read stands at its own second."""
    whole = seeds["h264.mkv"]
    first, last = len(whole) // 3, len(whole) * 9 // 10
    suspects, frames = [], 0
    with Decoder(limits=LIMITS) as decoder:
        for number in range(15):
            chance, data = random.Random(number), bytearray(whole)
            for place in picture_bytes(data, first, last, chance):
                data[place] ^= 1 << chance.randrange(8)
            path = tmp_path / f"{number}.mkv"
            path.write_bytes(data)
            verdict = judge(decoder, path, chance)
            suspects += [(path.name, *each) for each in verdict.suspects]
            frames += verdict.frames
    assert suspects == []
    assert frames > 100


def picture_bytes(data: bytearray, first: int, last: int, chance: random.Random) -> list[int]:
    """Choose bytes well inside of Matroska's blocks, away from the times before each."""
    blocks = [
        place + 12
        for place in range(first, last)
        if data[place] == 0xA3 and data[place + 1] & 0x80 and data[place + 1] & 0x7F > 60
    ]
    return [place + chance.randrange(30) for place in chance.sample(blocks, min(2, len(blocks)))]


def test_the_judge_sees_a_wrong_time(tmp_path: Path, seeds: dict[str, bytes]) -> None:
    """The check can fail: a frame with the time of the one after it is found out, a right one is not."""
    path = tmp_path / "whole.mp4"
    path.write_bytes(seeds["h264.mp4"])
    with Decoder(limits=LIMITS) as decoder:
        verdict = judge(decoder, path, random.Random(1))
        assert (verdict.outcome, verdict.suspects) == ("whole", [])
        assert verdict.frames >= FRAMES
        (frame,) = decoder.frames_at(path, [0.5])
    check(frame.pts_seconds + 1 / RATE, frame.pixels, verdict)
    assert verdict.suspects == [(pytest.approx(0.52), 12)]
