"""What a look at this machine brings to light, for ``witness doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    NOTE = "note"
    """Works, but there is something to know."""
    PROBLEM = "problem"
    """Keeps Witness from working."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about this machine."""

    subject: str
    level: Level
    fact: str
    remedy: str = ""
