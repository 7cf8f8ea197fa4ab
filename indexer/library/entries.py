"""What a search can find by meaning: each captioned segment as a whole, and each event by its own text.

A segment of 10 s in which six things happen has one vector for all of them; an event's own vector lies nearer
to a question about it. Events have a collection of their own, so that they never crowd out the segments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.embedding.model import Embedder
from indexer.errors import LibraryError
from indexer.library.vectors import Vectors
from indexer.timeline import Segment, Span

EVENTS_PER_SEGMENT = 1000
"""The id of an event's entry is its segment's id times this, plus the event's number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One text with a place in time that has a vector of its own."""

    entry_id: int
    video_id: str
    span: Span
    text: str


def segment_entries(drafts: Sequence[tuple[int, Segment]]) -> list[Entry]:
    """Return one entry for each captioned segment, given with their ids."""
    return [
        Entry(segment_id, segment.video_id, segment.span, segment.caption.text())
        for segment_id, segment in drafts
        if segment.caption is not None
    ]


def event_entries(drafts: Sequence[tuple[int, Segment]]) -> list[Entry]:
    """Return one entry for each event that says something else than its segment as a whole."""
    return [
        Entry(segment_id * EVENTS_PER_SEGMENT + number, segment.video_id, event.span, event.sentence())
        for segment_id, segment in drafts
        if segment.caption is not None
        for number, event in enumerate(segment.caption.events[:EVENTS_PER_SEGMENT])
        if event.sentence() and event.sentence() != segment.caption.text()
    ]


def embeds_events(embedder_name: str) -> bool:
    """Tell whether events have vectors; a lexical vector says no more of them than the words already do."""
    return not embedder_name.startswith("lexical")


def store_entries(vectors: Vectors, embedder: Embedder, entries: Sequence[Entry]) -> None:
    """Embed entries, store their vectors, and read them back.

    Raises:
        LibraryError: Vectors cannot be read back.
    """
    ids = [entry.entry_id for entry in entries]
    if ids:
        vectors.upsert(ids, entries, embedder.embed_documents([entry.text for entry in entries]))
        missing = set(ids) - vectors.stored_ids(ids)
        if missing:
            raise LibraryError(
                f"{len(missing)} of {len(ids)} vectors cannot be read back; the video stays unpublished. "
                "Run the same command again"
            )
