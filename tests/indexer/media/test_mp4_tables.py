"""The tables of an MP4 tell what its packets tell, or nothing."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from barcode_video import irregular, steady, write_barcodes, write_edits

from indexer.errors import DamagedVideo, NotAVideo
from indexer.media.formats import video_stream
from indexer.media.index import PacketIndex, build_index
from indexer.media.mp4_tables import read_sample_tables
from indexer.media.quick_index import quick_index

B_FRAMES = {"g": "24", "bf": "2"}
PLAIN: dict[str, dict[str, Any]] = {
    "steady.mp4": {"times": steady(300)},
    "irregular.mp4": {"times": irregular(300)},
    "late.mov": {"times": steady(300, start=Fraction(15, 2))},
    "all_keys.mp4": {"times": steady(150), "options": {"g": "1"}},
    "no_b_frames.mp4": {"times": irregular(150), "options": {"g": "50", "bf": "0"}},
    "one.mp4": {"times": steady(1)},
    "vp9.mp4": {"times": steady(60), "codec": "libvpx-vp9", "options": {"g": "20", "deadline": "realtime"}},
}


def both(path: Path) -> tuple[PacketIndex | None, PacketIndex, int, int]:
    """The index from the tables and that from all packets, and how many packets each of them read."""
    beats: list[list[int]] = [[], []]
    with av.open(str(path)) as container:
        stream = video_stream(path, container)
        found = quick_index(path, container, stream, lambda: beats[0].append(1))
    with av.open(str(path)) as container:
        stream = video_stream(path, container)
        slow, _ = build_index(path.name, partial(container.demux, stream), stream, lambda: beats[1].append(1))
    return found and found[0], slow, len(beats[0]), len(beats[1])


def same(one: PacketIndex, other: PacketIndex) -> bool:
    return (
        np.array_equal(one.pts, other.pts)
        and np.array_equal(one.keyframes, other.keyframes)
        and (one.end, one.time_base, one.repeated) == (other.end, other.time_base, other.repeated)
    )


@pytest.mark.parametrize("name", PLAIN)
def test_the_index_from_the_tables_is_that_of_the_packets(name: str, tmp_path: Path) -> None:
    """Times, key frames, end: equal to the tick. And few packets are read for it."""
    write_barcodes(tmp_path / name, **{"options": B_FRAMES, **PLAIN[name]})
    quick, slow, read_quickly, read_slowly = both(tmp_path / name)
    assert quick is not None
    assert same(quick, slow)
    assert read_quickly <= min(read_slowly, 100)


def test_what_is_not_plain_is_left_to_the_packets(tmp_path: Path) -> None:
    """Edited, fragmented, cut off: there the tables alone do not tell what is displayed."""
    edited, trimmed, whole = tmp_path / "edited.mp4", tmp_path / "trimmed.mp4", tmp_path / "whole.mp4"
    write_barcodes(edited, steady(200), options=B_FRAMES)
    write_edits(edited, [(Fraction(4), Fraction(4))])
    write_barcodes(trimmed, steady(200), options=B_FRAMES)
    write_edits(trimmed, [(Fraction(4), Fraction(0))])
    write_barcodes(whole, steady(200), container_options={"movflags": "faststart"})
    assert both(whole)[0] is not None
    whole.write_bytes(whole.read_bytes()[:-1000])
    fragments = tmp_path / "fragments.mp4"
    write_barcodes(fragments, steady(200), container_options={"movflags": "frag_keyframe+empty_moov"})
    for path in (edited, trimmed, whole, fragments):
        assert both(path)[0] is None, path.name


def test_damaged_tables_are_never_believed(tmp_path: Path) -> None:
    """Bytes changed at random: what the tables still tell is what the packets tell, or it is nothing."""
    path, chance = tmp_path / "damaged.mp4", random.Random(11)
    write_barcodes(path, irregular(80), options=B_FRAMES)
    good = path.read_bytes()
    movie, told = good.index(b"moov"), 0
    for _ in range(150):
        bad = bytearray(good)
        for _ in range(chance.choice([1, 1, 3])):
            bad[chance.randrange(movie, len(bad))] = chance.choice([0, 255, chance.randrange(256)])
        path.write_bytes(bad)
        try:
            quick, slow, *_ = both(path)
        except (av.FFmpegError, DamagedVideo, NotAVideo, UnicodeDecodeError):
            continue  # refused before the tables matter
        if quick is not None:
            told += 1
            assert same(quick, slow)
    assert told > 10


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"\0\0\0\1moov" + b"\xff" * 8, b"\0\0\0\x10moov" + b"\xff" * 8]
)
def test_tables_that_are_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "none.mp4").write_bytes(content)
    assert read_sample_tables(tmp_path / "none.mp4", 1) is None


def test_an_empty_sample_is_no_frame(tmp_path: Path) -> None:
    """It has a time in the tables, and no packet ever comes of it."""
    path = tmp_path / "empty_sample.mp4"
    write_barcodes(path, steady(300), options={"g": "24", "bf": "0"})
    whole = bytearray(path.read_bytes())
    sizes = whole.index(b"stsz") + 16
    whole[sizes + 4 * 150 : sizes + 4 * 151] = bytes(4)
    path.write_bytes(whole)
    with av.open(str(path)) as container:
        assert read_sample_tables(path, container.streams.video[0].id) is None
