"""The embedded default: a vector made from the words themselves, with no model and nothing to download.

Texts are near each other when they share words, inflections of words, or words spelt nearly alike. It knows
no synonyms and no translation: for those, set a sentence-transformers model.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.text import query_tokens

_TRIGRAM_WEIGHT = 0.25
"""Weight of three letters beside a whole word's 1: spelling helps, but never outweighs a shared word."""


class LexicalEmbedder:
    """Hashes words and their letter trigrams into a vector (the hashing trick of Weinberger et al., 2009)."""

    def __init__(self, dimension: int = 1024) -> None:
        if dimension < 64:
            raise ValueError(f"a lexical vector needs at least 64 dimensions, got {dimension}")
        self._dimension = dimension

    @property
    def name(self) -> str:
        """Name and version; a change of the features or of the weights is a new version."""
        return "lexical-1" if self._dimension == 1024 else f"lexical-1-{self._dimension}"

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return self._dimension

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed captions. Shape (len(texts), dimension), rows of length 1 (zeros for an empty text)."""
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.embed_query(text)
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Embed a question. Shape (dimension,), length 1 (zeros for an empty text)."""
        vector = np.zeros(self._dimension, dtype=np.float64)
        for (feature, weight), count in Counter(_features(text)).items():
            code = zlib.crc32(feature.encode())  # stable over processes and machines, unlike hash()
            sign = 1.0 if code >> 31 else -1.0  # so that collisions cancel out in the mean
            vector[code % self._dimension] += sign * weight * (1.0 + math.log(count))
        length = float(np.linalg.norm(vector))
        return (vector / length if length else vector).astype(np.float32)


def _features(text: str) -> Iterator[tuple[str, float]]:
    """Yield a text's words, and the letter trigrams of the longer ones, with their weights."""
    for token in query_tokens(text):
        yield token, 1.0
        if len(token) > 3 and token.isalpha():
            padded = f"<{token}>"
            for start in range(len(padded) - 2):
                yield f"#{padded[start : start + 3]}", _TRIGRAM_WEIGHT
