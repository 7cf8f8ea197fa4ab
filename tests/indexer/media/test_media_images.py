"""Frames as image files keep their size and their colours."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from indexer.media.images import encode_jpeg, save_image
from indexer.timeline import Frame

RED = np.zeros((20, 30, 3), np.uint8)
RED[:, :, 0] = 230


def read_rgb(path: Path) -> np.ndarray:
    """Read an image with another library than the one that wrote it."""
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


@pytest.mark.parametrize("name", ["red.jpg", "red.JPEG", "red.png"])
def test_red_stays_red(name: str, tmp_path: Path) -> None:
    """RGB and BGR are not mixed up."""
    save_image(Frame(0.0, RED), tmp_path / name)
    pixels = read_rgb(tmp_path / name)
    assert pixels.shape == (20, 30, 3)
    assert np.abs(pixels.astype(int) - RED).max() < 8


def test_quality_changes_the_size() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (64, 64, 3), np.uint8)
    small, large = (encode_jpeg(Frame(0.0, noise), quality) for quality in (20, 95))
    assert small[:3] == b"\xff\xd8\xff"
    assert len(small) < len(large) / 2


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.png"):
        save_image(Frame(0.0, RED), tmp_path / "red.gif")
    with pytest.raises(ValueError, match="1 to 100"):
        encode_jpeg(Frame(0.0, RED), 0)
