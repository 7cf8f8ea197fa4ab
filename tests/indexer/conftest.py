"""Shared by the indexer's tests: a library, a decoder, and what indexing needs."""

from __future__ import annotations

from contextlib import closing

import pytest
from frame_models import make_clip, make_siglip
from indexing_kit import RecordingVision

from indexer.embedding.lexical import LexicalEmbedder
from indexer.library.library import Library
from indexer.media.decoder import Decoder
from indexer.parts import Indexer, make_fingerprint
from indexer.settings import Settings


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(library=tmp_path / "library", segment_seconds=2.0, read_clock=False)


@pytest.fixture
def library(settings):
    with closing(Library.open(settings)) as library:
        yield library


@pytest.fixture(scope="session")
def decoder():
    with closing(Decoder()) as decoder:
        yield decoder


@pytest.fixture
def make_indexer(library, settings, decoder):
    """Build an indexer around a vision model and changed settings."""

    def make(vision=None, **changes) -> Indexer:
        vision = vision or RecordingVision()
        changed = settings.model_copy(update=changes)
        embedder = LexicalEmbedder()
        return Indexer(
            library, vision, embedder, decoder, make_fingerprint(changed, vision, embedder), changed
        )

    return make


@pytest.fixture(scope="session")
def tiny_siglip(tmp_path_factory):
    """Folder of a SigLIP with random weights."""
    return make_siglip(tmp_path_factory.mktemp("frames") / "tiny-siglip")


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory):
    """Folder of a CLIP with random weights, saved by sentence-transformers."""
    return make_clip(tmp_path_factory.mktemp("frames"))
