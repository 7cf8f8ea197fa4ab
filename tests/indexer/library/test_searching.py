"""An event is found by its own vector, and only what is visible is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.embedding.lexical import LexicalEmbedder
from indexer.library.fingerprint import Fingerprint
from indexer.library.library import Library
from indexer.timeline import Caption, Event, Segment, Span

FORKLIFT = Event(Span(3, 4), "a forklift", "reverses")
BOX = Event(Span(6, 7), "a box", "falls from the shelf")
CROWDED = Caption("Many people, carts, pallets and doors in a busy hall of the warehouse.", (FORKLIFT, BOX))


class Meaning(LexicalEmbedder):
    """Stands for an embedder that knows meaning, so that events have vectors too."""

    name = "meaning-1"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setattr("indexer.library.embedded.make_embedder", lambda setting: Meaning())
    opened = Library(tmp_path / "library")
    fingerprint = Fingerprint("vision", "", "", "meaning-1", "meaning", "10s")
    opened.set_fingerprint(fingerprint)
    for name, caption in (("hall", CROWDED), ("yard", Caption("A box on a shelf."))):
        opened.catalog.add_video(name, Path(f"/{name}.mp4"), 1)
        opened.catalog.add_segment(Segment(name, 0, Span(0, 10), 0.1, caption=caption), "f1")
        opened.store_vectors(opened.embedder, opened.catalog.drafts(name, "f1"))
    opened.catalog.publish("hall", "f1")
    yield opened
    opened.close()


def test_an_event_in_a_crowded_segment_is_found_by_its_own_text(library: Library) -> None:
    (hit,) = library.search_meaning("box falls from shelf", limit=5)
    assert (hit.event, hit.segment.span) == (BOX, Span(0, 10))
    assert hit.score > 0.9


def test_the_segment_as_a_whole_is_found_where_no_event_is_nearer(library: Library) -> None:
    (hit,) = library.search_meaning("people in the hall of the warehouse", limit=5)
    assert hit.event is None


def test_what_is_not_published_is_not_found_by_its_events_either(library: Library) -> None:
    assert {hit.video.video_id for hit in library.search_meaning("box shelf", limit=5)} == {"hall"}
    library.catalog.publish("yard", "f1")
    assert {hit.video.video_id for hit in library.search_meaning("box shelf", limit=5)} == {"hall", "yard"}


def test_a_search_in_a_span_of_a_video_finds_only_its_events(library: Library) -> None:
    (hit,) = library.search_meaning("box falls", limit=5, video_id="hall", span=Span(2, 5))
    assert hit.event != BOX
    assert library.search_meaning("box falls", limit=5, video_id="hall", span=Span(20, 30)) == []


def test_removing_a_video_takes_its_events_along(library: Library) -> None:
    library.remove("hall")
    assert library.search_meaning("box falls from shelf", limit=5) == []


def test_the_list_of_videos_is_as_new_as_the_catalog(library: Library, tmp_path: Path) -> None:
    other = Library(tmp_path / "library")
    assert len(other.videos()) == len(library.videos()) == 2
    library.catalog.add_video("gate", Path("/gate.mp4"), 1)
    assert len(other.videos()) == len(library.videos()) == 3
    other.close()
