"""The seam between Witness and whatever embeds texts, or pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """Name and version; part of the index fingerprint and of the collection's name."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed captions. Shape (len(texts), dimension), rows of length 1 (zeros for an empty text)."""

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Embed a question. Shape (dimension,), length 1 (zeros for an empty text)."""


class FrameEmbedder(Protocol):
    """Turns pictures and texts into unit vectors of one space."""

    @property
    def name(self) -> str:
        """Name and version; part of the index fingerprint and of the collection's name."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    def embed_frames(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embed RGB pictures, shape (height, width, 3) each.

        Returns:
            Shape (len(pictures), dimension), rows of length 1.
        """

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Embed what a picture should show. Shape (dimension,), length 1 (zeros for an empty text)."""
