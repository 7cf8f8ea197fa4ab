"""What the visible index knows along an axis of time that several videos share, binned by the database.

A timeline of a day has hundreds of thousands of segments and events; a chart can show a few hundred marks a
row. So they are counted together where they begin in the same bin, and come one by one once the bins are
small enough.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.library.catalog import Catalog
from indexer.timeline import Span

MOST_NOTES = 300

_ONE_BY_ONE_SECONDS = 60.0
"""In bins from this width on nothing is told word by word: a day's texts would be read to be dropped."""

_PLACED = """
WITH placed AS (
    SELECT json_extract(value, '$[0]') AS video_id, json_extract(value, '$[1]') AS lane,
           json_extract(value, '$[2]') AS begins, json_extract(value, '$[3]') AS rate
    FROM json_each(:placements)
), here AS (
    SELECT p.*, v.fingerprint, (:since - p.begins) / p.rate AS since, (:until - p.begins) / p.rate AS until
    FROM placed p JOIN videos v ON v.video_id = p.video_id AND v.fingerprint != ''
)
"""
_SEGMENTS = (
    _PLACED
    + """
SELECT h.lane, CAST((h.begins + s.start_seconds * h.rate - :since) / :bin AS INTEGER) AS bin,
       MIN(h.begins + s.start_seconds * h.rate) AS first, MAX(h.begins + s.end_seconds * h.rate) AS last,
       MAX(s.activity) AS activity, MIN(s.still) AS still, COUNT(*) AS count,
       {text} AS text
FROM here h JOIN segments s ON s.video_id = h.video_id AND s.fingerprint = h.fingerprint
WHERE s.start_seconds < h.until AND s.end_seconds > h.since AND s.summary IS NOT NULL
GROUP BY h.lane, bin ORDER BY h.lane, first
"""
)
_FIRST_WORD = "instr(e.action || ' ', ' ')"
_SECOND_WORD = f"instr(substr(e.action || '  ', {_FIRST_WORD} + 1), ' ')"
_TWO_WORDS = f"rtrim(substr(e.action, 1, {_FIRST_WORD} + {_SECOND_WORD}))"
_EVENTS = (
    _PLACED
    + f"""
SELECT h.lane, CAST((h.begins + e.start_seconds * h.rate - :since) / :bin AS INTEGER) AS bin,
       {_TWO_WORDS} AS words, e.watch, e.actor = '' AND e.text_on_screen != '' AS text_alone,
       MIN(h.begins + e.start_seconds * h.rate) AS first, MAX(h.begins + e.end_seconds * h.rate) AS last,
       COUNT(*) AS count, {{text}} AS text
FROM here h JOIN segments s ON s.video_id = h.video_id AND s.fingerprint = h.fingerprint
JOIN events e ON e.segment_id = s.segment_id
WHERE s.start_seconds < h.until AND s.end_seconds > h.since
  AND e.start_seconds < h.until AND e.end_seconds > h.since
GROUP BY h.lane, bin, words, e.watch, text_alone ORDER BY h.lane, first
"""  # noqa: S608 - constants
)
_NEXT = (
    _PLACED
    + """
SELECT h.lane, h.begins + e.start_seconds * h.rate AS first, h.begins + e.end_seconds * h.rate AS last,
       1 AS count, trim(e.actor || ' ' || e.action) AS text
FROM here h JOIN segments s ON s.video_id = h.video_id AND s.fingerprint = h.fingerprint
JOIN events e ON e.segment_id = s.segment_id
WHERE s.start_seconds < h.until AND s.end_seconds > h.since
  AND e.start_seconds > h.since + 0.001 AND e.start_seconds < h.until - 0.001
ORDER BY first {order} LIMIT 1
"""
)
_UNSEEN = (
    _PLACED
    + """
SELECT h.lane, h.begins + u.start_seconds * h.rate AS first, h.begins + u.end_seconds * h.rate AS last,
       1 AS count, u.reason AS text
FROM here h JOIN unseen u ON u.video_id = h.video_id AND u.fingerprint = h.fingerprint
WHERE u.start_seconds < h.until AND u.end_seconds > h.since ORDER BY h.lane, first
"""
)
_NOTES = (
    _PLACED
    + """
SELECT h.lane, h.begins + n.start_seconds * h.rate AS first, h.begins + n.end_seconds * h.rate AS last,
       1 AS count, n.author || ': ' || n.text AS text
FROM here h JOIN notes n ON n.video_id = h.video_id
WHERE n.start_seconds < h.until AND n.end_seconds > h.since ORDER BY h.lane, first LIMIT :most
"""
)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a video lies on the axis: a second of it at ``begins + second * rate``."""

    video_id: str
    lane: int
    """Which row it belongs to."""
    begins: float
    """Where its second 0 lies."""
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that is known of a stretch of a row; its span is in seconds of the axis."""

    lane: int
    span: Span
    count: int
    """How many it stands for."""
    text: str
    """What is said of it; "" where it stands for several."""


