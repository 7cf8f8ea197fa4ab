"""The vectors of the captions, in Chroma. They are derived: the catalog can make them again at any time.

A process that has a Chroma folder open never sees what another process writes, so the client is opened anew
whenever the catalog's generation has moved.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from indexer.errors import LibraryError
from indexer.timeline import Segment, Span

if TYPE_CHECKING:
    from chromadb import Collection

_BATCH = 2000
"""Vectors per call; local Chroma refuses more than 5,461."""


class Vectors:
    """One collection of vectors, made by one embedder; ids are the catalog's segment ids."""

    def __init__(self, folder: Path, collection: str, *, url: str | None = None) -> None:
        """Name the collection; nothing is opened before it is needed.

        Args:
            folder: Where embedded Chroma keeps its files.
            collection: Name of the embedder; another embedder's vectors are another collection.
            url: A Chroma server to use instead of the folder.
        """
        self._folder = folder
        self._name = "segments-" + re.sub(r"[^A-Za-z0-9._-]+", "-", collection).strip("-._")[-480:]
        self._url = url
        self._lock = threading.Lock()
        self._opened: Collection | None = None
        self._opened_generation = -1

    def upsert(
        self, segment_ids: Sequence[int], segments: Sequence[Segment], vectors: NDArray[np.float32]
    ) -> None:
        """Store one vector per segment; storing one twice changes nothing."""
        collection = self._collection()
        for part in _batches(len(segment_ids)):
            collection.upsert(
                ids=[str(segment_id) for segment_id in segment_ids[part]],
                embeddings=vectors[part],
                metadatas=[_metadata(segment) for segment in segments[part]],
            )

    def stored_ids(self, segment_ids: Sequence[int]) -> set[int]:
        """Return which of these segments have a vector that can be read back."""
        collection = self._collection()
        found: set[int] = set()
        for part in _batches(len(segment_ids)):
            answer = collection.get(ids=[str(i) for i in segment_ids[part]], include=["embeddings"])
            embeddings = answer["embeddings"]
            if embeddings is not None and len(embeddings) == len(answer["ids"]):
                found.update(int(segment_id) for segment_id in answer["ids"])
        return found

    def search(
        self, vector: NDArray[np.float32], *, generation: int, limit: int,
        video_id: str | None = None, span: Span | None = None,
    ) -> list[tuple[int, float]]:  # fmt: skip
        """Return the ids of the nearest segments with their cosine similarity, best first.

        Args:
            vector: The question's vector, shape (dimension,).
            generation: The catalog's generation; a newer one than before opens the vectors anew.
            limit: How many to return at most.
            video_id: Search only in this video.
            span: Search only segments that overlap this span.
        """
        collection = self._collection(generation)
        answer = collection.query(
            query_embeddings=vector[np.newaxis, :],
            n_results=limit,
            where=_where(video_id, span),
            include=["distances"],
        )
        distances = answer["distances"]
        if distances is None:
            return []
        return [
            (int(segment_id), 1.0 - float(distance))
            for segment_id, distance in zip(answer["ids"][0], distances[0], strict=True)
        ]

    def remove(self, video_id: str, *, keep: Sequence[int] = ()) -> None:
        """Drop the vectors of a video, except those of the segments in ``keep``."""
        collection = self._collection()
        stored = collection.get(where={"video_id": video_id}, include=[])["ids"]
        stale = sorted(set(stored) - {str(segment_id) for segment_id in keep})
        for part in _batches(len(stale)):
            collection.delete(ids=stale[part])

    def _collection(self, generation: int | None = None) -> Collection:
        with self._lock:
            if self._opened is None or (generation is not None and generation != self._opened_generation):
                self._opened = self._open()
                self._opened_generation = -1 if generation is None else generation
            return self._opened

    def _open(self) -> Collection:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        try:
            if self._url is None:
                SharedSystemClient.clear_system_cache()  # else the client that is open already is handed out
                self._folder.mkdir(parents=True, exist_ok=True)
                client: Any = chromadb.PersistentClient(str(self._folder), settings)
            else:
                address = urlsplit(self._url)
                client = chromadb.HttpClient(
                    host=address.hostname or "localhost", port=address.port or 8000,
                    ssl=address.scheme == "https", settings=settings,
                )  # fmt: skip
            return client.get_or_create_collection(  # type: ignore[no-any-return]
                self._name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )
        except Exception as error:
            where = self._url or self._folder
            raise LibraryError(
                f"the vectors at {where} cannot be opened: {error}. "
                "Check the folder, or that the Chroma server runs"
            ) from error


def _metadata(segment: Segment) -> dict[str, str | float]:
    return {
        "video_id": segment.video_id,
        "start_seconds": segment.span.start_seconds,
        "end_seconds": segment.span.end_seconds,
    }


def _where(video_id: str | None, span: Span | None) -> Any:
    conditions: list[dict[str, Any]] = []
    if video_id is not None:
        conditions.append({"video_id": video_id})
    if span is not None:
        conditions.append({"start_seconds": {"$lt": span.end_seconds}})
        conditions.append({"end_seconds": {"$gt": span.start_seconds}})
    if len(conditions) > 1:
        return {"$and": conditions}
    return conditions[0] if conditions else None


def _batches(count: int) -> Iterator[slice]:
    for start in range(0, count, _BATCH):
        yield slice(start, start + _BATCH)
