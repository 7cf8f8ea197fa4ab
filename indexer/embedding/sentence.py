"""Embeddings from a sentence-transformers model that is present on this machine.

Nothing is downloaded and no code of a model's own is run. The model is read into memory at first use.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import EmbeddingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_log = logging.getLogger(__name__)

_SAMPLE_BYTES = 1 << 20
_MODEL_FILES = (".json", ".txt", ".model", ".safetensors", ".bin", ".onnx", ".pt")


class SentenceEmbedder:
    """Embeds with a sentence-transformers model, given by its name on the Hugging Face Hub or by its folder.

    Args:
        model: ``"sentence-transformers/all-MiniLM-L6-v2"``, already downloaded, or a folder.
        device: ``"cpu"``, ``"cuda"``, …; None takes the best there is.

    Raises:
        EmbeddingError: The model is not present; when it is used first, that it cannot be loaded.
    """

    def __init__(self, model: str, *, device: str | None = None) -> None:
        self._folder = find_model(model)
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
        dimension = self._model().get_embedding_dimension()
        return dimension if dimension is not None else int(self._model().encode("length").shape[-1])

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed captions. Shape (len(texts), dimension), rows of length 1 (zeros for an empty text)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        filled = [row for row, text in enumerate(texts) if text.strip()]
        if filled:
            vectors[filled] = self._model().encode_document(
                self._as_texts([texts[row] for row in filled]),
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Embed a question. Shape (dimension,), length 1 (zeros for an empty text)."""
        if not text.strip():
            return np.zeros(self.dimension, dtype=np.float32)
        (vector,) = self._model().encode_query(
            self._as_texts([text]), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vector, dtype=np.float32)

    def _as_texts(self, texts: list[str]) -> Any:
        """Say that these are texts, to a model that takes pictures too.

        It would take "http://….jpg", which may stand in a picture, for an address, and fetch it.
        """
        return [{"text": text} for text in texts] if self._model().supports("image") else texts

    def _model(self) -> SentenceTransformer:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self._folder, self._model_name, self._device)
            return self._loaded


def find_model(model: str, instead: str = 'set embedding = "lexical", which needs no model') -> Path:
    """Return the folder of a model that is on this machine already.

    Args:
        model: Its name on the Hugging Face Hub, or its folder.
        instead: What a person can do without it, for the error.

    Raises:
        EmbeddingError: It is not present.
    """
    if Path(model).is_dir():
        return Path(model).resolve()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for repository in (model, f"sentence-transformers/{model}"):
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    raise EmbeddingError(
        f"the embedding model {model!r} is not present on this machine, neither as a folder nor in the "
        f"Hugging Face cache. Download it with `hf download {model}`, give the folder of a model, "
        f"or {instead}."
    )


def _load(folder: Path, model_name: str, device: str | None) -> SentenceTransformer:
    """Read the model into memory. Its libraries take seconds to import, so they wait until here."""
    from sentence_transformers import SentenceTransformer

    if not (folder / "modules.json").is_file():
        raise EmbeddingError(
            f"{folder} holds no sentence-transformers model: it has no modules.json. Give the folder that "
            f'SentenceTransformer.save() wrote, or set embedding = "lexical".'
        )
    _log.info("loading the embedding model %s from %s", model_name, folder)
    try:
        return SentenceTransformer(str(folder), device=device, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # whatever the libraries raise on files that they cannot read
        raise EmbeddingError(
            f"the embedding model {model_name!r} in {folder} cannot be loaded: {error}. "
            f'Download it again with `hf download {model_name}`, or set embedding = "lexical".'
        ) from error


def fingerprint_of(folder: Path) -> str:
    """Hash what decides a model's vectors: each file's name, size and both ends (some are gigabytes)."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix not in _MODEL_FILES or not path.is_file():
            continue
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()} {size}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE_BYTES))
            file.seek(max(0, size - _SAMPLE_BYTES))
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:12]
