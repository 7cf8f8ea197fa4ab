"""Frames are indexed with their video: published with it, found by picture and by words, gone with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from indexing_kit import RecordingVision, write_video
from numpy.typing import NDArray

from indexer.embedding.configured import make_frame_embedder
from indexer.errors import FingerprintMismatch, LibraryError, VisionError
from indexer.library.fingerprint import Fingerprint
from indexer.library.frames import FRAMES_PER_SEGMENT
from indexer.library.library import Library
from indexer.parts import Indexer, make_fingerprint
from indexer.pipeline import index_video
from indexer.running import IndexRun
from indexer.timeline import Span

SCENES = 4


@pytest.fixture
def video(tmp_path: Path, library: Library) -> Path:
    """Four scenes of two seconds."""
    path = write_video(tmp_path / "yard.mp4", seconds=2.0 * SCENES, seed=3, scenes=SCENES)
    library.catalog.add_video("yard", path, path.stat().st_size)
    return path


@pytest.fixture
def framed(make_indexer, tiny_siglip: Path):
    """Build an indexer that also embeds frames."""

    def make(vision: RecordingVision | None = None, **changes: object) -> Indexer:
        indexer = make_indexer(vision, frame_embedding=str(tiny_siglip), **changes)
        embedder = make_frame_embedder(str(tiny_siglip))
        fingerprint = make_fingerprint(indexer.settings, indexer.vision, indexer.embedder, embedder)
        indexer.library.set_fingerprint(fingerprint)
        return replace(indexer, frame_embedder=embedder, fingerprint=fingerprint)

    return make


def index(indexer: Indexer, video: Path) -> None:
    index_video(indexer, "yard", video, lambda done: None)


def stored(library: Library) -> dict[str, dict[str, object]]:
    """Return what lies beside the frames' vectors in Chroma, by id."""
    assert library.fingerprint is not None
    kept = library.collection(library.fingerprint.frames, "frames")._collection().get(include=["metadatas"])
    return dict(zip(kept["ids"], kept["metadatas"] or [], strict=True))


def test_the_frame_of_a_moment_finds_that_moment_first(
    framed, library: Library, video: Path, decoder
) -> None:
    index(framed(), video)
    for second in (0.0, 2.0, 4.5, 7.5):
        (frame,) = decoder.frames_at(video, [second])
        best, *others = library.search_like(frame.pixels, limit=SCENES)
        assert best.span.contains(second), f"second {second} found {best.span}"
        assert best.span.contains(best.seconds)
        assert others and all(best.score > other.score for other in others)
        assert len({each.segment.ordinal for each in (best, *others)}) == len(others) + 1, "each segment once"


def test_each_vector_says_where_it_belongs_and_a_segment_has_few(
    framed, library: Library, video: Path
) -> None:
    indexer = framed()
    index(indexer, video)
    found = list(stored(library).values())
    assert {each["segment"] for each in found} == set(range(len(library.segments("yard"))))
    for each in found:
        assert (each["video_id"], each["fingerprint"]) == ("yard", indexer.fingerprint.key)
        assert each["start_seconds"] <= each["seconds"] < each["end_seconds"]
    assert len(found) <= FRAMES_PER_SEGMENT * len(library.segments("yard"))


def test_words_are_compared_with_frames_and_a_window_is_kept(framed, library: Library, video: Path) -> None:
    index(framed(), video)
    hits = library.search_frames("a red box", limit=9)
    assert len(hits) == len(library.segments("yard"))
    inside = library.search_frames("a red box", limit=9, video_id="yard", span=Span(4, 6))
    assert inside and all(hit.span.intersect(Span(4, 6)) for hit in inside)
    assert library.search_frames("a red box", limit=9, video_id="other") == []


