"""For the worker's tests: a small real video, and workers that poll quickly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from held_vision import HeldVision
from small_video import write_video

from app.indexing import watching, worker
from app.indexing.worker import Worker
from indexer.settings import Settings


@pytest.fixture
def vision() -> HeldVision:
    return HeldVision()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(library=tmp_path / "library", segment_seconds=2.0, read_clock=False, vision="observer")


@pytest.fixture
def make_worker(
    settings: Settings, vision: HeldVision, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Worker]]:
    """Build started workers; they are stopped at the end."""
    monkeypatch.setattr(watching, "SETTLE_SECONDS", 0.3)
    monkeypatch.setattr(worker, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(worker, "_POLL_SECONDS", 0.1)
    made: list[Worker] = []

    def share() -> HeldVision:
        vision.asked_for += 1
        return vision

    def make(**changes: object) -> Worker:
        made.append(Worker(settings.model_copy(update=changes), share))
        made[-1].start()
        return made[-1]

    yield make
    vision.may_go_on.set()
    for each in made:
        each.stop(60)
        each.close()


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "footage" / "gate.mp4", seconds=6)
