"""Subtitles and speech in the catalog: they hang on the video and do not depend on the vision model.

They are kept by the place that they were read from (the file's own tracks, a file beside it, the sound), and
each place is replaced as a whole.
"""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.library.failures import require_space
from indexer.library.records import VideoRecord
from indexer.text import tokens
from indexer.texts.model import TextSource, TimedText, within
from indexer.texts.on_screen import joined, texts_in_view
from indexer.texts.phrases import Phrase
from indexer.timeline import Span

if TYPE_CHECKING:
    from indexer.library.catalog import Catalog

_MOST_CANDIDATES = 2000
"""Texts and segments with the words asked for that are read, each."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place that texts of a video were read from."""

    state: str
    """What it was like then; another state is read anew."""
    remark: str
    """What a person should know: tracks that hold no text, subtitles that were skipped; "" for nothing."""
    count: int
    """How many texts came from it."""
    read_at: float
    """When it was read, Unix time."""


@dataclass(frozen=True, slots=True)
class TextHit:
    """Words that a search found, and where."""

    video: VideoRecord
    text: TimedText


def places_of(catalog: Catalog, video_id: str) -> dict[str, Place]:
    """Return the places that a video's texts were read from, by their names."""
    found = catalog.query(
        "SELECT p.*, (SELECT COUNT(*) FROM texts t"
        " WHERE t.video_id = p.video_id AND t.place = p.place) AS count"
        " FROM text_places p WHERE p.video_id = ? ORDER BY p.place",
        video_id,
    )
    return {row["place"]: Place(row["state"], row["remark"], row["count"], row["read_at"]) for row in found}


def replace_texts(
    catalog: Catalog, video_id: str, place: str, state: str, texts: Sequence[TimedText], remark: str = ""
) -> None:
    """Put a place's texts in the room of those that came from it before, all or none.

    Raises:
        LibraryError: The catalog cannot be written.
    """
    require_space(catalog.folder)
    with catalog.transaction() as connection:
        _drop(connection, "video_id = ? AND place = ?", video_id, place)
        connection.execute(
            "INSERT INTO text_places VALUES (?, ?, ?, ?, ?)", (video_id, place, state, remark, time.time())
        )
        for each in texts:
            _insert(connection, video_id, place, each)


def _insert(connection: sqlite3.Connection, video_id: str, place: str, text: TimedText) -> None:
    span = text.span
    times = span.start_seconds, span.end_seconds
    (text_id,) = connection.execute(
        "INSERT INTO texts (video_id, place, source, origin, start_seconds, end_seconds, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING text_id",
        (video_id, place, text.source.value, text.origin, *times, text.text),
    ).fetchone()
    connection.execute(
        "INSERT INTO text_words (rowid, tokens) VALUES (?, ?)", (text_id, " ".join(tokens(text.text)))
    )


def drop_place(catalog: Catalog, video_id: str, place: str) -> None:
    """Forget what was read from a place that is there no more."""
    with catalog.transaction() as connection:
        _drop(connection, "video_id = ? AND place = ?", video_id, place)


def drop_texts(connection: sqlite3.Connection, video_id: str) -> None:
    """Forget all texts of a video."""
    _drop(connection, "video_id = ?", video_id)


def _drop(connection: sqlite3.Connection, condition: str, *values: str) -> None:
    chosen = f"SELECT text_id FROM texts WHERE {condition}"  # noqa: S608 - no input
    connection.execute(f"DELETE FROM text_words WHERE rowid IN ({chosen})", values)  # noqa: S608
    for table in ("texts", "text_places"):
        connection.execute(f"DELETE FROM {table} WHERE {condition}", values)  # noqa: S608


def texts_of(catalog: Catalog, video: VideoRecord, span: Span | None = None) -> list[TimedText]:
    """Return a video's subtitles and speech that overlap ``span`` (default: all), in the order of time."""
    if not video.answerable or video.duration_seconds <= 0:
        return []
    around = span or video.span
    found = catalog.query(
        "SELECT * FROM texts WHERE video_id = ? AND start_seconds < ? AND end_seconds > ?",
        video.video_id, around.end_seconds, around.start_seconds,
    )  # fmt: skip
    return within(map(_text, found), video.duration_seconds)


