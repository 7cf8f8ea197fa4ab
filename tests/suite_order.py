"""In which order the suite runs, and what stays in one process, when several processes run it."""

from __future__ import annotations

from typing import Any

import pytest

BROWSER = "tests/app/browser"
"""One process runs all of it: its tests share a library, a server and a Chromium."""

SLOW = (
    BROWSER,
    "tests/indexer/media/test_decoder_real.py",
    "tests/indexer/vision/test_vision_contract.py",
    "tests/indexer/media/test_decoder_isolation.py",
    "tests/app/incidents/test_report_verify.py",
    "tests/assistant/models/test_planner.py",
    "tests/app/demo",
    "tests/app/test_cli.py",
    "tests/app/test_cli_demo.py",
)
"""What takes longest, in the order of its start: begun last, it would run alone at the end."""


def put_slow_first(items: list[pytest.Item]) -> None:
    """Sort tests by `SLOW`; the others follow in their order."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((rank for rank, place in enumerate(SLOW) if nodeid.startswith(place)), len(SLOW))


def make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return pytest-xdist's scheduler by files, to which the browser's tests are one file."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)

    config.option.loadscopereorder = False  # else files of many tests come first, however short these are
    return ByFile(config, log)
