"""Count and list every time something happened: SQL over the events of the visible index.

An event fits where its own words have all that is wanted. One that a segment's border cut in two counts once:
its first part reaches the border, the other begins there, and both are of the same thing (their actors have
the same words, or all the words of the shorter one). Where it is not clear which part belongs to which, they
count apart. Imported captions have no events; there each fitting caption counts.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexer.library.catalog import Catalog
from indexer.text import tokens
from indexer.timeline import Span

RULE = "an event that is cut in two where one segment of the index ends and the next begins counts once"
"""How is counted, for people."""

_BORDER_SECONDS = 0.25
"""So close to a segment's border an event was cut by it."""
_ALTERNATIVES = re.compile(r'(?:"[^"]*"|[^\s"|]+)(?:\|(?:"[^"]*"|[^\s"|]+))*')
_ALTERNATIVE = re.compile(r'"([^"]*)"|([^|"]+)')
_NO_NAME = frozenset(tokens("a an the and of in with region"))

_OCCURRENCES = """
WITH RECURSIVE
told AS (
    SELECT s.video_id, s.ordinal AS segment, e.ordinal AS number, e.start_seconds, e.end_seconds, e.actor,
           e.actor || ' ' || e.action AS happened, e.details || ' ' || e.text_on_screen AS more,
           e.start_seconds - s.start_seconds <= :border AS from_border,
           s.end_seconds - e.end_seconds <= :border AS to_border
    FROM segments s JOIN videos v ON v.video_id = s.video_id AND v.fingerprint = s.fingerprint
    JOIN events e ON e.segment_id = s.segment_id WHERE {among}
    UNION ALL
    SELECT s.video_id, s.ordinal, 0, s.start_seconds, s.end_seconds, '', s.summary, '', 0, 0
    FROM segments s JOIN videos v ON v.video_id = s.video_id AND v.fingerprint = s.fingerprint
    WHERE v.fingerprint LIKE 'imported-%' AND s.summary IS NOT NULL AND {among}
      AND NOT EXISTS (SELECT 1 FROM events e WHERE e.segment_id = s.segment_id)
),
fitting AS (
    SELECT *, ROW_NUMBER() OVER (ORDER BY video_id, segment, number) AS id FROM told
    WHERE start_seconds < :until AND end_seconds > :since AND fits(happened, more)
),
pairs AS (
    SELECT first.id AS first, second.id AS second,
           ROW_NUMBER() OVER (PARTITION BY first.id ORDER BY first.actor != second.actor, second.id) AS nth,
           ROW_NUMBER() OVER (PARTITION BY second.id ORDER BY first.actor != second.actor, first.id) AS turn
    FROM fitting first JOIN fitting second
      ON second.video_id = first.video_id AND second.segment = first.segment + 1
     AND first.to_border AND second.from_border AND same_actor(first.actor, second.actor)
),
links AS (SELECT first, second FROM pairs WHERE nth = 1 AND turn = 1),
chains (head, part) AS (
    SELECT id, id FROM fitting WHERE id NOT IN (SELECT second FROM links)
    UNION ALL
    SELECT head, second FROM chains JOIN links ON links.first = chains.part
),
occurrences AS (
    SELECT head, MIN(p.start_seconds) AS start_seconds, MAX(p.end_seconds) AS end_seconds
    FROM chains JOIN fitting p ON p.id = chains.part GROUP BY head
)
SELECT f.video_id, o.start_seconds, o.end_seconds, f.happened, f.more,
       COUNT(*) OVER (PARTITION BY f.video_id) AS count
FROM occurrences o JOIN fitting f ON f.id = o.head
ORDER BY f.video_id, o.start_seconds, o.head
"""
_IN_VIDEO = "s.video_id = :video"
_WITH_WORDS = "s.segment_id IN (SELECT rowid FROM words WHERE words MATCH :match)"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which something happened."""

    span: Span
    text: str
    """What the index says of it; of one that was cut, what it says of the first part."""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Every time that something happened in one video."""

    video_id: str
    count: int
    """How often, counted by the database."""
    listed: tuple[Occurrence, ...]
    """In the order of time."""

    @property
    def first(self) -> Occurrence:
        """The first time."""
        return self.listed[0]

    @property
    def last(self) -> Occurrence:
        """The last time."""
        return self.listed[-1]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an event has to say to be counted."""

    groups: tuple[tuple[str, ...], ...] = ()
    """Of each group at least one alternative must stand in the event, word for word; none: every event."""
    details: bool = True
    """Whether details and text count too, or only who did what."""

    @classmethod
    def read(cls, words: str, *, details: bool = True) -> Wanted:
        """Read ``person fall|collapse "to the right"``: all are needed, ``|`` is between alternatives."""
        groups = [
            tuple(
                alternative
                for quoted, bare in _ALTERNATIVE.findall(match)
                if tokens(alternative := (quoted or bare).strip())
            )
            for match in _ALTERNATIVES.findall(words)
        ]
        return cls(tuple(filter(None, groups)), details)

    @property
    def _phrases(self) -> list[list[str]]:
        return [[_spoken(each) for each in group] for group in self.groups]

    def fits(self, happened: str, more: str) -> bool:
        """Tell whether an event is one of these."""
        said = _spoken(f"{happened} {more}" if self.details else happened)
        return all(any(phrase in said for phrase in group) for group in self._phrases)

    @property
    def match(self) -> str:
        """Return the same as a search of the captions' words, which spares reading the others' events."""
        groups = (" OR ".join(f'"{phrase.strip()}"' for phrase in group) for group in self._phrases)
        return " AND ".join(f"({group})" for group in groups)

    def __str__(self) -> str:
        return " and ".join(" or ".join(f'"{each}"' for each in group) for group in self.groups)


def find_occurrences(
    catalog: Catalog, wanted: Wanted, *, video_id: str | None = None, span: Span | None = None
) -> list[Occurrences]:
    """Find and count every time something happened.

    Args:
        catalog: Where the events are.
        wanted: What an event has to say.
        video_id: Look at this video only.
        span: Count events that overlap this span only.

    Returns:
        One entry per video in which it happened at all, by video id.
    """
    values = {
        "border": _BORDER_SECONDS,
        "video": video_id,
        "match": wanted.match,
        "since": span.start_seconds if span else -1.0,
        "until": span.end_seconds if span else 1e12,
    }
    conditions = [_IN_VIDEO] if video_id is not None else []
    conditions += [_WITH_WORDS] if wanted.match else []
    statement = _OCCURRENCES.format(among=" AND ".join(conditions) or "TRUE")
    functions = {"fits": wanted.fits, "same_actor": _same_actor}
    found = catalog.query_with(functions, statement, values)
    videos = dict.fromkeys(row["video_id"] for row in found)
    return [_of_video(video, [row for row in found if row["video_id"] == video]) for video in videos]


def _of_video(video_id: str, found: Sequence[sqlite3.Row]) -> Occurrences:
    listed = tuple(
        Occurrence(
            Span(row["start_seconds"], row["end_seconds"]),
            "; ".join(part for part in (row["happened"].strip(), row["more"].strip()) if part),
        )
        for row in found
    )
    return Occurrences(video_id, int(found[0]["count"]), listed)


@lru_cache(maxsize=65_536)
def _spoken(text: str) -> str:
    return f" {' '.join(tokens(text))} "


def _same_actor(first: str, second: str) -> bool:
    one, other = (set(tokens(actor)) - _NO_NAME for actor in (first, second))
    return first == second or bool(one and other and (one <= other or other <= one))
