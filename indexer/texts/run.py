"""After the videos: the subtitles that changed since, and what is said where that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from indexer.errors import MediaError
from indexer.library.catalog import Catalog
from indexer.library.texts import Place, places_of
from indexer.media.decoder import Decoder
from indexer.speech.model import Transcriber
from indexer.speech.transcribing import SPEECH, transcribe
from indexer.texts.reading import read_subtitles


@dataclass(frozen=True, slots=True)
class TextsRead:
    """What a run read of one video."""

    path: Path
    subtitles: int
    """Subtitles that it has now."""
    utterances: int
    """Things said that are transcribed now."""
    remarks: tuple[str, ...] = ()
    """What could not be read."""
    failed: bool = False
    """Whether its speech could not be transcribed; the remarks say why."""


def read_texts(
    catalog: Catalog,
    decoder: Decoder,
    transcriber: Transcriber | None,
    files: Sequence[Path],
    *,
    since: float,
    progress: Callable[[Path, float], None] = lambda path, seconds: None,
) -> Iterator[TextsRead]:
    """Bring the texts of indexed files up to date, and tell of those that were read since.

    Args:
        catalog: Knows the files, and takes their texts.
        decoder: Reads tracks and sound, in its child.
        transcriber: Writes down what is said; None for subtitles alone.
        files: Those that are not indexed are passed over.
        since: Unix time from which on what was read is told, also what indexing itself read.
        progress: Called with a file and the seconds of it that are transcribed.

    Raises:
        SpeechError: The transcriber failed.
        LibraryError: The catalog cannot be written.
    """
    for video_id, path in _indexed(catalog, files):
        read_subtitles(catalog, decoder, video_id, path)
        error = ""
        if transcriber is not None:
            try:
                transcribe(catalog, decoder, transcriber, video_id, path, partial(progress, path))
            except MediaError as failure:
                error = f"its sound cannot be transcribed: {failure}"
        new = {name: place for name, place in places_of(catalog, video_id).items() if place.read_at >= since}
        if told := _told(path, new, error):
            yield told


def _indexed(catalog: Catalog, files: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Return the files that are indexed, each content once."""
    seen = set()
    for path in files:
        try:
            facts = path.stat()
        except OSError:
            continue
        video_id = catalog.known_content(path, facts.st_size, facts.st_mtime_ns)
        video = catalog.video(video_id) if video_id and video_id not in seen else None
        if video is not None and video.answerable:
            seen.add(video_id)
            yield video_id, path


def _told(path: Path, places: dict[str, Place], error: str) -> TextsRead | None:
    """Return what is worth telling; None where nothing was found and nothing went wrong."""
    utterances = sum(place.count for name, place in places.items() if name == SPEECH)
    subtitles = sum(place.count for place in places.values()) - utterances
    remarks = tuple(filter(None, [*(place.remark for place in places.values()), error]))
    if not (subtitles or remarks or SPEECH in places):
        return None
    return TextsRead(path, subtitles, utterances, remarks, failed=bool(error))
