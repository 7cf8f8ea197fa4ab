"""Which clock a question speaks of, and which stretches of which videos it therefore means.

"14:32" may be a time of day, or 14 minutes and 32 seconds into a video. It is the time of day where the wall
clock of a recording covers it, and the place in the video otherwise. Where both fit, the reading that was
taken is told: the time of day, but for a time with one digit in front, "1:23", as players write places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assistant.timing import TimeExpression, TimePastEnd, find_times
from assistant.wall_clock import WallReading, WallTime, find_wall_times
from assistant.wall_clock_forms import DAY_SECONDS
from indexer.library.records import VideoRecord
from indexer.timeline import Span

HOW_TO_SET = 'witness clock {} --starts-at "YYYY-MM-DD HH:MM:SS"'
_MAX_NAMED = 3
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?!:)")
_PLAYERS_FORM = re.compile(r"(?<!\d)\d:[0-5]\d(?!:|\d)")
_ONLY_OFFSET = re.compile(r"[a-z]{3,}|[秒分第频]", re.IGNORECASE)
"""Words of an expression that is a place in the video whatever its digits are: "the 1:23 mark"."""
_FOLLOWED_BY_PLACE = re.compile(
    r"[ -](?:mark|point|into)\b| (?:in|of) (?:the |this )?(?:video|clip|footage|recording)\b|处"
)
_WORDS_OF_BOTH = re.compile(
    r"\b(?:from|between|and|until|till|about|around|near|after|before|since|on(?:wards?)?|starting|past|prior"
    r"|up to|roughly|approximately|through)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Resolved:
    """The times of a question, found in the videos."""

    spans: dict[str, list[Span]] = field(default_factory=dict)
    """Stretches that are meant, by video id."""
    texts: list[str] = field(default_factory=list)
    """The time expressions as written, in their order."""
    notes: list[str] = field(default_factory=list)
    """What the person has to be told."""

    def add(self, found: dict[str, list[Span]]) -> None:
        """Add the stretches of one more expression."""
        for video_id, spans in found.items():
            own = self.spans.setdefault(video_id, [])
            own += [span for span in spans if span not in own]


@dataclass(frozen=True, slots=True)
class Named:
    """A video and the name that people know it by."""

    record: VideoRecord
    handle: str


@dataclass(frozen=True, slots=True)
class _Item:
    """One time expression, in one or both of its readings."""

    text: str
    offset: TimeExpression | None
    wall: WallTime | None


def resolve_times(question: str, videos: Sequence[Named], now: datetime) -> Resolved:
    """Find the times of a question in the videos that it means.

    Args:
        question: The person's words, without names of files.
        videos: The videos that are meant and can be answered about.
        now: The instant of the question, in the zone of the person.
    """
    resolved = Resolved()
    for item in _items(question, now):
        resolved.texts.append(item.text)
        _resolve(item, videos, resolved)
    return resolved


def _items(question: str, now: datetime) -> Iterator[_Item]:
    """Pair the two readings of each expression; what can be one thing only stands alone."""
    walls = find_wall_times(question, now)
    offsets = find_times(question)
    items: list[tuple[int, _Item]] = []
    for offset in offsets:
        wall = next((wall for wall in walls if _overlap(wall.place, offset.place)), None)
        if wall is not None and (wall.certain or _wider(wall, offset)):
            continue  # told by the wall clock below
        if wall is not None and _ONLY_OFFSET.search(_WORDS_OF_BOTH.sub("", offset.text)) and ":" in wall.text:
            wall = None
        if wall is not None and _FOLLOWED_BY_PLACE.match(question, wall.place[1]):
            wall = None
        items.append((offset.place[0], _Item(offset.text, offset, wall)))
    for wall in walls:
        if not wall.certain and _FOLLOWED_BY_PLACE.match(question, wall.place[1]):
            continue
        beside = [offset for offset in offsets if _overlap(wall.place, offset.place)]
        if not beside or wall.certain or any(_wider(wall, offset) for offset in beside):
            items.append((wall.place[0], _Item(wall.text, None, wall)))
    return (item for _, item in sorted(items, key=lambda each: each[0]))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _wider(wall: WallTime, offset: TimeExpression) -> bool:
    """Tell whether the wall clock reads much more of the words: "between 14:00 and 3 pm"."""
    return wall.place[1] - wall.place[0] > offset.place[1] - offset.place[0] + 4


def _resolve(item: _Item, videos: Sequence[Named], resolved: Resolved) -> None:
    by_place, problems = _by_place(item.offset, videos)
    reading, by_clock = _by_clock(item.wall, videos)
    if by_place and reading is not None and not _says_when(reading, videos):
        by_clock = {}
    if by_place and by_clock:
        if _PLAYERS_FORM.search(item.text):
            resolved.notes.append(_taken(item, "the place in the video", f"the time of day {reading}"))
            resolved.add(by_place)
        else:
            resolved.notes.append(_taken(item, f"the time of day {reading}", "a place in the video"))
            resolved.add(by_clock)
    elif by_clock:
        resolved.add(by_clock)
        resolved.notes += _which_day(item, reading, videos)
    elif by_place:
        resolved.add(by_place)
        resolved.notes += problems
    else:
        resolved.notes += problems
        resolved.notes += _not_covered(item, videos)


def _by_place(
    time: TimeExpression | None, videos: Sequence[Named]
) -> tuple[dict[str, list[Span]], list[str]]:
    """Return the stretches counted from the videos' starts, and words for videos that end before."""
    found: dict[str, list[Span]] = {}
    problems = []
    if time is None:
        return {}, []
    for video in videos:
        try:
            found[video.record.video_id] = [time.resolve(video.record.duration_seconds)]
        except TimePastEnd as error:
            problems.append(f"{video.handle}: {error}")
    return found, problems


