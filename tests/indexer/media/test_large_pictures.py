"""Pictures of gigabytes in small files are refused before they cost memory."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_kit import claim_jpeg_size, peak_mib, write_flat

from indexer.errors import DecoderFailed, MediaError
from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
FULL = WalkPlan(2.0, 64, mode=WalkMode.FULL)


@pytest.fixture
def own_decoder() -> Iterator[Decoder]:
    """A decoder whose memory is this test's alone."""
    with Decoder() as decoder:
        yield decoder


@linux_only
@pytest.mark.parametrize("suffix", ["mkv", "avi", "mov"])
def test_pictures_of_gigabytes_in_a_small_file_cost_no_memory(
    suffix: str, tmp_path: Path, own_decoder: Decoder
) -> None:
    """The container says 160x96, the pictures inside 65500x61000: 5.6 GiB for one frame."""
    path = write_flat(tmp_path / f"bomb.{suffix}", (160, 96), 3, "mjpeg")
    assert own_decoder.probe(path).width == 160
    before = peak_mib(own_decoder)
    assert claim_jpeg_size(path, 65500, 61000) == 3
    with pytest.raises(MediaError, match=r"decoded|larger"):
        own_decoder.probe(path)
    assert peak_mib(own_decoder) - before < 30


@linux_only
def test_a_small_file_of_large_frames_is_refused_by_its_header(tmp_path: Path, own_decoder: Decoder) -> None:
    """Each of its pictures is 72 MB, the second one in 1 KB: by 199 KB it would be gigabytes."""
    path = write_flat(tmp_path / "bomb.mp4", (8192, 5888), 2)
    assert path.stat().st_size < 199_000
    with pytest.raises(DecoderFailed, match="8192x5888"):
        own_decoder.probe(path)
    assert peak_mib(own_decoder) < 200


@linux_only
@pytest.mark.parametrize(
    ("suffix", "codec"), [("flv", "libx264"), ("flv", "flv"), ("mpg", "libx264"), ("ts", "libx264")]
)
def test_large_frames_are_refused_where_the_streams_are_not_in_the_header(
    suffix: str, codec: str, tmp_path: Path, own_decoder: Decoder
) -> None:
    """ffmpeg decodes such a stream's first pictures to find out about it, with no limit on their size."""
    own_decoder.probe(write_flat(tmp_path / f"small.{suffix}", (160, 96), 25, codec))
    before = peak_mib(own_decoder)
    path = write_flat(tmp_path / f"bomb.{suffix}", (8192, 5888), 2, codec)
    with pytest.raises(MediaError, match=r"8192x5888|nothing in it can be decoded"):
        own_decoder.probe(path)
    assert peak_mib(own_decoder) - before < 30, "one of its pictures is 72 MB"


@linux_only
@pytest.mark.parametrize(("suffix", "header"), [("flv", 13), ("mpg", 0)])
def test_a_first_small_picture_does_not_let_the_large_ones_after_it_pass(
    suffix: str, header: int, tmp_path: Path, own_decoder: Decoder
) -> None:
    """The same, for whoever looks at the first picture only before the file is opened."""
    small = write_flat(tmp_path / f"small.{suffix}", (160, 96), 3)
    huge = write_flat(tmp_path / f"huge.{suffix}", (8192, 5888), 2)
    own_decoder.probe(small)
    before = peak_mib(own_decoder)
    path = tmp_path / f"grows.{suffix}"
    path.write_bytes(small.read_bytes() + huge.read_bytes()[header:])
    with contextlib.suppress(MediaError):
        list(own_decoder.walk(path, FULL))
    assert peak_mib(own_decoder) - before < 60, "one of the large pictures is 72 MB"


@linux_only
def test_pictures_that_become_huge_midway_are_damage_and_cost_no_memory(
    tmp_path: Path, own_decoder: Decoder
) -> None:
    """The stream begins with 25 small pictures; what follows is beyond the limit."""
    small = write_flat(tmp_path / "small.h264", (160, 96), 25)
    huge = write_flat(tmp_path / "huge.h264", (8192, 5888), 1)
    path = tmp_path / "grows.h264"
    path.write_bytes(small.read_bytes() + huge.read_bytes())
    walk = own_decoder.walk(path, FULL)
    samples = list(walk)
    assert 20 <= len(samples) <= 25
    assert walk.damage, "what was not seen is told"
    assert peak_mib(own_decoder) < 200


@linux_only
def test_pictures_that_change_size_within_the_limits_keep_the_answers_size(
    tmp_path: Path, decoder: Decoder
) -> None:
    path = tmp_path / "changes.h264"
    parts = [write_flat(tmp_path / f"{w}.h264", (w, 96), 5).read_bytes() for w in (160, 320, 64)]
    path.write_bytes(b"".join(parts))
    frames = decoder.frames_at(path, [0.0, 0.25, 0.45])
    assert {frame.pixels.shape for frame in frames} == {(96, 160, 3)}
