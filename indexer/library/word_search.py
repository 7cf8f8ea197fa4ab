"""Find segments by words, in time that hardly grows with the library.

SQLite's own BM25 visits every segment that has any word of the query: 3 to 7 s for a sentence over 3.6
million segments. Here the rare words choose the candidates and the common ones only help to order them, with
a fixed budget of postings to read. Up to that budget the result is BM25 over all words.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.library import rows
from indexer.text import query_tokens
from indexer.timeline import Segment, Span

Query = Callable[..., list[sqlite3.Row]]
"""Runs one statement with its values: `indexer.library.catalog.Catalog.query`."""
Ids = NDArray[np.int64]

_PROBE_ROWS = 1000
"""Postings that are read to estimate how common a word is; a rarer word is counted exactly."""
_BUDGET_ROWS = 16_000
"""Postings that one search may read, about 0.4 µs each."""
_STEP_COST = 3
"""What a posting costs that is looked up beside another word's, in postings read one after the other."""
_RESCORED = 300
"""Candidates whose texts are read and scored exactly, at least."""
_COMMON_ROWS = 4_000
"""Where all words are common: postings of the rarest one that may be read at a time."""
_WINDOWS = 8
"""In as many parts of the library are common words looked for."""
_K1, _B, _MEAN_LENGTH = 1.2, 0.75, 20.0


