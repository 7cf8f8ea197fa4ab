"""Vectors are stored once per segment, found by nearness and filters, and seen across processes."""

import subprocess
import sys

import numpy as np
import pytest
from chromadb import Collection

from indexer.errors import LibraryError
from indexer.library.vectors import Vectors
from indexer.timeline import Segment, Span


def unit(angle: float) -> np.ndarray:
    return np.array([np.cos(angle), np.sin(angle)], np.float32)


def segment(video_id: str, ordinal: int) -> Segment:
    return Segment(video_id, ordinal, Span(ordinal * 10, ordinal * 10 + 10), 0.0)


def filled(folder) -> Vectors:
    vectors = Vectors(folder, "test embedder/2")
    segments = [segment("a", 0), segment("a", 1), segment("b", 0)]
    vectors.upsert([1, 2, 3], segments, np.stack([unit(0.0), unit(0.5), unit(1.0)]))
    return vectors


def test_the_nearest_come_first_with_their_similarity(tmp_path):
    found = filled(tmp_path).search(unit(0.1), generation=0, limit=3)
    assert [segment_id for segment_id, _ in found] == [1, 2, 3]
    assert abs(found[0][1] - np.cos(0.1)) < 1e-3


def test_filters_by_video_and_span(tmp_path):
    vectors = filled(tmp_path)
    assert {i for i, _ in vectors.search(unit(0), generation=0, limit=9, video_id="a")} == {1, 2}
    assert {i for i, _ in vectors.search(unit(0), generation=0, limit=9, span=Span(10, 11))} == {2}
    found = vectors.search(unit(0), generation=0, limit=9, video_id="b", span=Span(10, 11))
    assert found == []


def test_storing_twice_changes_nothing_and_removal_keeps_what_it_is_told(tmp_path):
    vectors = filled(tmp_path)
    vectors.upsert([1], [segment("a", 0)], unit(0.0)[np.newaxis])
    assert vectors.stored_ids([1, 2, 3, 4]) == {1, 2, 3}
    vectors.remove("a", keep=[2])
    assert vectors.stored_ids([1, 2, 3]) == {2, 3}


def test_a_disk_that_chroma_found_full_is_called_so_though_there_is_room_again(tmp_path, monkeypatch):
    vectors = filled(tmp_path)

    def upsert(_collection: Collection, **_: object) -> None:
        raise RuntimeError("error returned from database: (code: 13) database or disk is full")

    monkeypatch.setattr(Collection, "upsert", upsert)
    with pytest.raises(LibraryError, match="make room, then run the same command again"):
        vectors.upsert([4], [segment("b", 1)], unit(0.0)[np.newaxis])


def test_more_vectors_than_one_batch_are_all_stored(tmp_path):
    count = 4500
    vectors = Vectors(tmp_path, "many")
    angles = np.linspace(0, 1, count)
    vectors.upsert(
        list(range(count)),
        [segment("a", i) for i in range(count)],
        np.stack([unit(angle) for angle in angles]),
    )
    assert vectors.stored_ids(list(range(count))) == set(range(count))


def test_what_another_process_wrote_is_seen_once_the_generation_moves(tmp_path):
    reader = filled(tmp_path)
    assert len(reader.search(unit(0), generation=1, limit=9)) == 3
    script = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from indexer.library.vectors import Vectors; from indexer.timeline import Segment, Span\n"
        "Vectors(Path(sys.argv[1]), 'test embedder/2').upsert("
        "[4], [Segment('c', 0, Span(0, 1), 0.0)], np.array([[1, 0]], np.float32))"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    found = {segment_id for segment_id, _ in reader.search(unit(0), generation=2, limit=9)}
    assert found == {1, 2, 3, 4}


def test_given_segments_are_compared_exactly_and_those_without_a_vector_left_out(tmp_path):
    vectors = filled(tmp_path)
    found = vectors.compare(unit(0.4), [1, 2, 9], generation=0)
    assert [segment_id for segment_id, _ in found] == [2, 1]
    assert abs(found[0][1] - np.cos(0.1)) < 1e-3
    assert vectors.compare(unit(0.4), [9], generation=0) == []
