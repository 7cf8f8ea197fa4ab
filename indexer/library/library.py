"""The library as everything above it sees it: videos, segments, coverage, search, frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from indexer.embedding.configured import make_reranker
from indexer.embedding.model import Embedder
from indexer.embedding.picture import Picture
from indexer.embedding.reranking import Reranker
from indexer.errors import VideoNotFound
from indexer.library.catalog import Catalog
from indexer.library.covering import coverage_of
from indexer.library.embedded import EmbeddedIndex
from indexer.library.fingerprint import Fingerprint
from indexer.library.footage import find_file, has_file, holds_content, once_each, spread
from indexer.library.frames import FrameHit, FrameIndex
from indexer.library.importing import publish_import, read_import
from indexer.library.jobs import JobQueue
from indexer.library.lookup import Roster, check_other_places, find_video
from indexer.library.notes import PERSON, Note, add_note, find_notes
from indexer.library.ownership import Ownership
from indexer.library.records import Hit, VideoRecord
from indexer.library.searching import Where, beside, hits_of
from indexer.library.texts import TextHit, search_texts, texts_of
from indexer.library.vectors import Vectors
from indexer.media.decoder import Decoder
from indexer.settings import Settings
from indexer.texts.model import TimedText
from indexer.timeline import Coverage, Frame, Segment, Span
from indexer.vision.model import FrameBudget


class Library:
    """One library folder, open for reading. Safe to share between threads.

    Writing goes through `indexer.pipeline` in the one process that owns the library.
    """

    def __init__(
        self, folder: Path, *, embedding: str = "lexical", reranker: str | None = None,
        chroma_url: str | None = None, timezone: str = "",
    ) -> None:  # fmt: skip
        """Open the library at ``folder``, making it when it is not there.

        Args:
            folder: The library's folder.
            embedding: Embedder for a library that has none yet; an existing index keeps its own.
            reranker: Cross-encoder that reads what was found once more, where there shall be one.
            chroma_url: A Chroma server instead of the folder's own vectors.
            timezone: IANA zone of times without one, such as those of questions; "" is the machine's.

        Raises:
            LibraryError: The folder cannot be used.
        """
        self.folder = folder
        self.timezone = timezone
        self.catalog = Catalog(folder / "catalog.sqlite")
        self.jobs = JobQueue(self.catalog)
        self._index = EmbeddedIndex(
            self.catalog, folder / "vectors", embedding=embedding, chroma_url=chroma_url
        )
        self._reranking = reranker
        self._roster = Roster(self.catalog)
        self._decoder = Decoder()
        self.frames = FrameIndex(self)

    @classmethod
    def open(cls, settings: Settings) -> Library:
        """Open the library that the settings name."""
        return cls(
            settings.library,
            embedding=settings.embedding,
            reranker=settings.reranker,
            chroma_url=settings.chroma_url,
            timezone=settings.timezone,
        )

    def close(self) -> None:
        """Stop the decoder and close the catalog."""
        self._decoder.close()
        self.catalog.close()

    # -- videos -----------------------------------------------------------------------------------------

    def videos(self) -> list[VideoRecord]:
        """Return every video, whatever its status, sorted by name."""
        return self._roster.videos()

    def video(self, name_or_id: str) -> VideoRecord:
        """Return the video that a name, handle, path or id means.

        Raises:
            VideoNotFound: None is called so.
            AmbiguousVideo: Several are called so.
        """
        if known := self.catalog.video(name_or_id):
            return known
        try:
            return find_video(self.videos(), name_or_id)
        except VideoNotFound:
            check_other_places(self.catalog, self.videos(), name_or_id)
            raise

    def handle(self, video: VideoRecord) -> str:
        """Return the video's short unique name: its file name, made unique where two files share it."""
        return self._roster.handle(video)

    def segments(self, video_id: str, span: Span | None = None) -> list[Segment]:
        """Return the visible segments that overlap ``span`` (default: all), in the order of time."""
        return self.catalog.segments(video_id, span)

    def segments_beside(self, segments: Sequence[Segment]) -> dict[tuple[str, int], list[Segment]]:
        """Return the visible segments just before and just after some segments, by video and ordinal."""
        return beside(self.catalog, segments)

    def coverage(self, video_id: str, span: Span | None = None) -> Coverage:
        """Return which parts of ``span`` (default: the whole video) the index looked at, and which not."""
        video = self.video(video_id)
        return coverage_of(self.catalog, video, span or video.span)

    def add_note(self, video_id: str, span: Span, text: str, author: str = PERSON) -> Note:
        """Note what somebody has to say about a span; see `indexer.library.notes.add_note`."""
        return add_note(self.catalog, self.video(video_id), span, text, author)

    def notes(self, video_id: str, span: Span | None = None) -> list[Note]:
        """Return the notes that overlap ``span`` (default: all of a video's), in the order of time."""
        return find_notes(self.catalog, video_id, span)

    def remove(self, video_id: str) -> None:
        """Forget a video, not its file: captions, words and vectors. Only the owner may call this."""
        self.catalog.remove_video(video_id)  # first: a kill in between leaves vectors that nothing asks for
        self._index.remove(video_id)

    def import_captions(
        self,
        name: str,
        duration_seconds: float,
        captions: Iterable[tuple[float, float, str]],
        *,
        path: Path | None = None,
    ) -> VideoRecord:
        """Take over captions from elsewhere: published at once, then searched and asked about like others.

        Importing a video of this name (or this file) again replaces what was there; the same captions change
        nothing. Without the file, questions are answered from the captions, and nothing is looked at again.

        Args:
            name: What people call the video, ``dock.mp4`` say.
            duration_seconds: How long it is.
            captions: ``(start_seconds, end_seconds, text)`` each, on the clock whose 0 is the first displayed
                frame; they may overlap and leave gaps. What is not captioned counts as not inspected.
            path: The video's file, where it is at hand; its name is then the name.

        Returns:
            The video as it now stands in the library.

        Raises:
            LibraryBusy: Another process is writing to this library.
            LibraryError: A caption cannot be used; the text says which and why. Nothing was changed.
            MediaError: The file cannot be read.
        """
        told = read_import(path.name if path else name, duration_seconds, captions, path)
        publish_import(self, told)
        return self.video(told.video_id)

    # -- search -----------------------------------------------------------------------------------------

    def search_words(
        self, query: str, *, limit: int, video_id: str | None = None, span: Span | None = None
    ) -> list[Hit]:
        """Find segments whose captions contain the query's words, best first."""
        found = self.catalog.search_words(query, limit=limit, video_id=video_id, span=span)
        return hits_of(self.catalog, [(segment, score) for score, segment in found])

    def search_meaning(
        self, query: str, *, limit: int, video_id: str | None = None, span: Span | None = None
    ) -> list[Hit]:
        """Find segments whose captions, or one of whose events, lie near the query's vector, best first."""
        return self._index.search(query, limit, Where(video_id, span))

    def search_frames(
        self, query: str, *, limit: int, video_id: str | None = None, span: Span | None = None
    ) -> list[FrameHit]:
        """Find segments whose frames look like words, best first; none where no frames are indexed."""
        return self.frames.said(query, limit, Where(video_id, span))

    def search_like(
        self, picture: Picture, *, limit: int = 5, video_id: str | None = None, span: Span | None = None
    ) -> list[FrameHit]:
        """Find segments whose frames look like a picture, best first.

        Args:
            picture: A file, its bytes, or RGB pixels of shape (height, width, 3).
            limit: How many segments to return at most.
            video_id: Search this video only.
            span: Search segments that overlap this span only.

        Returns:
            Each segment once, with the second of its frame that is most like the picture and their cosine
            similarity, 1 for equal ones; empty when nothing is published yet.

        Raises:
            LibraryError: The library's frames are not indexed (`--frame-embedding`).
            MediaError: The picture cannot be read.
        """
        return self.frames.like(picture, limit, Where(video_id, span))

    def timed_texts(self, video_id: str, span: Span | None = None) -> list[TimedText]:
        """Return the subtitles and speech that overlap ``span`` (default: all), in the order of time."""
        return texts_of(self.catalog, self.video(video_id), span)

    def search_texts(self, words: str, *, limit: int = 50, video_id: str | None = None,
                     span: Span | None = None, anywhere: bool = False) -> list[TextHit]:  # fmt: skip
        """Find words in subtitles, speech and on-screen text, with their times: see `search_texts` there.

        By default a phrase, word for word; ``anywhere``: all its words, in any order and form.
        """
        return search_texts(self.catalog, words, limit=limit, video_id=video_id, span=span, anywhere=anywhere)

    # -- frames -----------------------------------------------------------------------------------------

    def file_of(self, video_id: str) -> Path:
        """Return a file that holds this video's content now; a copy serves when the first one has moved.

        Raises:
            MediaError: No file with this content is left where one was seen. What lies there now is another
                video, whose frames must not stand for this one's.
        """
        return find_file(self.catalog, self.video(video_id))

    def holds(self, path: Path, video_id: str) -> bool:
        """Tell whether a path holds the content; it is read again only when its size or time is new."""
        return holds_content(self.catalog, path, video_id)

    def has_file(self, video: VideoRecord) -> bool:
        """Tell whether a file lies where a video was seen; whether it is the same is not looked into."""
        return has_file(self.catalog, video)

    def is_interrupted(self, video: VideoRecord) -> bool:
        """Tell whether a video's indexing has begun, or is due, and no process is there to do it."""
        return video.is_under_way and not Ownership(self.folder).is_taken()

    def frames_at(
        self, video_id: str, seconds: Sequence[float], *, max_side: int | None = None
    ) -> list[Frame]:
        """Return the frames displayed at these seconds, in the order asked.

        Raises:
            TimeOutsideVideo: A time lies before 0 or past the end.
            MediaError: The file is gone or cannot be decoded.
        """
        path, stream = self.file_of(video_id), self.video(video_id).stream
        return self._decoder.frames_at(path, seconds, max_side=max_side, stream=stream)

    def frame_times(self, video_id: str, seconds: float, *, count: int = 1) -> list[float]:
        """Return the PTS of the frame displayed at a time and of ``count`` frames on each side of it.

        Raises:
            MediaError: The file is gone or cannot be read.
        """
        path, stream = self.file_of(video_id), self.video(video_id).stream
        return self._decoder.frame_times(path, seconds, count=count, stream=stream)

    def frames_in(self, video_id: str, span: Span, budget: FrameBudget) -> list[Frame]:
        """Return frames spread evenly over ``span``, as dense as the budget allows, each once.

        Frames that are displayed when the span begins but began before it are left out, unless the span
        has no frame of its own.
        """
        frames = self.frames_at(video_id, spread(span, budget), max_side=budget.max_side)
        return once_each(frames, span)

    # -- what the index was made with, and its vectors ---------------------------------------------------

    @property
    def fingerprint(self) -> Fingerprint | None:
        """What the library's index was made with; None while nothing was indexed."""
        return self._index.fingerprint

    def set_fingerprint(self, fingerprint: Fingerprint) -> None:
        """Note what the index is made with from now on."""
        self._index.set_fingerprint(fingerprint)

    @property
    def vision_name(self) -> str:
        """Name of the vision model that captioned the index, "" before the first."""
        return self.fingerprint.vision if self.fingerprint else ""

    @property
    def embedding_setting(self) -> str:
        """The setting that makes the embedder: the index's own, else the one for a new library."""
        return self._index.embedding_setting

    @property
    def embedder(self) -> Embedder:
        """The embedder that made the index, so that questions and captions meet in one space.

        Raises:
            LibraryError: It is not the same any more (another revision of its model, say).
        """
        return self._index.embedder

    @property
    def embedder_name(self) -> str:
        """Name of the embedder that made the vectors."""
        return self._index.embedder_name

    @cached_property
    def reranker(self) -> Reranker | None:
        """Who reads what was found once more; None where nobody is configured.

        Raises:
            EmbeddingError: Its model is not present on this machine.
        """
        return make_reranker(self._reranking)

    def vectors_of(self, embedder_name: str) -> Vectors:
        """Return the collection of one embedder: a vector for each segment."""
        return self.collection(embedder_name, "segments")

    def collection(self, embedder_name: str, kind: str) -> Vectors:
        """Return the vectors that one embedder made of one kind of thing: segments, events, frames."""
        return self._index.collection(embedder_name, kind)

    def store_vectors(self, embedder: Embedder, drafts: Sequence[tuple[int, Segment]]) -> None:
        """Embed segments, given with their ids, and their events, beside what is there already.

        Only the owner may call this.

        Raises:
            LibraryError: The disk is full, or vectors cannot be read back.
        """
        self._index.store(embedder, drafts)

    def drop_older_vectors(self, embedder: Embedder, video_id: str, fingerprint: str) -> None:
        """Drop a video's vectors that an older index left behind; only the owner may call this.

        It comes after publishing: until then the older index is the one that answers.
        """
        self._index.drop_older(embedder, video_id, fingerprint)
