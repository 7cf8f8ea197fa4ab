"""Notes stand beside captions, are found by their span, and outlive an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import LibraryError, TimeOutsideVideo
from indexer.library.library import Library
from indexer.library.notes import PERSON, SECOND_LOOK, remove_note
from indexer.timeline import Span


@pytest.fixture
def library(tmp_path: Path):
    opened = Library(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def video_id(library: Library) -> str:
    return library.import_captions("a.mp4", 30.0, [(0, 30, "A cat.")]).video_id


def test_a_note_is_found_by_its_span_and_kept_once(library: Library, video_id: str) -> None:
    note = library.add_note(video_id, Span(5, 50), "  that was\na dog ")
    assert (note.span, note.author, note.text) == (Span(5, 30), PERSON, "that was a dog")
    assert library.add_note(video_id, Span(5, 50), "that was a dog").note_id == note.note_id
    other = library.add_note(video_id, Span(1, 2), "no cat", SECOND_LOOK)
    assert library.notes(video_id) == [other, note]
    assert library.notes(video_id, Span(0, 5)) == [other], "5 is not in [0, 5)"


def test_notes_outlive_the_index_but_not_the_video(library: Library, video_id: str) -> None:
    library.add_note(video_id, Span(5, 6), "that was a dog")
    again = library.import_captions("a.mp4", 30.0, [(0, 30, "A lamp.")])
    assert again.video_id == video_id and len(library.notes(video_id)) == 1
    library.remove(video_id)
    assert library.notes(video_id) == []


def test_a_note_can_be_taken_back(library: Library, video_id: str) -> None:
    note = library.add_note(video_id, Span(5, 6), "that was a dog")
    remove_note(library.catalog, note.note_id)
    assert library.notes(video_id) == []
    with pytest.raises(LibraryError, match="no note"):
        remove_note(library.catalog, note.note_id)


def test_notes_that_cannot_be_are_refused(library: Library, video_id: str) -> None:
    for text in ("  ", "x" * 2001):
        with pytest.raises(LibraryError, match="characters"):
            library.add_note(video_id, Span(5, 6), text)
    with pytest.raises(TimeOutsideVideo, match=r"0:30"):
        library.add_note(video_id, Span(30, 31), "after the end")
