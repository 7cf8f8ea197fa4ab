"""Files that are written to while they are walked: told in words, and no frame of other content believed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from barcode_video import draw_number, read_number, steady, write_barcodes

from indexer.errors import MediaError
from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

FRAMES = 700
LOSSLESS = {"g": "12", "bf": "2", "preset": "ultrafast", "qp": "8"}


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An MP4 with its tables at the end, too large to be read ahead as a whole."""
    path = tmp_path_factory.mktemp("noisy") / "noisy.mp4"
    noise = np.random.default_rng(1)

    def drawn(number: int) -> np.ndarray:
        picture = draw_number(number).astype(np.int16)
        return (picture + noise.integers(-25, 26, picture.shape[:2])[:, :, None]).astype(np.uint8)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("barcode_video.draw_number", drawn)
        write_barcodes(path, steady(FRAMES), options=LOSSLESS)
    content = path.read_bytes()
    assert content.rindex(b"moov") > len(content) // 2 > 3_000_000
    return content


def cut(path: Path) -> None:
    """Keep only the first pictures: the tables lay behind the last one."""
    os.truncate(path, 200_000)


def overwrite(path: Path) -> None:
    """Write nothing over a part of the pictures, as another download to the same name does."""
    with path.open("r+b") as file:
        file.seek(200_000)
        file.write(bytes(2_000_000))


def replace(path: Path) -> None:
    """Put another file in its place, as copying programs do: the walk goes on in the old one."""
    other = path.with_name("other.mp4")
    other.write_bytes(path.read_bytes()[:-1] + b"\0")
    os.utime(other, ns=(1, 1))
    other.replace(path)


@pytest.mark.parametrize("mode", list(WalkMode))
@pytest.mark.parametrize("change", [cut, overwrite, replace])
def test_a_file_that_changes_under_the_walk_is_not_walked_to_an_end(
    change: Callable[[Path], None], mode: WalkMode, noisy: bytes, tmp_path: Path, decoder: Decoder
) -> None:
    """What was seen until then is right, and the error says what to do; the decoder serves on."""
    path = tmp_path / "recording.mp4"
    path.write_bytes(noisy)
    seen = {}
    with (
        pytest.raises(MediaError, match=r"changed while it was read\. Index it again"),
        decoder.walk(path, WalkPlan(5.0, 160, mode=mode)) as walk,
    ):
        for sample in walk:
            if sample.frame is None:
                continue
            seen[round(sample.pts_seconds * 25)] = read_number(sample.frame.pixels)
            if len(seen) == 3:
                change(path)
    assert len(seen) >= 3
    assert seen == {number: number for number in seen}
    path.write_bytes(noisy)
    assert decoder.probe(path).frame_count == FRAMES