def test_a_killed_run_keeps_its_frames_and_shows_none(framed, library: Library, video: Path) -> None:
    def die(look: object) -> None:
        if look.span.start_seconds >= 4:  # type: ignore[attr-defined]
            raise VisionError("the GPU is gone")

    with pytest.raises(VisionError):
        index(framed(RecordingVision(on_look=die)), video)
    assert library.search_frames("a red box", limit=9) == []

    seen: list[int] = []
    again = framed()
    assert again.frame_embedder is not None
    index(replace(again, frame_embedder=Counting(again.frame_embedder, seen)), video)
    frames = library.catalog.query("SELECT COUNT(*) FROM frames")[0][0]
    assert len(stored(library)) == frames > sum(seen) > 0, "what was embedded is not embedded again"


def test_frames_that_cannot_be_read_back_keep_the_video_unpublished(
    framed, library: Library, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexer = framed()
    frames = library.collection(indexer.fingerprint.frames, "frames")
    monkeypatch.setattr(frames, "stored_ids", lambda ids: set(ids[1:]))
    with pytest.raises(LibraryError, match=r"1 of \d+ vectors of frames"):
        index(indexer, video)
    assert library.segments("yard") == []


def test_a_reindex_drops_older_frames_and_removal_drops_all(framed, library: Library, video: Path) -> None:
    index(framed(), video)
    before = set(stored(library))
    index(framed(segment_seconds=4.0), video)
    assert stored(library) and not before & set(stored(library))
    assert {row["fingerprint"] for row in library.catalog.query("SELECT fingerprint FROM frames")} == {
        each["fingerprint"] for each in stored(library).values()
    }
    library.remove("yard")
    assert stored(library) == {} and not library.catalog.query("SELECT * FROM frames")


def test_frames_are_part_of_the_fingerprint(framed, make_indexer, library: Library, video: Path) -> None:
    index(framed(), video)
    with pytest.raises(FingerprintMismatch, match="frames: "):
        IndexRun(make_indexer(), lambda event: None).run([video])


def test_without_frames_nothing_is_found_by_words_and_a_picture_is_refused(
    make_indexer, library: Library, video: Path
) -> None:
    indexer = make_indexer()
    library.set_fingerprint(indexer.fingerprint)
    index(indexer, video)
    assert library.search_frames("a red box", limit=9) == []
    with pytest.raises(LibraryError, match="--frame-embedding MODEL"):
        library.search_like(np.zeros((8, 8, 3), np.uint8))


def test_another_revision_of_the_model_is_said(framed, library: Library, video: Path) -> None:
    index(framed(), video)
    made_with = library.fingerprint
    assert made_with is not None
    library.set_fingerprint(replace(made_with, frames="siglip@0123"))
    with pytest.raises(LibraryError, match=r"embedded by siglip@0123, which is .* --reindex"):
        library.search_like(np.zeros((8, 8, 3), np.uint8))


def test_a_fingerprint_without_frames_is_written_as_before_there_were_any() -> None:
    plain = Fingerprint("v", "p", "English", "lexical-1", "lexical", "10s")
    assert "frames" not in plain.to_json()
    assert Fingerprint.from_json(plain.to_json()) == plain
    framed = replace(plain, frames="siglip@1", frames_setting="siglip")
    assert Fingerprint.from_json(framed.to_json()) == framed and framed.key != plain.key


def test_frames_of_a_catalog_without_the_table_are_added(library: Library) -> None:
    """A library of an older Witness has no such table; opening it makes one."""
    path = library.folder / "catalog.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER frames_go")
        connection.execute("DROP TABLE frames")
    assert Library(library.folder).catalog.query("SELECT COUNT(*) FROM frames")[0][0] == 0


class Counting:
    """A frame embedder that notes how many frames it was given."""

    def __init__(self, real, seen: list[int]) -> None:
        self._real, self._seen = real, seen
        self.name, self.dimension = real.name, real.dimension

    def embed_frames(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        self._seen.append(len(pictures))
        return self._real.embed_frames(pictures)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._real.embed_query(text)