def _by_clock(
    time: WallTime | None, videos: Sequence[Named]
) -> tuple[WallReading | None, dict[str, list[Span]]]:
    """Return the likeliest reading that a recording covers, with its stretches."""
    for reading in time.readings if time else ():
        found = {
            video.record.video_id: spans
            for video in videos
            if video.record.start is not None
            and (spans := reading.spans_in(video.record.start, video.record.duration_seconds))
        }
        if found:
            return reading, found
    return None, {}


def _says_when(reading: WallReading, videos: Sequence[Named]) -> bool:
    """Tell whether a time that is written lies in a recording: "after 8:00" tells nothing of one from 9."""
    begin, end = reading.begin_seconds, reading.end_seconds
    if begin > 0 and end < DAY_SECONDS:
        return True
    written = end if begin <= 0 else begin
    instant = WallReading(reading.day, written - 0.5, written + 0.5, reading.zone)
    return any(
        video.record.start is not None
        and instant.spans_in(video.record.start, video.record.duration_seconds) != []
        for video in videos
    )


def _taken(item: _Item, taken: str, other: str) -> str:
    return (
        f'"{item.text}" was read as {taken}; it could also be {other}. To mean that, say {_how_to_say(item)}'
    )


def _how_to_say(item: _Item) -> str:
    """Return words for the other reading that cannot be misunderstood."""
    found = _CLOCK.search(item.text)
    if found is None:
        return "more"
    if _PLAYERS_FORM.search(item.text):
        return f'"at {found[0]} am" or "at {found[0]} pm"'
    return f'"{int(found[1])} minutes {int(found[2])} seconds in"'


def _which_day(item: _Item, reading: WallReading | None, videos: Sequence[Named]) -> list[str]:
    """Say which day or half of the day was taken where the words leave more than one that was recorded."""
    if item.wall is None or reading is None:
        return []
    fitting = [each for each in item.wall.readings if _by_clock(_only(item.wall, each), videos)[1]]
    if len(fitting) > 1 or reading != item.wall.readings[0]:
        others = " or ".join(str(each) for each in fitting if each != reading)
        return [f'"{item.text}" was read as {reading}' + (f"; it could also be {others}" if others else "")]
    return []


def _only(wall: WallTime, reading: WallReading) -> WallTime:
    return WallTime(wall.text, wall.place, (reading,), wall.certain)


def _not_covered(item: _Item, videos: Sequence[Named]) -> list[str]:
    """Say why a time of day is in no recording, and what the person can do."""
    if item.wall is None or not videos:
        return []
    unknown = [video for video in videos if video.record.start is None]
    known = [video for video in videos if video.record.start is not None]
    said = []
    if known and (item.offset is None or not unknown):
        reading = item.wall.readings[0]
        said.append(f'"{item.text}" ({reading}) lies in no recording: {_runs(known)}')
    if unknown:
        names = _names([video.handle for video in unknown])
        what = "was" if len(unknown) == 1 else "were"
        as_clock = "as a time of day it" if item.offset else f'"{item.text}"'
        how = HOW_TO_SET.format(unknown[0].handle if len(unknown) == 1 else "VIDEO")
        said.append(
            f"It is not known when {names} {what} recorded, so {as_clock} cannot be found there; "
            f"say when: {how}"
        )
    return said


def _runs(known: Iterable[Named]) -> str:
    said = [
        f"{video.handle} runs {video.record.start.wall(video.record.span).dated}"
        for video in known
        if video.record.start is not None
    ]
    return _names(said)


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MAX_NAMED])
    return shown if len(names) <= _MAX_NAMED else f"{shown} and {len(names) - _MAX_NAMED} more"
