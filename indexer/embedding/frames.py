"""Embeddings of frames, from a model that puts pictures and texts into one space, such as SigLIP or CLIP.

Whatever sentence-transformers can load will do, if it takes both. Nothing is downloaded and no code of a
model's own is run. The model is read into memory at first use.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.sentence import find_model, fingerprint_of
from indexer.errors import EmbeddingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_log = logging.getLogger(__name__)

_INSTEAD = "leave out the setting frame_embedding"
_NEEDED: tuple[Literal["image", "text"], ...] = ("image", "text")
"""What a model must take: frames when indexing, pictures and words when searching."""


class SentenceFrameEmbedder:
    """Embeds frames with a multimodal model, given by its name on the Hugging Face Hub or by its folder.

    Args:
        model: ``"google/siglip-base-patch16-224"``, already downloaded, or a folder: a model of
            transformers with its processor, or what ``SentenceTransformer.save()`` wrote.
        device: ``"cpu"``, ``"cuda"``, …; None takes the best there is.

    Raises:
        EmbeddingError: The model is not present; when it is used first, that it cannot be loaded, or that
            it does not take both pictures and texts.
    """

    def __init__(self, model: str, *, device: str | None = None) -> None:
        self._folder = find_model(model, _INSTEAD)
        self._model_name = self._folder.name if Path(model).is_dir() else model
        self._device = device
        self._loading = threading.Lock()
        self._loaded: SentenceTransformer | None = None

    @cached_property
    def name(self) -> str:
        """The model's name with a fingerprint of its files, so that other weights are another embedder."""
        return f"{self._model_name}@{fingerprint_of(self._folder)}"

    @cached_property
    def dimension(self) -> int:
        """Length of every vector."""
        return len(self.embed_query("length"))

    def embed_frames(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embed RGB pictures, shape (height, width, 3) each.

        Returns:
            Shape (len(pictures), dimension), rows of length 1.
        """
        if not pictures:
            return np.zeros((0, self.dimension), dtype=np.float32)
        from PIL import Image

        images = [Image.fromarray(picture) for picture in pictures]
        # A document's prompt belongs to texts; what a model was given for pictures is its own default.
        found = self._model().encode(images, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Embed what a picture should show. Shape (dimension,), length 1 (zeros for an empty text)."""
        if not text.strip():
            return np.zeros(self.dimension, dtype=np.float32)
        # Said to be a text: "http://….jpg" would be fetched, and "a.jpg" read, as a picture.
        found = self._model().encode_query(
            [{"text": text}], normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found[0], dtype=np.float32)

    def _model(self) -> SentenceTransformer:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer  # takes seconds to import

        _log.info("loading the frame embedding model %s from %s", self._model_name, self._folder)
        try:
            loaded = SentenceTransformer(
                str(self._folder), device=self._device, local_files_only=True, trust_remote_code=False
            )
        except Exception as error:  # whatever the libraries raise on files that they cannot read
            raise EmbeddingError(
                f"the frame embedding model {self._model_name!r} in {self._folder} cannot be loaded: "
                f"{error}. Download it again with `hf download {self._model_name}`, or {_INSTEAD}."
            ) from error
        missing = [kind for kind in _NEEDED if not loaded.supports(kind)]
        if missing:
            raise EmbeddingError(
                f"the model {self._model_name!r} takes no {' and no '.join(missing)}, so it cannot compare "
                f"frames with words and pictures. Name a model of the kind of SigLIP or CLIP, or {_INSTEAD}."
            )
        return loaded
