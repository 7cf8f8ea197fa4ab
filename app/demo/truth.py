"""What happens in the demo clip, read from ``truth.json``; the drawing takes its times from here too."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from indexer.timeline import Span

_FILE = Path(__file__).with_name("truth.json")


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """One thing that happens in the clip."""

    span: Span
    what: str
    """The event in plain words, as a person who watched would say it."""
    subject: str
    """What it happens to: "red box", "blue cart", "lights"."""
    colour: str
    """Colour of what moves; empty when nothing moves."""
    direction: str
    """Direction of the movement in the picture; empty when nothing moves."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that can be asked about the clip."""

    duration_seconds: float
    clock_starts_at: datetime
    """What the burned-in clock shows at second 0."""
    sign: str
    """The text on the wall."""
    events: tuple[TrueEvent, ...]

    def event(self, subject: str) -> TrueEvent:
        """Return the event of one subject.

        Raises:
            KeyError: The clip has no such subject.
        """
        for event in self.events:
            if event.subject == subject:
                return event
        raise KeyError(f"no {subject!r} in the demo clip; there are {[each.subject for each in self.events]}")


def load_truth() -> Truth:
    """Read the truth about the demo clip."""
    record = json.loads(_FILE.read_text(encoding="utf-8"))
    events = tuple(
        TrueEvent(Span(entry.pop("start_seconds"), entry.pop("end_seconds")), **entry)
        for entry in record["events"]
    )
    return Truth(
        duration_seconds=record["duration_seconds"],
        clock_starts_at=datetime.fromisoformat(record["clock_starts_at"]),
        sign=record["sign"],
        events=events,
    )
