"""The frames' vectors: a few of each segment, so that moments are found by what they look like.

They cannot be made again without decoding the video, so the catalog keeps them, written just before their
segment; Chroma's collection of them is made when the video is published, and can be made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.configured import make_frame_embedder
from indexer.embedding.model import FrameEmbedder
from indexer.embedding.picture import Picture, read_picture
from indexer.errors import LibraryError
from indexer.library.catalog import Catalog
from indexer.library.failures import require_space
from indexer.library.fingerprint import Fingerprint
from indexer.library.records import VideoRecord
from indexer.library.searching import Where, nearest_frames, videos_by_id
from indexer.timeline import Frame, Segment, Span

if TYPE_CHECKING:
    from indexer.library.library import Library

NO_FRAMES_INDEXED = (
    "this library has no vectors of frames, so it cannot be searched with a picture. Make them "
    "with: witness index --reindex --frame-embedding MODEL, a model of the kind of SigLIP or CLIP"
)
FRAMES_PER_SEGMENT = 8
"""Most frames of a segment that get a vector: of 10 s, one every 1.25 s."""
IDS_PER_SEGMENT = 100
"""The id of a frame's vector is its segment's id times this, plus the frame's number."""
_STORED = np.dtype("<f2")
"""Half floats: the cosine of two vectors changes by less than 0.001."""


@dataclass(frozen=True, slots=True)
class FrameVector:
    """One frame's place and vector."""

    seconds: float
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FrameHit:
    """A segment that was found by one of its frames."""

    video: VideoRecord
    segment: Segment
    seconds: float
    """PTS of the frame that is most like it."""
    score: float
    """Cosine similarity, higher is better."""

    @property
    def span(self) -> Span:
        """The segment's."""
        return self.segment.span


def embed_frames(
    embedder: FrameEmbedder | None, segments: Sequence[Sequence[Frame]]
) -> list[tuple[FrameVector, ...]]:
    """Embed a few frames of each of some segments, spread evenly; none where there is no embedder."""
    if embedder is None:
        return [() for _ in segments]
    chosen = [_spread(frames) for frames in segments]
    vectors = iter(embedder.embed_frames([frame.pixels for frames in chosen for frame in frames]))
    return [tuple(FrameVector(frame.pts_seconds, next(vectors)) for frame in frames) for frames in chosen]


