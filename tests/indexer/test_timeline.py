"""The clock's types refuse what makes no sense, and spans add up."""

import numpy as np
import pytest

from indexer.timeline import Frame, Span, format_seconds, merge_spans, subtract_spans


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (5, "0:05"), (83.4, "1:23.4"), (3723, "1:02:03"), (59.9996, "1:00"), (0.125, "0:00.125")],
)
def test_times_read_as_people_write_them(seconds, text):
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (4, 3), (float("nan"), 1), (0, float("inf"))])
def test_a_span_that_is_none_is_refused(start, end):
    with pytest.raises(ValueError, match="span"):
        Span(start, end)


def test_spans_are_half_open():
    assert Span(5, 6).contains(5.0)
    assert not Span(5, 6).contains(6.0)
    assert Span(0, 5).intersect(Span(5, 6)) is None


def test_merging_joins_touching_spans_and_keeps_gaps():
    assert merge_spans([Span(5, 6), Span(0, 2), Span(2, 3)]) == [Span(0, 3), Span(5, 6)]
    assert merge_spans([Span(0, 1), Span(1.5, 2)], gap_seconds=0.5) == [Span(0, 2)]


def test_subtracting_leaves_what_nobody_took():
    assert subtract_spans(Span(0, 10), [Span(2, 3), Span(8, 12)]) == [Span(0, 2), Span(3, 8)]
    assert subtract_spans(Span(0, 10), [Span(0, 10)]) == []
    assert subtract_spans(Span(4, 6), [Span(0, 2)]) == [Span(4, 6)]


def test_a_frame_is_rgb_bytes_and_prints_its_shape_only():
    assert repr(Frame(1.5, np.zeros((4, 6, 3), np.uint8))) == "Frame(pts_seconds=1.500, 6x4)"
    with pytest.raises(ValueError, match="uint8"):
        Frame(0.0, np.zeros((4, 6), np.uint8))
