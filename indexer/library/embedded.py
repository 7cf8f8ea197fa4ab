"""What a library's index was made with, and the vectors of its captions: stored, searched and dropped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from indexer.embedding.configured import make_embedder
from indexer.embedding.model import Embedder
from indexer.errors import LibraryError
from indexer.library.catalog import Catalog
from indexer.library.entries import embeds_events, event_entries, segment_entries, store_entries
from indexer.library.fingerprint import Fingerprint
from indexer.library.records import Hit
from indexer.library.searching import Where, nearest
from indexer.library.vectors import Vectors
from indexer.timeline import Segment

_FINGERPRINT = "fingerprint"


class EmbeddedIndex:
    """The vectors of one library and the embedder that made them, which embeds the questions too."""

    def __init__(self, catalog: Catalog, folder: Path, *, embedding: str, chroma_url: str | None) -> None:
        """Open nothing yet.

        Args:
            catalog: The library's.
            folder: Of the vectors.
            embedding: Embedder for a library that has none yet; an existing index keeps its own.
            chroma_url: A Chroma server instead of the folder.
        """
        self._catalog = catalog
        self._folder = folder
        self._new_embedding = embedding
        self._chroma_url = chroma_url
        self._embedder: tuple[str, Embedder] | None = None
        self._vectors: dict[tuple[str, str], Vectors] = {}

    # -- what it was made with --------------------------------------------------------------------------

    @property
    def fingerprint(self) -> Fingerprint | None:
        """What the index was made with; None while nothing was indexed."""
        stored = self._catalog.meta(_FINGERPRINT)
        return Fingerprint.from_json(stored) if stored else None

    def set_fingerprint(self, fingerprint: Fingerprint) -> None:
        """Note what the index is made with from now on."""
        self._catalog.set_meta(_FINGERPRINT, fingerprint.to_json())

    @property
    def embedding_setting(self) -> str:
        """The setting that makes the embedder: the index's own, else the one for a new library."""
        return self.fingerprint.embedding_setting if self.fingerprint else self._new_embedding

    @property
    def embedder(self) -> Embedder:
        """The embedder that made the index.

        Raises:
            LibraryError: It is not the same any more (another revision of its model, say).
        """
        fingerprint, setting = self.fingerprint, self.embedding_setting
        if self._embedder is None or self._embedder[0] != setting:
            self._embedder = (setting, make_embedder(setting))
        embedder = self._embedder[1]
        if fingerprint and embedder.name != fingerprint.embedding:
            raise LibraryError(
                f"the index was embedded by {fingerprint.embedding}, which is {embedder.name} now. "
                "Index again with: witness index --reindex"
            )
        return embedder

    @property
    def embedder_name(self) -> str:
        """Name of the embedder that made the vectors; where there are none yet, of the one that will."""
        return self.fingerprint.embedding if self.fingerprint else self.embedder.name

    # -- vectors ----------------------------------------------------------------------------------------

    def collection(self, embedder_name: str, kind: str) -> Vectors:
        """Return the vectors that one embedder made of one kind of thing: segments, events, frames."""
        if (embedder_name, kind) not in self._vectors:
            self._vectors[embedder_name, kind] = Vectors(
                self._folder, embedder_name, kind=kind, url=self._chroma_url
            )
        return self._vectors[embedder_name, kind]

    def search(self, query: str, limit: int, where: Where) -> list[Hit]:
        """Find segments whose captions, or one of whose events, lie near the query's vector, best first."""
        embedder = self.embedder
        vector = embedder.embed_query(query)
        if not vector.any():  # nothing in the query that the embedder knows
            return []
        segments, events = self._segments(embedder.name), self._events(embedder.name)
        return nearest(self._catalog, segments, events, vector, limit, where)

    def store(self, embedder: Embedder, drafts: Sequence[tuple[int, Segment]]) -> None:
        """Embed segments, given with their ids, and their events, beside what is there already.

        Raises:
            LibraryError: The disk is full, or vectors cannot be read back.
        """
        store_entries(self._segments(embedder.name), embedder, segment_entries(drafts))
        events = self._events(embedder.name)
        if events is not None:
            store_entries(events, embedder, event_entries(drafts))

    def drop_older(self, embedder: Embedder, video_id: str, fingerprint: str) -> None:
        """Drop a video's vectors that an older index left behind."""
        drafts = self._catalog.drafts(video_id, fingerprint)
        keep = [entry.entry_id for entry in segment_entries(drafts)]
        self._segments(embedder.name).remove(video_id, keep=keep)
        events = self._events(embedder.name)
        if events is not None:
            events.remove(video_id, keep=[entry.entry_id for entry in event_entries(drafts)])

    def remove(self, video_id: str) -> None:
        """Drop all vectors of a video: those of its segments, events and frames."""
        name = self.embedder_name
        frames = self.fingerprint.frames if self.fingerprint else ""
        collections = [
            self._segments(name),
            self._events(name),
            self.collection(frames, "frames") if frames else None,
        ]
        for vectors in collections:
            if vectors is not None:
                vectors.remove(video_id)

    def _segments(self, embedder_name: str) -> Vectors:
        return self.collection(embedder_name, "segments")

    def _events(self, embedder_name: str) -> Vectors | None:
        return self.collection(embedder_name, "events") if embeds_events(embedder_name) else None
