"""The parts that indexing needs, built once in an entry point and handed in."""

from __future__ import annotations

from dataclasses import dataclass

import prompts
from indexer.embedding.model import Embedder, FrameEmbedder
from indexer.library.fingerprint import Fingerprint
from indexer.library.library import Library
from indexer.media.decoder import Decoder
from indexer.rules.store import Rules
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
    rules: Rules | None = None
    """What is asked of every new segment; None where nobody can make rules."""
    frame_embedder: FrameEmbedder | None = None
    """Who embeds frames; None where nobody does."""


def make_fingerprint(
    settings: Settings, vision: VisionModel, embedder: Embedder, frames: FrameEmbedder | None = None
) -> Fingerprint:
    """Return what an index made with these models and settings is known by."""
    return Fingerprint(
        vision=vision.name,
        prompt=_prompt_key(settings) if vision.judges else "",
        language=settings.language if vision.judges else "",
        embedding=embedder.name,
        embedding_setting=settings.embedding,
        segmenting=f"{SEGMENTING_VERSION} {settings.segment_seconds:g}s {settings.walk.value}",
        frames=frames.name if frames else "",
        frames_setting=settings.frame_embedding or "" if frames else "",
    )


def _prompt_key(settings: Settings) -> str:
    """Return what tells one caption prompt from another: its file, and what is watched for."""
    key = f"{prompts.fingerprint('caption')} {prompts.fingerprint('still')}"
    return f"{key} watch {prompts.fingerprint('watch')} {list(settings.watch)}" if settings.watch else key
