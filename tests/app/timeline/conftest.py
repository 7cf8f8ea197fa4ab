"""A library with two cameras on one afternoon, and a video without a clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from indexed_library import happens, minutes, publish

from indexer.library.library import Library
from indexer.timeline import Span, Unseen

GATE, YARD, PLAIN = "gate", "yard", "plain"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """The gate recorded two minutes at 14:30 and one at 14:35; the yard three minutes at 14:31."""
    opened = Library(tmp_path, timezone="UTC")
    walk, fall = (
        happens(12, 14, "a person", "walks in"),
        happens(95, 96, "a person", "falls", "someone falls"),
    )
    publish(opened, "gate1", minutes(2, walk, fall), camera=GATE, starts_at="2026-03-01T14:30:00+00:00")
    publish(opened, "gate2", minutes(1, walk), camera=GATE, starts_at="2026-03-01T14:35:00+00:00")
    publish(
        opened,
        "yard1",
        minutes(3, walk),
        camera=YARD,
        starts_at="2026-03-01T14:31:00+00:00",
        unseen=[Unseen(Span(60, 70), "damaged")],
    )
    publish(opened, PLAIN, minutes(1, walk))
    yield opened
    opened.close()
