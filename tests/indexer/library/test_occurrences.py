"""Counting is exact: what a border cuts counts once, what only looks alike counts apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.library.library import Library
from indexer.library.occurrences import Wanted, find_occurrences
from indexer.timeline import Caption, Event, Segment, Span

RIGHT = "moved to the right from the left to the centre"
ON = "moved to the right from the centre to the right"


@pytest.fixture
def library(tmp_path: Path):
    opened = Library(tmp_path)
    yield opened
    opened.close()


def publish(library: Library, name: str, segments: Sequence[tuple[Span, Sequence[Event]]]) -> str:
    video_id = f"{name:0>16}"
    library.catalog.add_video(video_id, Path(f"/videos/{name}.mp4"), 1)
    for ordinal, (span, events) in enumerate(segments):
        caption = Caption("Something moved.", tuple(events))
        library.catalog.add_segment(Segment(video_id, ordinal, span, 0.1, caption=caption), "f")
    library.catalog.publish(video_id, "f")
    return video_id


def event(start: float, end: float, actor: str, action: str = RIGHT, details: str = "") -> Event:
    return Event(Span(start, end), actor, action, details)


def counts(library: Library, words: str, **where: object) -> dict[str, int]:
    found = find_occurrences(library.catalog, Wanted.read(words), **where)  # type: ignore[arg-type]
    return {each.video_id.lstrip("0"): each.count for each in found}


def test_an_event_that_a_border_cuts_counts_once_with_its_whole_span(library: Library) -> None:
    publish(library, "a", [
        (Span(0, 10), [event(8, 10, "a grey and brown region")]),
        (Span(10, 20), [event(10, 20, "a grey region", ON)]),
        (Span(20, 30), [event(20.1, 24, "a grey region", ON), event(26, 28, "a grey region")]),
    ])  # fmt: skip
    (found,) = find_occurrences(library.catalog, Wanted.read('"to the right"'))
    assert found.count == 2, "the same thing over three segments, and another time"
    assert [each.span for each in found.listed] == [Span(8, 24), Span(26, 28)]
    assert (found.first.span, found.last.span) == (Span(8, 24), Span(26, 28))


def test_what_only_looks_alike_counts_apart(library: Library) -> None:
    publish(library, "a", [
        (Span(0, 10), [event(8, 10, "a red region"), event(3, 9, "a blue region")]),
        (Span(10, 20), [event(10, 12, "a blue region"), event(13, 15, "a red region")]),
    ])  # fmt: skip
    assert counts(library, "moved") == {"a": 4}, "another colour, or not at the border"


def test_two_at_one_border_are_two(library: Library) -> None:
    two = [event(8, 10, "a red region"), event(9, 10, "a red region")]
    on = [event(10, 12, "a red region"), event(10, 13, "a red region")]
    publish(library, "a", [(Span(0, 10), two), (Span(10, 20), on[:1])])
    assert counts(library, "red") == {"a": 2}, "one of the two goes on, and counts once"
    publish(library, "b", [(Span(0, 10), two[:1]), (Span(10, 20), on)])
    assert counts(library, "red")["b"] == 2, "one goes on, the other is new"


def test_every_word_is_needed_and_one_alternative_is_enough(library: Library) -> None:
    publish(library, "a", [(Span(0, 10), [
        event(1, 2, "a person", "falls", "at the door"), event(3, 4, "a man", "collapses"),
        event(5, 6, "a person", "enters"),
    ])])  # fmt: skip
    assert counts(library, "person|man fell|collapse") == {"a": 2}
    assert counts(library, "person door") == {"a": 1}
    assert counts(library, '"person falls"') == {"a": 1}
    assert counts(library, "dog") == {}
    assert counts(library, "") == {"a": 3}
    happened_only = find_occurrences(library.catalog, Wanted.read("door", details=False))
    assert happened_only == [], "details may be left out"


def test_a_video_and_a_stretch_narrow_the_count_and_drafts_do_not_count(library: Library) -> None:
    a = publish(library, "a", [(Span(0, 10), [event(1, 2, "a red region"), event(7, 8, "a red region")])])
    publish(library, "b", [(Span(0, 10), [event(1, 2, "a red region")])])
    library.catalog.add_segment(
        Segment(a, 5, Span(50, 60), 0.1, caption=Caption("x", (event(51, 52, "a red region"),))), "newer"
    )
    assert counts(library, "red") == {"a": 2, "b": 1}
    assert counts(library, "red", video_id=a) == {"a": 2}
    assert counts(library, "red", video_id=a, span=Span(0, 5)) == {"a": 1}


def test_imported_captions_without_events_count_themselves(library: Library) -> None:
    library.import_captions(
        "c.mp4", 30.0, [(0, 5, "A man falls."), (9, 12, "A dog."), (20, 25, "The man falls.")]
    )
    (found,) = find_occurrences(library.catalog, Wanted.read("man fell"))
    assert (found.count, found.last.span) == (2, Span(20, 25))


def test_words_of_a_question_cannot_break_the_search(library: Library) -> None:
    publish(library, "a", [(Span(0, 10), [event(1, 2, "a red region")])])
    for words in ('red" OR "x', "'; DROP TABLE events; --", '"unclosed', '||| ""', "NEAR(a b)", "red*"):
        counts(library, words)
    assert counts(library, "red") == {"a": 1}
