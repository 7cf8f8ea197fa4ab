"""Read the time that a person types to go there: seconds of the video, or a time of day."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from app.timeline.axis import Axis
from assistant.timing import parse_seconds
from indexer.errors import SettingsError
from indexer.timeline import Span

_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?")


def read_place(text: str, axis: Axis, whole: Span) -> float:
    """Return the time of the axis that is meant.

    Args:
        text: ``1:23.5`` or ``83.5`` of a video, ``14:30`` or ``14:30:05`` on the wall clock.
        axis: How the axis is read.
        whole: All of it; on the wall clock the first such time of day from its start on is meant.

    Raises:
        WitnessError: It is no time, or lies outside.
    """
    at = _time_of_day(text, axis, whole) if axis.wall else parse_seconds(text)
    if not whole.contains(at):
        raise SettingsError(f"{text.strip()} lies outside of {axis.told(whole)}")
    return at


def _time_of_day(text: str, axis: Axis, whole: Span) -> float:
    found = _TIME_OF_DAY.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or float(found[3] or 0) >= 60:
        raise SettingsError(f"{text.strip()!r} is no time of day; write it as 14:30 or 14:30:05")
    first = axis.clock(whole.start_seconds)
    seconds = float(found[3] or 0)
    moment: datetime = first.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    moment += timedelta(seconds=seconds)
    if moment.timestamp() < whole.start_seconds:
        moment += timedelta(days=1)
    return moment.timestamp()
