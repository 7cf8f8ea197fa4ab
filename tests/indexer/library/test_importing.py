"""Captions from elsewhere are published at once or not at all, and are found like others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.errors import LibraryBusy, LibraryError, MediaError
from indexer.library.library import Library
from indexer.library.ownership import Ownership
from indexer.timeline import Span

TOLD = [(8.0, 20.0, "The box falls"), (0.0, 10.0, "A man lifts a red box"), (30.0, 70.0, "红色的箱子倒下")]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "library")
    yield opened
    opened.close()


def said(library: Library, words: str) -> list[str]:
    return [
        hit.segment.caption.summary for hit in library.search_words(words, limit=5) if hit.segment.caption
    ]


def test_captions_are_ordered_cut_at_the_end_and_found_by_word_and_meaning(library: Library) -> None:
    video = library.import_captions("dock.mp4", 60.0, TOLD)
    spans = [segment.span for segment in library.segments(video.video_id)]
    assert spans == [Span(0, 10), Span(8, 20), Span(30, 60)]
    assert said(library, "boxes") == ["The box falls", "A man lifts a red box"]
    assert said(library, "箱子") == ["红色的箱子倒下"]
    assert library.search_meaning("falling box", limit=1)[0].segment.span == Span(8, 20)


def test_what_no_caption_covers_is_not_inspected(library: Library) -> None:
    coverage = library.coverage(library.import_captions("dock.mp4", 60.0, TOLD).video_id)
    assert coverage.inspected == (Span(0, 20), Span(30, 60))
    assert [gap.span for gap in coverage.not_inspected] == [Span(20, 30)]


def test_the_same_again_changes_nothing_and_other_captions_replace(library: Library) -> None:
    first = library.import_captions("dock.mp4", 60.0, TOLD)
    generation = library.catalog.generation
    assert library.import_captions("dock.mp4", 60.0, TOLD) == first
    assert library.catalog.generation == generation
    library.import_captions("dock.mp4", 60.0, [(0.0, 5.0, "A woman waits")])
    assert said(library, "box") == [] and said(library, "woman") == ["A woman waits"]
    assert len(library.search_meaning("box woman", limit=9)) == 1


def test_a_killed_import_shows_nothing_and_is_finished_by_the_next(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Library, "store_vectors", killed)
        library.import_captions("dock.mp4", 60.0, TOLD)
    assert said(library, "box") == []
    assert library.import_captions("dock.mp4", 60.0, TOLD).segment_count == len(TOLD)


@pytest.mark.parametrize(
    ("captions", "problem"),
    [
        ([], "no captions"),
        ([(70.0, 80.0, "x")], "after the video's end"),
        ([(0.0, 1.0, "x"), (5.0, 5.0, "x")], "caption 2 .* cannot be used"),
        ([(1.0, 2.0, " ")], "says nothing"),
        ([(float("nan"), 2.0, "x")], "cannot be used"),
    ],
)
def test_captions_that_cannot_be_used_are_named_and_nothing_changes(
    library: Library, captions: list[tuple[float, float, str]], problem: str
) -> None:
    with pytest.raises(LibraryError, match=problem):
        library.import_captions("dock.mp4", 60.0, captions)
    assert library.videos() == []


def test_nothing_is_imported_while_another_process_writes(library: Library) -> None:
    other = Ownership(library.folder)
    assert other.try_acquire()
    with pytest.raises(LibraryBusy, match="Import again"):
        library.import_captions("dock.mp4", 60.0, TOLD)
    other.release()


def test_without_the_file_nothing_can_be_looked_at_and_with_it_the_name_s_import_gives_way(
    library: Library, tmp_path: Path
) -> None:
    alone = library.import_captions("dock.mp4", 60.0, TOLD)
    with pytest.raises(MediaError, match="imported without it"):
        library.frames_at(alone.video_id, [1.0])
    file = tmp_path / "dock.mp4"
    file.write_bytes(b"whatever a video holds")
    with_file = library.import_captions("dock.mp4", 60.0, TOLD, path=file)
    assert library.file_of(with_file.video_id) == file
    assert [video.video_id for video in library.videos()] == [with_file.video_id]
