"""Build what indexing needs from the settings, the same way for every face."""

from __future__ import annotations

from contextlib import ExitStack, closing

from indexer.embedding.configured import make_embedder, make_frame_embedder
from indexer.library.library import Library
from indexer.media.decoder import Decoder
from indexer.parts import Indexer, make_fingerprint
from indexer.rules.store import Rules
from indexer.settings import Settings
from indexer.vision.model import VisionModel


def build_indexer(settings: Settings, library: Library, vision: VisionModel, until: ExitStack) -> Indexer:
    """Return the parts, those that have to be closed entered into ``until``.

    Args:
        settings: Which embedders, what language, how long segments are.
        library: Where the index goes.
        vision: Who looks; closed by whoever made it, for others may look through it too.
        until: Closes the decoder and the rules.

    Raises:
        EmbeddingError: An embedder cannot be loaded.
        LibraryError: The rules cannot be read.
    """
    embedder = make_embedder(settings.embedding)
    frames = make_frame_embedder(settings.frame_embedding) if settings.frame_embedding else None
    return Indexer(
        library=library,
        vision=vision,
        embedder=embedder,
        decoder=until.enter_context(closing(Decoder())),
        fingerprint=make_fingerprint(settings, vision, embedder, frames),
        settings=settings,
        frame_embedder=frames,
        rules=until.enter_context(closing(Rules(library.folder))),
    )
