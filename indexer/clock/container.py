"""The creation time that a container carries: which ones are believed, and how far."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_FIRST_BELIEVED = datetime(2000, 1, 2, tzinfo=UTC)
"""Clocks without a battery begin at 1904, 1970, 1980 or 2000."""
_SLACK_SECONDS = 2.0
_CLOCK_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ContainerStart:
    """A start as the container tells it."""

    starts_at: datetime
    error_seconds: float


def start_from_container(recorded_at: str, duration_seconds: float, now: datetime) -> ContainerStart | None:
    """Return the start that a creation time means; None where it is missing or not to be believed.

    A time with an offset of its own is a phone's, written when the recording began. One in UTC may be of the
    beginning or of the end, so it is an estimate, as wrong as the recording is long.

    Args:
        recorded_at: What the container says, in ISO form.
        duration_seconds: Length of the recording.
        now: What is later than this, by more than a day, is not believed.
    """
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", recorded_at.strip())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    local = moment.tzinfo is not None and not re.search(r"Z$|\+00:00$", text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not _FIRST_BELIEVED <= moment <= now + _CLOCK_AHEAD:
        return None
    return ContainerStart(moment, _SLACK_SECONDS if local else _SLACK_SECONDS + duration_seconds)
