"""Captions from elsewhere: published like an indexed video, with or without the file.

A model of one's own, a person's notes, a data set: whoever knows what is to be seen from when to when can
hand it over, and it is searched and asked about like what Witness captioned itself.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.discovery import content_id
from indexer.embedding.model import Embedder
from indexer.errors import LibraryBusy, LibraryError
from indexer.library.catalog import Catalog
from indexer.library.fingerprint import Fingerprint
from indexer.library.ownership import Ownership
from indexer.timeline import Caption, Segment, Span

if TYPE_CHECKING:
    from indexer.library.library import Library

IMPORTED = "imported"
"""Name in the place of a vision model's, and the start of the key of every imported index."""
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Import:
    """The captions of one video, checked and in the order of time."""

    name: str
    video_id: str
    path: Path
    """Where its file lies, or its name alone where the captions came without it."""
    has_file: bool
    duration_seconds: float
    segments: tuple[Segment, ...]

    def key(self, embedder: Embedder) -> str:
        """Return what names this index in the catalog: the same captions give the same key."""
        told = [
            (each.span.start_seconds, each.span.end_seconds, each.caption and each.caption.summary)
            for each in self.segments
        ]
        content = json.dumps([embedder.name, self.duration_seconds, told]).encode()
        return f"{IMPORTED}-{hashlib.sha256(content).hexdigest()[:12]}"


def read_import(
    name: str, duration_seconds: float, captions: Iterable[tuple[float, float, str]], path: Path | None
) -> Import:
    """Check captions from elsewhere, and put them in the order of time.

    Args:
        name: What people call the video.
        duration_seconds: How long it is.
        captions: Start and end in seconds, and what is seen then. They may overlap and leave gaps.
        path: The video's file, when it is there.

    Raises:
        LibraryError: There are none, or one of them cannot be used; the text says which and why.
        MediaError: The file cannot be read.
    """
    if not name.strip():
        raise LibraryError("captions cannot be imported without the name of their video")
    if not (math.isfinite(duration_seconds) and duration_seconds > 0):
        raise LibraryError(f"the captions of {name} need its duration in seconds, got {duration_seconds}")
    told = sorted(_checked(name, duration_seconds, number, *each) for number, each in enumerate(captions))
    if not told:
        raise LibraryError(f"there are no captions of {name} to import")
    video_id = content_id(path) if path is not None else _id_of_name(name)
    segments = tuple(
        Segment(video_id, ordinal, span, activity=0.0, caption=Caption(text))
        for ordinal, (span, text) in enumerate(told)
    )
    where = path.absolute() if path is not None else Path(name)
    return Import(name, video_id, where, path is not None, duration_seconds, segments)


def publish_import(library: Library, told: Import) -> None:
    """Make captions from elsewhere the visible index of their video.

    Raises:
        LibraryBusy: Another process is writing to the library.
        LibraryError: The library cannot be written. What was visible before still is.
    """
    ownership = Ownership(library.folder)
    if not ownership.try_acquire():
        raise LibraryBusy(
            f"another process is writing to the library {library.folder}. Import again when it is done"
        )
    try:
        _publish(library, told)
    finally:
        ownership.release()


def _publish(library: Library, told: Import) -> None:
    embedder, catalog = library.embedder, library.catalog
    key = told.key(embedder)
    if catalog.is_published(told.video_id, key):
        return
    if library.fingerprint is None:  # so that what is imported next is embedded alike
        library.set_fingerprint(
            Fingerprint(IMPORTED, "", "", embedder.name, library.embedding_setting, IMPORTED)
        )
    library.store_vectors(embedder, _write_drafts(catalog, told, key))
    _note_video(catalog, told)  # once more: a reader may have dropped what seemed superseded
    catalog.publish(told.video_id, key)
    library.drop_older_vectors(embedder, told.video_id, key)
    without_file = _id_of_name(told.name)
    if told.has_file and catalog.video(without_file) is not None:
        library.remove(without_file)


def _write_drafts(catalog: Catalog, told: Import, key: str) -> list[tuple[int, Segment]]:
    """Write the captions as drafts, those that a killed import left not twice; return them with their ids."""
    _note_video(catalog, told)
    known = {segment.ordinal for _, segment in catalog.drafts(told.video_id, key)}
    for segment in told.segments:
        if segment.ordinal not in known:
            catalog.add_segment(segment, key)
    return catalog.drafts(told.video_id, key)


def _note_video(catalog: Catalog, told: Import) -> None:
    """Note that there is such a video; one whose file is not there has no bytes."""
    facts = told.path.stat() if told.has_file else None
    catalog.add_video(told.video_id, told.path, facts.st_size if facts else 0)
    if facts:
        catalog.note_file(told.path, told.video_id, facts.st_size, facts.st_mtime_ns)
    catalog.query(
        "UPDATE videos SET duration_seconds = ? WHERE video_id = ?", told.duration_seconds, told.video_id
    )


def _checked(
    name: str, duration_seconds: float, number: int, start: float, end: float, text: str
) -> tuple[Span, str]:
    where = f"caption {number + 1} of {name} ({start:g} to {end:g} s)"
    if not text.strip():
        raise LibraryError(f"{where} says nothing. Leave it out, or say what is seen")
    if start >= duration_seconds:
        raise LibraryError(f"{where} starts after the video's end at {duration_seconds:g} s")
    try:
        return Span(start, min(end, duration_seconds)), text.strip()
    except ValueError as error:
        raise LibraryError(f"{where} cannot be used: {error}") from None


def _id_of_name(name: str) -> str:
    """Return the id of a video whose file is not there."""
    return hashlib.sha256(f"{IMPORTED}\n{name}".encode()).hexdigest()[:_ID_DIGITS]
