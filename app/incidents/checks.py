"""What came of checking a report: one verdict for each item, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How an item of a report stands."""

    MATCHES = "matches"
    DIFFERS = "differs"
    MISSING = "missing"
    """It cannot be checked, because what it was made from is not there."""
    REMARK = "remark"
    """Worth knowing, and no failure."""


@dataclass(frozen=True, slots=True)
class Check:
    """One item of a report and how it stands."""

    item: str
    """As in "moment 2, frame at 0:05.2"."""
    verdict: Verdict
    words: str
    """A sentence, without the item's name."""


def passed(checks: list[Check]) -> bool:
    """Tell whether everything still matches."""
    return bool(checks) and all(check.verdict in (Verdict.MATCHES, Verdict.REMARK) for check in checks)
