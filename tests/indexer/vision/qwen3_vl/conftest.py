"""One tiny model for all tests of this folder, and engines on it that end with the test."""

from collections.abc import Callable, Iterator

import pytest
from tiny_qwen import make_loaded

from indexer.vision.qwen3_vl.engine import Engine, EngineOptions
from indexer.vision.qwen3_vl.loading import LoadedModel


@pytest.fixture(scope="session")
def loaded() -> LoadedModel:
    return make_loaded()


@pytest.fixture
def make_engine(loaded) -> Iterator[Callable[..., Engine]]:
    engines = []

    def make(**options) -> Engine:
        engines.append(Engine(loaded, EngineOptions(**options)))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


@pytest.fixture
def engine(make_engine) -> Engine:
    return make_engine()
