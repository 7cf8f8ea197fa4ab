"""The embedder that the settings ask for."""

from __future__ import annotations

from indexer.embedding.lexical import LexicalEmbedder
from indexer.embedding.model import Embedder, FrameEmbedder
from indexer.embedding.reranking import CrossEncoderReranker, Reranker


def make_embedder(setting: str) -> Embedder:
    """Build the embedder named by the setting ``embedding``.

    Args:
        setting: ``"lexical"``, or the name or the folder of a sentence-transformers model.

    Raises:
        EmbeddingError: The model is not present on this machine.
    """
    if setting == "lexical":
        return LexicalEmbedder()
    from indexer.embedding.sentence import SentenceEmbedder  # only where a model is asked for

    return SentenceEmbedder(setting)


def make_reranker(setting: str | None) -> Reranker | None:
    """Build the re-ranker named by the setting ``reranker``; None where there is none.

    Args:
        setting: Name or folder of a cross-encoder, or None.

    Raises:
        EmbeddingError: The model is not present on this machine.
    """
    if setting is None:
        return None
    return CrossEncoderReranker(setting)


def make_frame_embedder(setting: str) -> FrameEmbedder:
    """Build the frame embedder named by the setting ``frame_embedding``.

    Args:
        setting: Name or folder of a model that embeds pictures and texts in one space.

    Raises:
        EmbeddingError: The model is not present on this machine.
    """
    from indexer.embedding.frames import SentenceFrameEmbedder  # only where a model is asked for

    return SentenceFrameEmbedder(setting)
