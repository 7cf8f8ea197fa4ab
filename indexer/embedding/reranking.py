"""Re-ranking with a cross-encoder from sentence-transformers that is present on this machine.

An embedder reads captions and questions apart; a cross-encoder reads each pair together, which is slower and
more exact. Nothing is downloaded and no code of a model's own is run.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from indexer.embedding.sentence import find_model
from indexer.errors import EmbeddingError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_log = logging.getLogger(__name__)


class Reranker(Protocol):
    """Says how well texts answer a query, reading both together."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return a score for each text, higher is better."""


class CrossEncoderReranker:
    """Re-ranks with a cross-encoder, given by its name on the Hugging Face Hub or by its folder.

    Args:
        model: ``"cross-encoder/ms-marco-MiniLM-L6-v2"``, already downloaded, or a folder.
        device: ``"cpu"``, ``"cuda"``, …; None takes the best there is.

    Raises:
        EmbeddingError: The model is not present; when it is used first, that it cannot be loaded.
    """

    def __init__(self, model: str, *, device: str | None = None) -> None:
        self._folder = find_model(model)
        self._model_name = model
        self._device = device
        self._loading = threading.Lock()
        self._loaded: CrossEncoder | None = None

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return a score for each text, higher is better."""
        if not texts:
            return []
        found = self._model().predict([(query, text) for text in texts], show_progress_bar=False)
        return [float(score) for score in found]

    def _model(self) -> CrossEncoder:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> CrossEncoder:
        from sentence_transformers import CrossEncoder  # takes seconds to import

        _log.info("loading the re-ranker %s from %s", self._model_name, self._folder)
        try:
            loaded: CrossEncoder = CrossEncoder(
                str(self._folder), num_labels=1, device=self._device, local_files_only=True,
                trust_remote_code=False,
            )  # fmt: skip
        except Exception as error:  # whatever the libraries raise on files that they cannot read
            raise EmbeddingError(
                f"the re-ranker {self._model_name!r} in {self._folder} cannot be loaded: {error}. Download "
                f"it again with `hf download {self._model_name}`, or leave out the setting reranker."
            ) from error
        return loaded
