"""What a user would otherwise write: LangChain's Chroma retriever over the same captions, top 5."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from bench.answers.captions import LIMIT, Place, Split, Told
from indexer.embedding.model import Embedder

_BATCH = 2000


class SameEmbedding(Embeddings):
    """An embedder of Witness in LangChain's form."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed captions."""
        found: list[list[float]] = self._embedder.embed_documents(texts).tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        found: list[float] = self._embedder.embed_query(text).tolist()
        return found


class Baseline:
    """LangChain's Chroma over captions."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        """Open an empty collection in a folder of its own."""
        from langchain_chroma import Chroma

        self._store: Any = Chroma(
            "captions",
            SameEmbedding(embedder),
            persist_directory=str(folder),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )

    def index(self, split: Split) -> None:
        """Store the captions with their spans."""
        documents = [_document(told) for captions in split.indexed.values() for told in captions]
        for start in range(0, len(documents), _BATCH):
            self._store.add_documents(documents[start : start + _BATCH])

    def ask(self, told: Told, *, within_video: bool) -> list[Place]:
        """Return the spans of the captions that the retriever finds for a sentence."""
        options: dict[str, Any] = {"k": LIMIT}
        if within_video:
            options["filter"] = {"video": told.video}
        found: Sequence[Document] = self._store.as_retriever(search_kwargs=options).invoke(told.text)
        return [(each.metadata["video"], each.metadata["start"], each.metadata["end"]) for each in found]


def _document(told: Told) -> Document:
    return Document(
        told.text, metadata={"video": told.video, "start": told.start_seconds, "end": told.end_seconds}
    )