def _text(row: sqlite3.Row) -> TimedText:
    span = Span(row["start_seconds"], row["end_seconds"])
    return TimedText(span, row["text"], TextSource(row["source"]), row["origin"])


def search_texts(
    catalog: Catalog, words: str, *, limit: int, video_id: str | None, span: Span | None, anywhere: bool
) -> list[TextHit]:
    """Find words in subtitles, speech and on-screen text, with the times at which they stand there.

    Args:
        catalog: Where to search; only what is published is seen.
        words: A word or a phrase, which is found word for word; where it is nowhere, other forms of its words
            are ("stopped" for "stop"). Plates and marks are found whatever their spaces and hyphens: "ABC123"
            finds "ABC 123".
        limit: How many to return at most.
        video_id: Search this video only.
        span: Search what overlaps this span only.
        anywhere: Find the words in any order and any form, all of them in one subtitle or utterance.

    Returns:
        By the names of the videos, in the order of time.
    """
    where = _Where(video_id, span)
    if anywhere:
        return _fitting(_said(catalog, tuple(dict.fromkeys(tokens(words))), where), lambda text: True, limit)
    phrase = Phrase.of(words)
    for wanted, fits in (
        (phrase.search_tokens, phrase.stands_in),
        (phrase.digit_tokens, phrase.stands_in),
        (phrase.search_tokens, phrase.nearly_stands_in),
    ):
        found = [*_said(catalog, wanted, where), *_shown(catalog, wanted, where)]
        if hits := _fitting(found, fits, limit):
            return hits
    return []


@dataclass(frozen=True, slots=True)
class _Where:
    """Which part of the library is searched."""

    video_id: str | None
    span: Span | None

    def hits(self, catalog: Catalog, texts: dict[str, list[TimedText]]) -> list[TextHit]:
        """Return the texts of each video that lie in the part."""
        return [
            TextHit(video, text)
            for video_id, own in texts.items()
            if (video := catalog.video(video_id)) is not None
            for text in within(own, video.duration_seconds)
            if self.span is None or text.span.intersect(self.span)
        ]


def _fitting(found: Sequence[TextHit], fits: Callable[[str], bool], limit: int) -> list[TextHit]:
    hits = [hit for hit in found if fits(hit.text.text)]
    return sorted(hits, key=lambda hit: (hit.video.name.casefold(), hit.video.video_id, hit.text))[:limit]


def _match(wanted: Sequence[str]) -> str:
    return " AND ".join('"' + token.replace('"', '""') + '"' for token in wanted)


def _said(catalog: Catalog, wanted: Sequence[str], where: _Where) -> list[TextHit]:
    """Return subtitles and speech that have some tokens."""
    if not wanted:
        return []
    rows = catalog.query(
        "SELECT t.* FROM text_words w JOIN texts t ON t.text_id = w.rowid"
        " JOIN videos v ON v.video_id = t.video_id AND v.fingerprint != ''"
        " WHERE text_words MATCH ? AND t.video_id = COALESCE(?, t.video_id) LIMIT ?",
        _match(wanted), where.video_id, _MOST_CANDIDATES,
    )  # fmt: skip
    texts: dict[str, list[TimedText]] = defaultdict(list)
    for row in rows:
        texts[row["video_id"]].append(_text(row))
    return where.hits(catalog, texts)


def _shown(catalog: Catalog, wanted: Sequence[str], where: _Where) -> list[TextHit]:
    """Return on-screen text of captions that have some tokens."""
    if not wanted:
        return []
    rows = catalog.query(
        "SELECT s.segment_id FROM words w JOIN segments s ON s.segment_id = w.rowid"
        " JOIN videos v ON v.video_id = s.video_id AND v.fingerprint = s.fingerprint"
        " WHERE words MATCH ? AND s.video_id = COALESCE(?, s.video_id) LIMIT ?",
        _match(wanted), where.video_id, _MOST_CANDIDATES,
    )  # fmt: skip
    texts: dict[str, list[TimedText]] = defaultdict(list)
    for segment in catalog.segments_by_id([row["segment_id"] for row in rows]).values():
        texts[segment.video_id] += texts_in_view(segment)
    return where.hits(catalog, {video_id: joined(own) for video_id, own in texts.items()})
