"""The parts that indexing needs, built once in an entry point and handed in."""

from __future__ import annotations

from dataclasses import dataclass

import prompts
from indexer.embedding.model import Embedder
from indexer.library.fingerprint import Fingerprint
from indexer.library.library import Library
from indexer.media.decoder import Decoder
from indexer.settings import Settings
from indexer.vision.model import VisionModel

SEGMENTING_VERSION = "movement-2"


@dataclass(frozen=True, slots=True)
class Indexer:
    """What indexing needs."""

    library: Library
    vision: VisionModel
    embedder: Embedder
    decoder: Decoder
    fingerprint: Fingerprint
    settings: Settings


def make_fingerprint(settings: Settings, vision: VisionModel, embedder: Embedder) -> Fingerprint:
    """Return what an index made with these models and settings is known by."""
    return Fingerprint(
        vision=vision.name,
        prompt=_prompt_key(settings) if vision.judges else "",
        language=settings.language if vision.judges else "",
        embedding=embedder.name,
        embedding_setting=settings.embedding,
        segmenting=f"{SEGMENTING_VERSION} {settings.segment_seconds:g}s {settings.walk.value}",
    )


def _prompt_key(settings: Settings) -> str:
    """Return what tells one caption prompt from another: its file, and what is watched for."""
    key = f"{prompts.fingerprint('caption')} {prompts.fingerprint('still')}"
    return f"{key} watch {prompts.fingerprint('watch')} {list(settings.watch)}" if settings.watch else key
