"""A tiny random Qwen3-VL to chat with, and a scripted one; both behind what a `Qwen3VL` offers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The tiny model is made where the engine is tested; beside those tests nobody imports it by accident.
sys.path.append(str(Path(__file__).parents[2] / "indexer" / "vision" / "qwen3_vl"))

from tiny_qwen import make_loaded

from indexer.vision.qwen3_vl.engine import Engine, EngineOptions
from indexer.vision.qwen3_vl.loading import LoadedModel
from indexer.vision.qwen3_vl.model import Qwen3VL


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "vcr: LangChain's mark for tests whose HTTP could be recorded")


@pytest.fixture(scope="session")
def tiny() -> LoadedModel:
    """A model of its own: it spells its prompts out in bytes, so that it needs a longer context."""
    loaded = make_loaded()
    loaded.text_config.max_position_embeddings = 32_768
    return loaded


@pytest.fixture
def tiny_qwen3_vl(tiny: LoadedModel) -> Iterator[Qwen3VL]:
    """A vision model with random weights; its text is noise."""
    vision = Qwen3VL(engine=Engine(tiny, EngineOptions()))
    yield vision
    vision.close()
