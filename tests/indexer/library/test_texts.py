"""Words with times in the catalog: phrases, plates, on-screen text."""

from __future__ import annotations

import pytest

from indexer.library.texts import replace_texts
from indexer.texts.model import TextSource, TimedText
from indexer.timeline import Caption, Event, Segment, Span

ID, OTHER = "a" * 16, "b" * 16


def publish(library, video_id, name, captions=(), said=()):
    catalog = library.catalog
    catalog.add_video(video_id, library.folder / name, 1)
    catalog.query("UPDATE videos SET duration_seconds = 30 WHERE video_id = ?", video_id)
    for ordinal, caption in enumerate(captions or [Caption("Nothing.")]):
        span = Span(10.0 * ordinal, 10.0 * ordinal + 10)
        catalog.add_segment(Segment(video_id, ordinal, span, 0.1, caption=caption), "f")
    texts = [TimedText(Span(*span), text, TextSource.SUBTITLES, "a.srt") for *span, text in said]
    replace_texts(catalog, video_id, "file", "1", texts)
    catalog.publish(video_id, "f")


@pytest.fixture
def filled(library):
    """A dock with a sign over two segments and an event's plate, and what is said there and in a yard."""
    sign = 'Nothing moved. Text on screen (sign, label or caption): "DOCK 4", "EXIT".'
    plate = Event(Span(22.0, 24.0), "a van", "arrives", text_on_screen="ABC 123")
    captions = [Caption(sign), Caption(sign.replace("DOCK 4", "DOCK4")), Caption("A van.", (plate,))]
    publish(
        library, ID, "dock.mp4", captions, [(1, 2, "Stop right there"), (5, 6, "He stopped, don't worry")]
    )
    publish(library, OTHER, "yard.mp4", (), [(3, 4, "Please stop"), (28, 40, "the van ABC-123 leaves")])
    return library


def spans(hits):
    return [(hit.video.name, hit.text.source.value, str(hit.text.span)) for hit in hits]


def test_a_word_is_found_as_it_is_and_only_else_in_other_forms(filled):
    assert spans(filled.search_texts("stop")) == [
        ("dock.mp4", "subtitles", "0:01–0:02"),
        ("yard.mp4", "subtitles", "0:03–0:04"),
    ]
    assert spans(filled.search_texts("worrying")) == [("dock.mp4", "subtitles", "0:05–0:06")]


def test_a_phrase_is_found_word_for_word(filled):
    assert len(filled.search_texts("right there")) == 1
    assert filled.search_texts("there right") == []
    assert len(filled.search_texts("there right", anywhere=True)) == 1


@pytest.mark.parametrize("plate", ["ABC123", "ABC 123", "abc-123"])
def test_a_plate_is_found_on_screen_and_in_speech_whatever_its_spaces(filled, plate):
    assert spans(filled.search_texts(plate)) == [
        ("dock.mp4", "on-screen text", "0:22–0:24"),
        ("yard.mp4", "subtitles", "0:28–0:30"),
    ]


def test_a_sign_that_stands_over_two_segments_is_one(filled):
    assert spans(filled.search_texts("DOCK 4")) == [("dock.mp4", "on-screen text", "0:00–0:20")]
    assert filled.search_texts("DOCK 42") == []


def test_a_search_can_be_narrowed(filled):
    assert spans(filled.search_texts("stop", video_id=OTHER)) == [("yard.mp4", "subtitles", "0:03–0:04")]
    assert spans(filled.search_texts("stop", span=Span(2.5, 9.0))) == [("yard.mp4", "subtitles", "0:03–0:04")]
    assert len(filled.search_texts("stop", limit=1)) == 1


@pytest.mark.parametrize("words", ["", "?!", '"', "' OR 1 --", "NEAR(", "*"])
def test_nothing_of_what_a_person_types_is_sql(filled, words):
    assert filled.search_texts(words) == []
    assert filled.search_texts(words, anywhere=True) == []


def test_what_is_replaced_is_gone(filled):
    replace_texts(filled.catalog, ID, "file", "2", [])
    assert spans(filled.search_texts("stop")) == [("yard.mp4", "subtitles", "0:03–0:04")]
