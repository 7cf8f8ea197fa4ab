"""Times are told as a clock on the wall shows them: cut to whole seconds, and never the next one yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from indexer.clock.start import WallSpan

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "error", "words"),
    [
        (4.6, 9.96, 1.0, "12:00:04–12:00:09"),
        (4.2, 4.9, 1.0, "12:00:04"),
        (4.97, 9.96, 0.1, "12:00:05–12:00:10"),
        (4.97, 9.5, 0.0, "12:00:04.97–12:00:09.5"),
        (4.6, 9.96, 3.0, "12:00:04–12:00:09 ±3 s"),
    ],
    ids=["to the second", "one second", "read from the picture to a tenth", "exact", "estimated"],
)
def test_a_stretch_is_told_as_clocks_show_it(start: float, end: float, error: float, words: str) -> None:
    first, last = (NOON + timedelta(seconds=seconds) for seconds in (start, end))
    assert str(WallSpan(first, last, error)) == words
