"""What the assistant's tests share: a small library, and assistants over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from assistant_fakes import (
    BROKEN,
    CART_CROSSES,
    DOCK,
    LIGHT_DROPS,
    RED_FALLS,
    SIGN,
    VAN,
    YARD,
    FakeLibrary,
    FakeVision,
    record,
)  # fmt: skip
from langchain_core.language_models import BaseChatModel

from assistant.models.planner import OfflinePlanner
from assistant.scope import read_question
from assistant.session import Assistant
from indexer.library.records import VideoStatus


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "benchmark: set by langchain-tests on a test of its own")


@pytest.fixture
def benchmark() -> Callable[[Callable[[], None]], None]:
    """Run what langchain-tests would time; the time itself is not asked about here."""
    return lambda work: work()


@pytest.fixture
def library(tmp_path_factory: pytest.TempPathFactory) -> FakeLibrary:
    """One video of 30 s with a fall at 5, a crossing from 9 to 13, dark from 18 to 20, and a sign."""
    return FakeLibrary(
        [record(DOCK, "dock.mp4", 30.0)],
        {DOCK: [RED_FALLS, CART_CROSSES, LIGHT_DROPS]},
        {DOCK: SIGN},
        folder=tmp_path_factory.mktemp("catalogs"),
    )


@pytest.fixture
def two_videos(library: FakeLibrary) -> FakeLibrary:
    """The dock, a yard of 12 s with a van, and a video that could not be indexed."""
    library.records += [
        record(YARD, "yard_2.mp4", 12.0),
        record(BROKEN, "broken.mp4", 8.0, status=VideoStatus.FAILED, reason="no frame can be decoded"),
    ]
    library.events[YARD] = [VAN]
    return library


@pytest.fixture
def vision(library: FakeLibrary) -> FakeVision:
    return FakeVision([RED_FALLS, CART_CROSSES, LIGHT_DROPS], SIGN)


Maker = Callable[..., Assistant]


@pytest.fixture
def make_assistant(library: FakeLibrary, vision: FakeVision) -> Iterator[Maker]:
    """Build assistants over the test's library; with the offline planner where no model is given."""
    made: list[Assistant] = []

    def make(chat_model: BaseChatModel | None = None, path: Path | None = None, **settings: Any) -> Assistant:
        planner = OfflinePlanner(
            reader=lambda question, video, within: read_question(library, question, video, within)
        )  # type: ignore[arg-type]
        made.append(Assistant(library, vision, chat_model or planner, checkpoint_path=path, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for assistant in made:
        assistant.close()
