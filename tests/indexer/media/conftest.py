"""Fixtures for the media tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from barcode_video import irregular, steady, write_barcodes

from indexer.media.decoder import Decoder


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    """One decoder for all tests that do not harm it."""
    with Decoder() as shared:
        yield shared


@pytest.fixture(scope="session")
def steady_mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 numbered frames at 25 per second, with B-frames and a key frame every 24."""
    path = tmp_path_factory.mktemp("videos") / "steady.mp4"
    write_barcodes(path, steady(200), options={"g": "24", "bf": "2"})
    return path


@pytest.fixture(scope="session")
def irregular_mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 numbered frames at the times of `irregular`."""
    path = tmp_path_factory.mktemp("videos") / "irregular.mp4"
    write_barcodes(path, irregular(200), options={"g": "24", "bf": "2"})
    return path
