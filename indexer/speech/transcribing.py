"""Transcribe a video: its sound comes from the isolated decoder, the text goes to the catalog."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from indexer.library.catalog import Catalog
from indexer.library.texts import Place, places_of, replace_texts
from indexer.media.beside import Sound
from indexer.media.decoder import Decoder
from indexer.speech.blocks import blocks
from indexer.speech.model import Transcriber, Utterance
from indexer.texts.markup import plain_text
from indexer.texts.model import MAX_TEXTS, TextSource, TimedText
from indexer.timeline import Span

SPEECH = "speech"
"""Name of the place that transcripts are kept by."""
_FULL_SCALE = 32768.0


def transcribe(
    catalog: Catalog,
    decoder: Decoder,
    transcriber: Transcriber,
    video_id: str,
    path: Path,
    progress: Callable[[float], None] = lambda seconds: None,
) -> bool:
    """Write down what is said in a video, unless this transcriber did so before.

    A transcript becomes visible as a whole; a killed run leaves none, or the older one.

    Args:
        catalog: Where it goes.
        decoder: Decodes the sound, in its child.
        transcriber: Writes.
        video_id: The video.
        path: Its file.
        progress: Called with the seconds that are done.

    Returns:
        Whether there was anything to do.

    Raises:
        MediaError: The file cannot be decoded.
        SpeechError: The transcriber failed.
        LibraryError: The catalog cannot be written.
    """
    known: Place | None = places_of(catalog, video_id).get(SPEECH)
    if known is not None and known.state == transcriber.name:
        return False
    video = catalog.video(video_id)
    texts: list[TimedText] = []
    heard = False
    with closing(decoder.sound(path, stream=video.stream if video else None)) as sounds:
        for block in blocks(sounds):
            heard = True
            texts += _texts(transcriber, block)
            progress(block.end_seconds)
    remark = "" if heard else "it has no sound that can be decoded"
    replace_texts(catalog, video_id, SPEECH, transcriber.name, texts[:MAX_TEXTS], remark)
    return True


def _texts(transcriber: Transcriber, block: Sound) -> Iterator[TimedText]:
    """Return what is said in a block, on the one clock; times that are impossible are not believed."""
    for said in transcriber.transcribe(block.samples.astype(np.float32) / _FULL_SCALE):
        text = plain_text(said.text)
        if text and _is_possible(said):
            start = block.start_seconds + said.start_seconds
            end = min(block.start_seconds + said.end_seconds, block.end_seconds)
            if start < end:
                yield TimedText(Span(start, end), text, TextSource.SPEECH, transcriber.name)


def _is_possible(said: Utterance) -> bool:
    return math.isfinite(said.end_seconds) and 0 <= said.start_seconds < said.end_seconds