@dataclass(frozen=True, slots=True)
class WordHit:
    """One segment whose caption has words of the query."""

    segment_id: int
    score: float
    """BM25, higher is better."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    count: float
    """In how many segments it stands, an estimate for common words."""
    weight: float
    """Inverse document frequency."""

    @property
    def match(self) -> str:
        return '"' + self.text.replace('"', '""') + '"'


def search_published(
    query: Query,
    segments_by_id: Callable[[list[int]], dict[int, Segment]],
    text: str,
    limit: int,
    video_id: str | None = None,
    span: Span | None = None,
) -> list[tuple[float, Segment]]:
    """Find the visible segments that fit a text best, with BM25 scores (higher is better).

    Args:
        query: Runs statements on the catalog.
        segments_by_id: Returns those of some segments that are visible.
        text: The person's words.
        limit: How many to return at most.
        video_id: Search this video only.
        span: Search segments that overlap this span only.
    """
    words, asked = query_tokens(text), 2 * limit
    among = _segments_of(query, video_id, span) if video_id is not None else None
    while words:
        hits = search_words(query, words, limit=asked, among=among)
        segments = segments_by_id([hit.segment_id for hit in hits])
        found = [
            (hit.score, segment)
            for hit in hits
            if (segment := segments.get(hit.segment_id)) is not None
            and (span is None or segment.span.intersect(span))
        ]
        if len(found) >= limit or len(hits) < asked:  # else drafts or other times stood before them
            return found[:limit]
        asked *= 4
    return []


def _segments_of(query: Query, video_id: str, span: Span | None) -> list[int]:
    condition, values = rows.time_condition(span)
    found = query(
        f"SELECT s.segment_id FROM segments s WHERE s.video_id = ?{condition} ORDER BY s.segment_id",  # noqa: S608
        video_id, *values,
    )  # fmt: skip
    return [row["segment_id"] for row in found]


def search_words(
    query: Query, words: Sequence[str], *, limit: int, among: Sequence[int] | None = None
) -> list[WordHit]:
    """Find the segments that fit some words best.

    Args:
        query: Runs statements on the catalog.
        words: Tokens as `indexer.text` makes them.
        limit: How many to return at most.
        among: Ids of the segments to consider, rising; the whole library by default.

    Returns:
        Best first, published or not.
    """
    if among is not None and not among:
        return []
    low, high = (among[0], among[-1]) if among else (1, _last_id(query))
    total = high - low + 1
    known = [_known(query, word, low, high) for word in dict.fromkeys(words)]
    found = sorted((word for word in known if word.count), key=lambda word: word.count)
    if not found:
        return []
    wanted = max(_RESCORED, 2 * limit)
    if among is not None and len(among) <= wanted:
        return _scored(query, found, np.asarray(among), total)[:limit]
    candidates = _candidates(query, found, low, high, wanted)
    if among is not None:
        candidates = np.intersect1d(candidates, among)
    return _scored(query, found, candidates, total)[:limit]


def _last_id(query: Query) -> int:
    return int(query("SELECT COALESCE(MAX(segment_id), 0) AS last FROM segments")[0]["last"])


def _known(query: Query, word: str, low: int, high: int) -> _Word:
    """Count a word, or estimate it from where its first postings of both halves of the library lie."""
    bare, middle = _Word(word, 0, 0), (low + high) // 2
    count = sum(_count(query, bare.match, *part) for part in ((low, middle), (middle + 1, high)))
    total = high - low + 1
    return _Word(word, count, math.log1p((total - count + 0.5) / (count + 0.5)))


def _count(query: Query, match: str, low: int, high: int) -> float:
    (row,) = query(
        "SELECT COUNT(*) AS count, MAX(rowid) AS last FROM"
        " (SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? LIMIT ?)",
        match, low, high, _PROBE_ROWS,
    )  # fmt: skip
    if row["count"] < _PROBE_ROWS:
        return float(row["count"])
    return float(min(high - low + 1, row["count"] * (high - low + 1) / (row["last"] - low + 1)))


def _candidates(query: Query, words: Sequence[_Word], low: int, high: int, wanted: int) -> Ids:
    """Return the segments that are worth scoring exactly, from the rarest words on."""
    fetched, spent = [], 0.0
    for word in words:
        spent += word.count
        if spent > _BUDGET_ROWS:
            break
        fetched.append((word.weight, _ids(query, word.match, low, high, _BUDGET_ROWS)))
    common = words[len(fetched) :]
    if not fetched:
        return _of_common(query, words, low, high, wanted)
    if common:  # they cannot bring candidates of their own, but tell those of the rare words apart
        rare = " OR ".join(word.match for word in words[: len(fetched)])
        left = _BUDGET_ROWS - sum(len(ids) for _, ids in fetched)
        cost = max(1, len(np.unique(np.concatenate([ids for _, ids in fetched]))))
        fetched += [
            (word.weight, _ids(query, f"({rare}) AND {word.match}", low, high, _BUDGET_ROWS))
            for word in common[: int(left // (_STEP_COST * cost))]
        ]
    return _heaviest(fetched, wanted)


def _of_common(query: Query, words: Sequence[_Word], low: int, high: int, wanted: int) -> Ids:
    """Return segments that have as many of these common words as can be.

    They are looked for in evenly spread parts of the library, as large as the budget allows.
    """
    total = high - low + 1
    length = max(1, int(total / _WINDOWS * min(1.0, _COMMON_ROWS / words[0].count)))
    starts = np.linspace(low, high + 1 - length, _WINDOWS, dtype=np.int64)
    parts: list[Ids] = []
    for together in sorted({min(4, len(words)), min(2, len(words)), 1}, reverse=True):
        match = " AND ".join(word.match for word in words[:together])
        parts += [_ids(query, match, int(at), int(at) + length - 1, wanted // _WINDOWS) for at in starts]
        if sum(map(len, parts)) >= wanted:
            break
    return np.unique(np.concatenate(parts))


def _ids(query: Query, match: str, low: int, high: int, limit: int) -> Ids:
    found = query(
        "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? LIMIT ?",
        match, low, high, limit,
    )  # fmt: skip
    return np.fromiter((row[0] for row in found), np.int64, len(found))


def _heaviest(fetched: Sequence[tuple[float, Ids]], wanted: int) -> Ids:
    """Return the ids that have the heaviest words, ``wanted`` of them and those as heavy as the last."""
    ids, place = np.unique(np.concatenate([ids for _, ids in fetched]), return_inverse=True)
    weights = np.zeros(len(ids))
    np.add.at(weights, place, np.concatenate([np.full(len(found), weight) for weight, found in fetched]))
    if len(ids) <= wanted:
        return ids
    least = np.partition(weights, -wanted)[-wanted]
    heavier, tied = ids[weights > least], ids[weights == least]
    return np.concatenate([heavier, tied[:wanted]])


def _scored(query: Query, words: Sequence[_Word], ids: Ids, total: int) -> list[WordHit]:
    """Score texts by BM25, best first; equals in the order of their ids."""
    weights = {word.text: word.weight for word in words}
    found = query(  # the table in which FTS5 keeps the texts: asked through FTS5, each costs twice as much
        "SELECT id, c0 FROM words_content WHERE id IN (SELECT value FROM json_each(?))",
        json.dumps(ids.tolist()),
    )
    hits = [WordHit(row["id"], _bm25(row["c0"], weights)) for row in found]
    return sorted((hit for hit in hits if hit.score > 0), key=lambda hit: (-hit.score, hit.segment_id))


def _bm25(text: str, weights: dict[str, float]) -> float:
    tokens = text.split()
    norm = _K1 * (1 - _B + _B * len(tokens) / _MEAN_LENGTH)
    counts = Counter(token for token in tokens if token in weights)
    return sum(weights[word] * count * (_K1 + 1) / (count + norm) for word, count in counts.items())
