"""The vectors of the captions, in Chroma. They are derived: the catalog can make them again at any time.

A process that has a Chroma folder open never sees what another process writes, so the client is opened anew
whenever the catalog's generation has moved. Opening one makes its tables, and two processes that do so at the
same time fail, so only one opens at a time.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from indexer.errors import LibraryError
from indexer.library.failures import disk_full, looks_full, require_space
from indexer.timeline import Span

if TYPE_CHECKING:
    from chromadb import Collection

_BATCH = 2000
"""Vectors per call; local Chroma refuses more than 5,461."""
_COPIES = 4
"""How often Chroma writes a vector before it is where it stays: log, table, index, and room to grow."""
_FULL = "disk is full"
"""What SQLite, which Chroma writes to, says then."""
_opening = threading.Lock()
"""Chroma keeps the clients of a process in one table that is cleared to open another."""


class Placed(Protocol):
    """Whatever has a place in a video: a segment, an entry."""

    @property
    def video_id(self) -> str:
        """The video."""

    @property
    def span(self) -> Span:
        """Where in it."""


class Vectors:
    """One collection of vectors, made by one embedder; ids are the catalog's segment ids, or entry ids."""

    def __init__(
        self, folder: Path, collection: str, *, kind: str = "segments", url: str | None = None
    ) -> None:
        """Name the collection; nothing is opened before it is needed.

        Args:
            folder: Where embedded Chroma keeps its files.
            collection: Name of the embedder; another embedder's vectors are another collection.
            kind: What has the vectors: "segments", "events", or "frames".
            url: A Chroma server to use instead of the folder.
        """
        self._folder = folder
        self._name = f"{kind}-" + re.sub(r"[^A-Za-z0-9._-]+", "-", collection).strip("-._")[-480:]
        self._url = url
        self._lock = threading.Lock()
        self._opened: Collection | None = None
        self._opened_generation = -1

    def upsert(
        self, segment_ids: Sequence[int], placed: Sequence[Placed], vectors: NDArray[np.float32],
        facts: Sequence[Mapping[str, str | float]] | None = None,
    ) -> None:  # fmt: skip
        """Store one vector per segment; storing one twice changes nothing.

        Args:
            segment_ids: The ids.
            placed: What they are the vectors of.
            vectors: Shape (len(segment_ids), dimension).
            facts: What else to store beside each.

        Raises:
            LibraryError: The disk is full, or Chroma cannot write.
        """
        if self._url is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            require_space(self._folder, _COPIES * vectors.nbytes)
        with self._in_words("written"):
            collection = self._collection()
            for part in _batches(len(segment_ids)):
                collection.upsert(
                    ids=[str(segment_id) for segment_id in segment_ids[part]],
                    embeddings=vectors[part],
                    metadatas=[
                        {**_metadata(each), **more}
                        for each, more in zip(placed[part], (facts or [{}] * len(placed))[part], strict=True)
                    ],
                )

    def stored_ids(self, segment_ids: Sequence[int]) -> set[int]:
        """Return which of these segments have a vector that can be read back."""
        found: set[int] = set()
        with self._in_words("read"):
            collection = self._collection()
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
        with self._in_words("searched"):
            answer = self._collection(generation).query(
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

    def compare(
        self, vector: NDArray[np.float32], ids: Sequence[int], *, generation: int
    ) -> list[tuple[int, float]]:
        """Return the cosine similarity of each of these ids that has a vector, best first.

        For few ids this is faster than a search that Chroma filters: 20 ms where that took 120 to 440 ms, for
        the 360 segments of one video among 100,000.

        Args:
            vector: The question's vector, shape (dimension,), of length 1.
            ids: The segments or entries.
            generation: The catalog's generation; a newer one than before opens the vectors anew.
        """
        found: list[tuple[int, float]] = []
        with self._in_words("read"):
            collection = self._collection(generation)
            for part in _batches(len(ids)):
                answer = collection.get(ids=[str(each) for each in ids[part]], include=["embeddings"])
                if not answer["ids"]:
                    continue
                stored = np.asarray(answer["embeddings"], dtype=np.float32)
                nearness = stored @ vector / np.maximum(np.linalg.norm(stored, axis=1), 1e-12)
                found += [
                    (int(each), float(near)) for each, near in zip(answer["ids"], nearness, strict=True)
                ]
        return sorted(found, key=lambda pair: -pair[1])

    def remove(self, video_id: str, *, keep: Sequence[int] = ()) -> None:
        """Drop the vectors of a video, except those of the segments in ``keep``."""
        with self._in_words("written"):
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
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if self._url is None:
            with _opening:
                return self._open_folder(settings)
        address = urlsplit(self._url)
        client: Any = chromadb.HttpClient(
            host=address.hostname or "localhost", port=address.port or 8000,
            ssl=address.scheme == "https", settings=settings,
        )  # fmt: skip
        return self._collection_of(client)

    def _open_folder(self, settings: Any) -> Collection:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient

        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / "opening.lock"):
            SharedSystemClient.clear_system_cache()  # else the client that is open already is handed out
            return self._collection_of(chromadb.PersistentClient(str(self._folder), settings))

    def _collection_of(self, client: Any) -> Collection:
        return client.get_or_create_collection(  # type: ignore[no-any-return]
            self._name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )

    @contextmanager
    def _in_words(self, done: str) -> Iterator[None]:
        """Say in words what keeps the vectors from being opened, or from being ``done``: read, written."""
        try:
            yield
        except LibraryError:
            raise
        except Exception as error:
            # What SQLite takes back after the failed write may leave room again: its words tell too.
            if self._url is None and (_FULL in str(error) or looks_full(self._folder)):
                raise disk_full(self._folder.parent) from error
            advice = "Check the folder and its disk" if self._url is None else "Check that the server runs"
            raise LibraryError(
                f"the vectors at {self._url or self._folder} cannot be {done}: {error}. {advice}, then run "
                "the same command again"
            ) from error


def _metadata(placed: Placed) -> dict[str, str | float]:
    return {
        "video_id": placed.video_id,
        "start_seconds": placed.span.start_seconds,
        "end_seconds": placed.span.end_seconds,
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