@dataclass(frozen=True, slots=True)
class Looked(Stretch):
    """Segments that the index looked at."""

    activity: float
    """Of the busiest one: mean share of the picture that changes within an eighth of a second, 0 to 1."""
    still: bool
    """Nothing moves in any of them."""


@dataclass(frozen=True, slots=True)
class Happened(Stretch):
    """Events whose action begins with the same two words."""

    words: str
    """These words."""
    watch: str
    """The watched-for words that they are a case of, "" for none."""
    text_alone: bool
    """Whether they are text in the picture, told without an actor."""


def looked(
    catalog: Catalog, placements: Sequence[Placement], window: Span, bin_seconds: float
) -> list[Looked]:
    """Return the segments inside a window of the axis, those that begin in one bin together.

    Args:
        catalog: The library's catalog.
        placements: The videos.
        window: The part of the axis.
        bin_seconds: Width of a bin on the axis, counted from the window's start.
    """
    text = "CASE WHEN COUNT(*) = 1 THEN s.summary END" if bin_seconds < _ONE_BY_ONE_SECONDS else "''"
    found = _query(catalog, _SEGMENTS.format(text=text), placements, window, bin=bin_seconds)
    return [Looked(*_stretch(row), activity=row["activity"], still=bool(row["still"])) for row in found]


def happened(
    catalog: Catalog, placements: Sequence[Placement], window: Span, bin_seconds: float
) -> list[Happened]:
    """Return the events inside a window of the axis, those of a kind that begin in one bin together."""
    alone = "CASE WHEN COUNT(*) = 1 THEN trim(e.actor || ' ' || e.action) END"
    text = alone if bin_seconds < _ONE_BY_ONE_SECONDS else "''"
    found = _query(catalog, _EVENTS.format(text=text), placements, window, bin=bin_seconds)
    return [
        Happened(*_stretch(row), words=row["words"], watch=row["watch"], text_alone=bool(row["text_alone"]))
        for row in found
    ]


def event_after(catalog: Catalog, placements: Sequence[Placement], window: Span) -> Stretch | None:
    """Return the first event that begins inside a window of the axis."""
    found = _query(catalog, _NEXT.format(order="ASC"), placements, window)
    return Stretch(*_stretch(found[0])) if found else None


def event_before(catalog: Catalog, placements: Sequence[Placement], window: Span) -> Stretch | None:
    """Return the last event that begins inside a window of the axis."""
    found = _query(catalog, _NEXT.format(order="DESC"), placements, window)
    return Stretch(*_stretch(found[0])) if found else None


def unseen(catalog: Catalog, placements: Sequence[Placement], window: Span) -> list[Stretch]:
    """Return the stretches inside a window of the axis that nobody could look at, with their reasons."""
    return [Stretch(*_stretch(row)) for row in _query(catalog, _UNSEEN, placements, window)]


def noted(catalog: Catalog, placements: Sequence[Placement], window: Span) -> list[Stretch]:
    """Return the notes inside a window of the axis, `MOST_NOTES` at most."""
    return [Stretch(*_stretch(row)) for row in _query(catalog, _NOTES, placements, window, most=MOST_NOTES)]


def _query(
    catalog: Catalog, statement: str, placements: Sequence[Placement], window: Span, **values: float
) -> list[sqlite3.Row]:
    placed = json.dumps([(each.video_id, each.lane, each.begins, each.rate) for each in placements])
    bounds = {"since": window.start_seconds, "until": window.end_seconds}
    return catalog.query_with({}, statement, {"placements": placed, **bounds, **values})


def _stretch(row: sqlite3.Row) -> tuple[int, Span, int, str]:
    return row["lane"], Span(row["first"], row["last"]), row["count"], row["text"] or ""
