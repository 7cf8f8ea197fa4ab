"""Vectors are asked by the embedder that made them, and go with their video."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.embedding.lexical import LexicalEmbedder
from indexer.errors import LibraryError
from indexer.library.catalog import Catalog
from indexer.library.embedded import EmbeddedIndex
from indexer.library.fingerprint import Fingerprint
from indexer.library.searching import Where
from indexer.timeline import Caption, Event, Segment, Span

BOX = Event(Span(6, 7), "a box", "falls from the shelf")


class Meaning(LexicalEmbedder):
    """Stands for an embedder that knows meaning, so that events have vectors too."""

    name = "meaning-1"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Two videos with the same caption, both published."""
    opened = Catalog(tmp_path / "catalog.sqlite")
    for name in ("hall", "yard"):
        opened.add_video(name, Path(f"/{name}.mp4"), 1)
        caption = Caption("Many people in a hall.", (BOX,))
        opened.add_segment(Segment(name, 0, Span(0, 10), 0.1, caption=caption), "f1")
        opened.publish(name, "f1")
    yield opened
    opened.close()


@pytest.fixture
def index(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedIndex:
    monkeypatch.setattr("indexer.library.embedded.make_embedder", lambda setting: Meaning())
    return EmbeddedIndex(catalog, tmp_path / "vectors", embedding="meaning", chroma_url=None)


def test_a_new_library_takes_the_embedder_that_is_set_and_an_old_one_keeps_its_own(
    index: EmbeddedIndex, catalog: Catalog, tmp_path: Path
) -> None:
    assert (index.fingerprint, index.embedding_setting, index.embedder_name) == (None, "meaning", "meaning-1")
    index.set_fingerprint(Fingerprint("vision", "", "", "meaning-1", "meaning", "10s"))
    other = EmbeddedIndex(catalog, tmp_path / "vectors", embedding="another", chroma_url=None)
    assert other.embedding_setting == "meaning"


def test_an_embedder_that_became_another_is_an_error_that_says_what_to_do(index: EmbeddedIndex) -> None:
    index.set_fingerprint(Fingerprint("vision", "", "", "meaning-0", "meaning", "10s"))
    with pytest.raises(LibraryError, match=r"meaning-0, which is meaning-1 now.*--reindex"):
        _ = index.embedder


def test_what_is_removed_of_one_video_leaves_the_others_vectors(
    index: EmbeddedIndex, catalog: Catalog
) -> None:
    index.set_fingerprint(Fingerprint("vision", "", "", "meaning-1", "meaning", "10s"))
    for name in ("hall", "yard"):
        index.store(index.embedder, catalog.drafts(name, "f1"))
    found = index.search("box falls", 5, Where(None, None))
    assert {(hit.video.video_id, hit.event) for hit in found} == {("hall", BOX), ("yard", BOX)}
    index.remove("hall")
    found = index.search("box falls", 5, Where(None, None))
    assert [(hit.video.video_id, hit.event) for hit in found] == [("yard", BOX)]


def test_a_query_that_says_nothing_to_the_embedder_finds_nothing(
    index: EmbeddedIndex, catalog: Catalog
) -> None:
    index.store(index.embedder, catalog.drafts("hall", "f1"))
    assert index.search("?!", 5, Where(None, None)) == []
