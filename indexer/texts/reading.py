"""Keep a video's subtitles as its file, and the files beside it, have them."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from indexer.discovery import printable
from indexer.errors import DecoderFailed, MediaError
from indexer.library.catalog import Catalog
from indexer.library.texts import drop_place, places_of, replace_texts
from indexer.media.decoder import Decoder
from indexer.texts.sidecars import Sidecar, find_sidecars

_log = logging.getLogger(__name__)
_TRACKS = "tracks"
_BESIDE = "file "
_VERSION = "1"
"""Of the reading; another one reads everything anew."""


def read_subtitles(catalog: Catalog, decoder: Decoder, video_id: str, path: Path) -> None:
    """Read the subtitles of a video where they are new or have changed; forget those that are gone.

    Subtitles that cannot be read cost nothing else: the video is indexed without them.

    Args:
        catalog: Where they go.
        decoder: Reads the tracks inside the file.
        video_id: The video.
        path: Its file, beside which the subtitle files lie.

    Raises:
        LibraryError: The catalog cannot be written.
    """
    known = places_of(catalog, video_id)
    if _TRACKS not in known or known[_TRACKS].state != _VERSION:
        _read_tracks(catalog, decoder, video_id, path)
    sidecars = find_sidecars(path)
    if sidecars is None:
        return
    wanted = {_place(sidecar.path): sidecar for sidecar in sidecars}
    for place, sidecar in wanted.items():
        if place not in known or known[place].state != f"{_VERSION} {sidecar.state}":
            _read_sidecar(catalog, video_id, place, sidecar)
    for place in _beside(known, path):
        if place not in wanted:
            drop_place(catalog, video_id, place)


def _place(path: Path) -> str:
    return _BESIDE + os.fsencode(path).decode("utf-8", "backslashreplace")


def _beside(places: Iterable[str], path: Path) -> list[str]:
    """Return the places in the folder of a file; those of a copy elsewhere are none of its business."""
    folder = _place(path.parent / "x").removesuffix("x")
    return [place for place in places if place.startswith(folder) and os.sep not in place[len(folder) :]]


def _read_tracks(catalog: Catalog, decoder: Decoder, video_id: str, path: Path) -> None:
    video = catalog.video(video_id)
    try:
        found = decoder.subtitles(path, stream=video.stream if video else None)
    except DecoderFailed as error:  # not tried again: it would fail at every run
        remark = f"its subtitle tracks cannot be read: {error}"
        replace_texts(catalog, video_id, _TRACKS, _VERSION, [], remark)
        return
    except MediaError as error:
        _log.info("subtitles of %s: %s", printable(path), error)
        return
    remarks = [f"not readable as text: {track}" for track in found.unreadable]
    remarks += _skipped("its subtitle tracks", found.skipped)
    # Files often carry one track for each quality of picture, with the same words.
    once = {(text.span, text.text): text for text in reversed(found.texts)}
    replace_texts(catalog, video_id, _TRACKS, _VERSION, sorted(once.values()), "; ".join(remarks))


def _read_sidecar(catalog: Catalog, video_id: str, place: str, sidecar: Sidecar) -> None:
    try:
        texts, skipped = sidecar.read()
    except OSError as error:
        _log.info("subtitles %s: %s", printable(sidecar.path), error)
        return
    remark = "; ".join(_skipped(sidecar.name, skipped))
    replace_texts(catalog, video_id, place, f"{_VERSION} {sidecar.state}", texts, remark)


def _skipped(where: str, count: int) -> list[str]:
    return [f"{where}: {count} damaged {'part' if count == 1 else 'parts'} skipped"] if count else []
