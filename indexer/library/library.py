"""The library as everything above it sees it: videos, segments, coverage, search, frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from indexer.discovery import content_id
from indexer.embedding.configured import make_embedder
from indexer.embedding.model import Embedder
from indexer.errors import LibraryError, MediaError
from indexer.library.catalog import Catalog
from indexer.library.fingerprint import Fingerprint
from indexer.library.jobs import JobQueue
from indexer.library.lookup import find_video, handles
from indexer.library.records import Hit, VideoRecord, VideoStatus
from indexer.library.vectors import Vectors
from indexer.media.decoder import Decoder
from indexer.settings import Settings
from indexer.timeline import Coverage, Frame, Segment, Span, Unseen, spans_of, subtract_spans
from indexer.vision.model import FrameBudget

_FINGERPRINT = "fingerprint"


class Library:
    """One library folder, open for reading. Safe to share between threads.

    Writing goes through `indexer.pipeline` in the one process that owns the library.
    """

    def __init__(self, folder: Path, *, embedding: str = "lexical", chroma_url: str | None = None) -> None:
        """Open the library at ``folder``, making it when it is not there.

        Args:
            folder: The library's folder.
            embedding: Embedder for a library that has none yet; an existing index keeps its own.
            chroma_url: A Chroma server instead of the folder's own vectors.

        Raises:
            LibraryError: The folder cannot be used.
        """
        self.folder = folder
        self.catalog = Catalog(folder / "catalog.sqlite")
        self.jobs = JobQueue(self.catalog)
        self._new_embedding = embedding
        self._chroma_url = chroma_url
        self._embedder: tuple[str, Embedder] | None = None
        self._vectors: dict[str, Vectors] = {}
        self._decoder = Decoder()

    @classmethod
    def open(cls, settings: Settings) -> Library:
        """Open the library that the settings name."""
        return cls(settings.library, embedding=settings.embedding, chroma_url=settings.chroma_url)

    def close(self) -> None:
        """Stop the decoder and close the catalog."""
        self._decoder.close()
        self.catalog.close()

    # -- videos -----------------------------------------------------------------------------------------

    def videos(self) -> list[VideoRecord]:
        """Return every video, whatever its status, sorted by name."""
        return self.catalog.videos()

    def video(self, name_or_id: str) -> VideoRecord:
        """Return the video that a name, handle, path or id means.

        Raises:
            VideoNotFound: None is called so.
            AmbiguousVideo: Several are called so.
        """
        return self.catalog.video(name_or_id) or find_video(self.videos(), name_or_id)

    def handle(self, video: VideoRecord) -> str:
        """Return the video's short unique name: its file name, made unique where two files share it."""
        return handles(self.videos()).get(video.video_id, video.name)

    def segments(self, video_id: str, span: Span | None = None) -> list[Segment]:
        """Return the visible segments that overlap ``span`` (default: all), in the order of time."""
        return self.catalog.segments(video_id, span)

    def coverage(self, video_id: str, span: Span | None = None) -> Coverage:
        """Return which parts of ``span`` (default: the whole video) the index looked at, and which not."""
        video = self.video(video_id)
        if video.duration_seconds <= 0:
            return Coverage(video_id, ())
        within = span or video.span
        seen = [
            part for each in spans_of(self._looked_at(video_id, within)) if (part := each.intersect(within))
        ]
        gaps = [
            Unseen(part, gap.reason)
            for gap in video.unseen
            if (part := gap.span.intersect(within)) is not None
        ]
        inspected = [part for each in seen for part in subtract_spans(each, (gap.span for gap in gaps))]
        known = [*inspected, *(gap.span for gap in gaps)]
        reason = f"failed: {video.reason}" if video.status is VideoStatus.FAILED else "not indexed"
        rest = [
            Unseen(left, reason) for left in subtract_spans(within, known) if left.duration_seconds > 1e-3
        ]
        return Coverage(video_id, tuple(inspected), tuple(sorted([*gaps, *rest], key=lambda gap: gap.span)))

    def _looked_at(self, video_id: str, span: Span) -> list[Segment]:
        return [segment for segment in self.segments(video_id, span) if segment.caption is not None]

    def remove(self, video_id: str) -> None:
        """Forget a video, not its file: captions, words and vectors. Only the owner may call this."""
        self.vectors_of(self.embedder_name).remove(video_id)
        self.catalog.remove_video(video_id)

    # -- search -----------------------------------------------------------------------------------------

    def search_words(
        self, query: str, *, limit: int, video_id: str | None = None, span: Span | None = None
    ) -> list[Hit]:
        """Find segments whose captions contain the query's words, best first."""
        found = self.catalog.search_words(query, limit=limit, video_id=video_id, span=span)
        return self._hits([(segment, score) for score, segment in found])

    def search_meaning(
        self, query: str, *, limit: int, video_id: str | None = None, span: Span | None = None
    ) -> list[Hit]:
        """Find segments whose captions lie near the query's vector, best first."""
        embedder = self.embedder
        vector = embedder.embed_query(query)
        if not vector.any():  # nothing in the query that the embedder knows
            return []
        nearest = self.vectors_of(embedder.name).search(
            vector, generation=self.catalog.generation, limit=limit, video_id=video_id, span=span
        )
        segments = self.catalog.segments_by_id([segment_id for segment_id, _ in nearest])
        return self._hits(
            [(segments[segment_id], score) for segment_id, score in nearest if segment_id in segments]
        )

    def _hits(self, scored: Sequence[tuple[Segment, float]]) -> list[Hit]:
        videos = {
            video_id: self.catalog.video(video_id) for video_id in {segment.video_id for segment, _ in scored}
        }
        return [
            Hit(video, segment, score)
            for segment, score in scored
            if (video := videos[segment.video_id]) is not None
        ]

    # -- frames -----------------------------------------------------------------------------------------

    def file_of(self, video_id: str) -> Path:
        """Return a file that holds this video's content now; a copy serves when the first one has moved.

        Raises:
            MediaError: No file with this content is left where one was seen. What lies there now is another
                video, whose frames must not stand for this one's.
        """
        video = self.video(video_id)
        for path in [video.path, *self.catalog.paths(video_id)]:
            if self.holds(path, video_id):
                return path
        raise MediaError(
            f"{video.name} is gone from {video.path.parent}, or has changed since it was indexed. "
            "Put it back, or index it where it is now: witness index PATH"
        )

    def holds(self, path: Path, video_id: str) -> bool:
        """Tell whether a path holds the content; it is read again only when its size or time is new."""
        try:
            facts = path.stat()
        except OSError:
            return False
        if self.catalog.known_content(path, facts.st_size, facts.st_mtime_ns) == video_id:
            return True
        if content_id(path) != video_id:
            return False
        self.catalog.note_file(path, video_id, facts.st_size, facts.st_mtime_ns)
        return True

    def frames_at(
        self, video_id: str, seconds: Sequence[float], *, max_side: int | None = None
    ) -> list[Frame]:
        """Return the frames displayed at these seconds, in the order asked.

        Raises:
            TimeOutsideVideo: A time lies before 0 or past the end.
            MediaError: The file is gone or cannot be decoded.
        """
        return self._decoder.frames_at(self.file_of(video_id), seconds, max_side=max_side)

    def frames_in(self, video_id: str, span: Span, budget: FrameBudget) -> list[Frame]:
        """Return frames spread evenly over ``span``, as dense as the budget allows, each once.

        Frames that are displayed when the span begins but began before it are left out, unless the span
        has no frame of its own.
        """
        count = max(1, min(budget.max_frames, round(span.duration_seconds * budget.frames_per_second)))
        step = span.duration_seconds / count
        wanted = [span.start_seconds + step * number for number in range(count)]
        frames = {
            frame.pts_seconds: frame for frame in self.frames_at(video_id, wanted, max_side=budget.max_side)
        }
        inside = [frames[pts] for pts in sorted(frames) if span.covers(Span(pts, pts + 1e-9))]
        return inside or list(frames.values())

    # -- what the index was made with -------------------------------------------------------------------

    @property
    def fingerprint(self) -> Fingerprint | None:
        """What the library's index was made with; None while nothing was indexed."""
        stored = self.catalog.meta(_FINGERPRINT)
        return Fingerprint.from_json(stored) if stored else None

    def set_fingerprint(self, fingerprint: Fingerprint) -> None:
        """Note what the index is made with from now on."""
        self.catalog.set_meta(_FINGERPRINT, fingerprint.to_json())

    @property
    def embedder(self) -> Embedder:
        """The embedder that made the index, so that questions and captions meet in one space.

        Raises:
            LibraryError: It is not the same any more (another revision of its model, say).
        """
        fingerprint = self.fingerprint
        setting = fingerprint.embedding_setting if fingerprint else self._new_embedding
        if self._embedder is None or self._embedder[0] != setting:
            self._embedder = (setting, make_embedder(setting))
        embedder = self._embedder[1]
        if fingerprint and embedder.name != fingerprint.embedding:
            raise LibraryError(
                f"the index was embedded by {fingerprint.embedding}, which is {embedder.name} now. "
                "Index again with: witness index --reindex"
            )
        return embedder

    def vectors_of(self, embedder_name: str) -> Vectors:
        """Return the collection of one embedder."""
        if embedder_name not in self._vectors:
            self._vectors[embedder_name] = Vectors(
                self.folder / "vectors", embedder_name, url=self._chroma_url
            )
        return self._vectors[embedder_name]

    @property
    def vision_name(self) -> str:
        """Name of the vision model that captioned the index, "" before the first."""
        return self.fingerprint.vision if self.fingerprint else ""

    @property
    def embedder_name(self) -> str:
        """Name of the embedder that made the vectors."""
        return self.fingerprint.embedding if self.fingerprint else self.embedder.name