def _spread(frames: Sequence[Frame]) -> list[Frame]:
    wanted = min(FRAMES_PER_SEGMENT, len(frames))
    return [frames[number * len(frames) // wanted] for number in range(wanted)]


def add_frames(
    catalog: Catalog, video_id: str, fingerprint: str, ordinal: int, found: Sequence[FrameVector]
) -> None:
    """Write the vectors of a segment that is about to be written; those of a killed run are replaced.

    Raises:
        LibraryError: The disk is full; nothing is written.
    """
    if not found:
        return
    require_space(catalog.folder)
    with catalog.transaction() as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO frames VALUES (?, ?, ?, ?, ?, ?)",
            [
                (video_id, fingerprint, ordinal, number, each.seconds, each.vector.astype(_STORED).tobytes())
                for number, each in enumerate(found)
            ],
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    entry_id: int
    video_id: str
    span: Span
    seconds: float
    ordinal: int
    vector: NDArray[np.float32]


def _entries(catalog: Catalog, video_id: str, fingerprint: str) -> Iterator[_Entry]:
    found = catalog.query(
        "SELECT s.segment_id, s.start_seconds, s.end_seconds, f.* FROM frames f JOIN segments s"
        " ON s.video_id = f.video_id AND s.fingerprint = f.fingerprint AND s.ordinal = f.ordinal"
        " WHERE f.video_id = ? AND f.fingerprint = ? ORDER BY f.ordinal, f.number",
        video_id, fingerprint,
    )  # fmt: skip
    for row in found:
        yield _Entry(
            row["segment_id"] * IDS_PER_SEGMENT + row["number"],
            video_id,
            Span(row["start_seconds"], row["end_seconds"]),
            row["seconds"],
            row["ordinal"],
            np.frombuffer(row["vector"], _STORED).astype(np.float32),
        )


class FrameIndex:
    """What a library knows of its frames."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._embedder: tuple[str, FrameEmbedder] | None = None

    def store(self, name: str, video_id: str, fingerprint: str) -> None:
        """Bring a video's vectors from the catalog into their collection, and read them back.

        Raises:
            LibraryError: The disk is full, or vectors cannot be read back.
        """
        entries = list(_entries(self._library.catalog, video_id, fingerprint))
        if not entries:
            return
        ids = [entry.entry_id for entry in entries]
        facts: list[dict[str, str | float]] = [
            {"seconds": entry.seconds, "segment": entry.ordinal, "fingerprint": fingerprint}
            for entry in entries
        ]
        vectors = self._library.collection(name, "frames")
        vectors.upsert(ids, entries, np.stack([entry.vector for entry in entries]), facts)
        missing = len(set(ids) - vectors.stored_ids(ids))
        if missing:
            raise LibraryError(
                f"{missing} of {len(ids)} vectors of frames cannot be read back; the video stays "
                "unpublished. Run the same command again"
            )

    def drop_older(self, name: str, video_id: str, fingerprint: str) -> None:
        """Drop a video's vectors that an older index left behind."""
        keep = [entry.entry_id for entry in _entries(self._library.catalog, video_id, fingerprint)]
        self._library.collection(name, "frames").remove(video_id, keep=keep)

    def said(self, text: str, limit: int, where: Where) -> list[FrameHit]:
        """Return the segments whose frames look most like what words say; none where no frame is indexed."""
        made_with = self._made_with
        if not made_with.frames:
            return []
        return self._nearest(made_with, self._embedder_of(made_with).embed_query(text), limit, where)

    def like(self, picture: Picture, limit: int, where: Where) -> list[FrameHit]:
        """Return the segments whose frames look most like a picture.

        Raises:
            LibraryError: No frames are indexed.
            MediaError: The picture cannot be read.
        """
        made_with = self._made_with
        if not made_with.frames:
            raise LibraryError(NO_FRAMES_INDEXED)
        pixels = read_picture(picture)
        vector = self._embedder_of(made_with).embed_frames([pixels])[0]
        return self._nearest(made_with, vector, limit, where)

    @property
    def is_there(self) -> bool:
        """Whether frames are indexed."""
        return bool(self._made_with.frames)

    @property
    def _made_with(self) -> Fingerprint:
        return self._library.fingerprint or Fingerprint("", "", "", "", "", "")

    def _embedder_of(self, made_with: Fingerprint) -> FrameEmbedder:
        """Return the embedder that made the index, so that questions and frames meet in one space."""
        setting = made_with.frames_setting
        if self._embedder is None or self._embedder[0] != setting:
            self._embedder = setting, make_frame_embedder(setting)
        embedder = self._embedder[1]
        if embedder.name != made_with.frames:
            raise LibraryError(
                f"the frames were embedded by {made_with.frames}, which is {embedder.name} now. "
                "Index again with: witness index --reindex"
            )
        return embedder

    def _nearest(
        self, made_with: Fingerprint, vector: NDArray[np.float32], limit: int, where: Where
    ) -> list[FrameHit]:
        if not vector.any():
            return []
        catalog, vectors = self._library.catalog, self._library.collection(made_with.frames, "frames")
        found = nearest_frames(catalog, vectors, IDS_PER_SEGMENT, vector, limit, where)
        seconds = _seconds(catalog, [each for each, _, _ in found])
        videos = videos_by_id(catalog, {segment.video_id for _, _, segment in found})
        return [
            FrameHit(videos[segment.video_id], segment, seconds.get(each, segment.span.start_seconds), score)
            for each, score, segment in found
            if segment.video_id in videos
        ]


def _seconds(catalog: Catalog, ids: Sequence[int]) -> dict[int, float]:
    found = catalog.query(
        f"SELECT e.value AS id, f.seconds FROM json_each(?) e"  # noqa: S608 - constants
        f" JOIN segments s ON s.segment_id = e.value / {IDS_PER_SEGMENT}"
        " JOIN frames f ON f.video_id = s.video_id AND f.fingerprint = s.fingerprint"
        f" AND f.ordinal = s.ordinal AND f.number = e.value % {IDS_PER_SEGMENT}",
        json.dumps(list(ids)),
    )
    return {row["id"]: row["seconds"] for row in found}
