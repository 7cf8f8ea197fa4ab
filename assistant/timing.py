"""Time expressions in a question: "second 5", "1:23–1:40", "the last minute", "第5秒" become spans.

What is meant by what:

- A point is one second long: "second 5", "at 0:05" and "第5秒" are [5, 6), "at 1:23.5" is [83.5, 84.5).
  "Minute 2" is what a player shows as 2:xx, [120, 180); "the second minute" is counted, [60, 120), and so is
  "the fifth second", [4, 5).
- A range ends where it says, "0:10 to 0:20" and "10 to 20 s" are [10, 20); but a named second belongs to it,
  "seconds 5 to 7" is [5, 8). Reversed ends are put in order.
- "Around 0:40" is 2.5 s to either side. "The start" and "the end" are 5 s. "After 0:30" begins at 0:30 and
  ends with the video; "before 0:10" is [0, 10).
- Chinese likewise: 第5秒 and 5秒 are [5, 6), 第2分钟 is the second minute, [60, 120), 最后10秒 the last 10 s.
- A length that only says how long something took is no time: "it lasted 5 seconds", 持续了5秒.
- 14:32 is 14 minutes and 32 seconds into the video; that it may be a time of day is weighed in
  `assistant.timing_choice`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.timing_forms import Anchor, Bound, plain, read_clock
from assistant.timing_rules import Bounds, rules
from indexer.errors import WitnessError
from indexer.timeline import Span, format_seconds

__all__ = [
    "Anchor",
    "Bound",
    "TimeExpression",
    "TimeExpressionError",
    "TimePastEnd",
    "find_times",
    "parse_seconds",
]


class TimeExpressionError(WitnessError):
    """A text that should be a time is none."""


class TimePastEnd(WitnessError):
    """A time in the question lies past the end of the video."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A stretch of time that a question names."""

    text: str
    """As written in the question."""
    start: Bound
    end: Bound
    """First instant after it."""
    place: tuple[int, int] = (0, 0)
    """Where it stands in the question."""

    def resolve(self, duration_seconds: float) -> Span:
        """Return the span that is meant in a video of that length, cut off at its end.

        Raises:
            TimePastEnd: It begins at or after the end of the video, or nothing of it lies inside.
        """
        start = max(0.0, self.start.on_clock(duration_seconds))
        end = min(duration_seconds, self.end.on_clock(duration_seconds))
        length = f"the video is {format_seconds(max(0.0, duration_seconds))} long"
        if start >= duration_seconds:
            raise TimePastEnd(
                f'"{self.text}" begins at {format_seconds(start)}, which is past the end: {length}'
            )
        if end <= start:
            raise TimePastEnd(f'"{self.text}" lies outside the video: {length}')
        return Span(start, end)


def parse_seconds(text: str) -> float:
    """Read a time given as seconds, ``m:ss`` or ``h:mm:ss``, with or without decimals.

    Raises:
        TimeExpressionError: It is none of these.
    """
    bare = plain(text).strip()
    if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", bare):
        return float(bare)
    if re.fullmatch(r"(?:[0-9]{1,4}:[0-5]?[0-9]|[0-9]{1,4}):[0-5][0-9](?:\.[0-9]{1,9})?", bare):
        return read_clock(bare)
    raise TimeExpressionError(
        f"{text!r} is no time: write seconds (83.5), m:ss (1:23.5) or h:mm:ss (1:02:03)"
    )


def find_times(question: str) -> list[TimeExpression]:
    """Return the time expressions of a question, in their order, without overlaps.

    Where several readings begin at the same place, the longest one counts.
    """
    text = plain(question)
    readings: list[tuple[int, int, Bounds]] = []
    for pattern, read in rules():
        for match in pattern.finditer(text):
            bounds = read(match)
            if bounds is not None:
                readings.append((match.start(), match.end(), bounds))
    readings.sort(key=lambda reading: (reading[0], -reading[1]))
    found: list[TimeExpression] = []
    reached = 0
    for begin, end, (start, stop) in readings:
        if begin >= reached:
            found.append(TimeExpression(question[begin:end], start, stop, (begin, end)))
            reached = end
    return found
