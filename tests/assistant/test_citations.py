"""Citations are accepted only inside what was returned in this turn, and shown with frames of their span."""

from __future__ import annotations

import pytest
from assistant_fakes import DOCK, FakeLibrary

from assistant.answer import Source
from assistant.citations import Checked, check_citations, parse_citation
from assistant.evidence import Evidence
from indexer.timeline import Span

SEGMENT = Evidence("dock.mp4", DOCK, Span(0, 10), Source.INDEX)
NEXT = Evidence("dock.mp4", DOCK, Span(10, 20), Source.INDEX)
LOOK = Evidence("dock.mp4", DOCK, Span(5, 6), Source.LOOK, frame_seconds=tuple(5 + i / 10 for i in range(10)))


def check(text: str, library: FakeLibrary, *evidence: Evidence) -> Checked:
    frames = lambda video_id, span: [span.start_seconds, span.start_seconds + 0.01]  # noqa: E731
    return check_citations(text, evidence, library, frames)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "name", "start", "end"),
    [
        ("dock.mp4 0:05–0:06", "dock.mp4", 5, 6),
        ("dock.mp4 0:05-0:06.5", "dock.mp4", 5, 6.5),
        ("dock.mp4 5s to 6.25 s", "dock.mp4", 5, 6.25),
        ("dock.mp4, 1:02:03 — 1:02:04", "dock.mp4", 3723, 3724),
        ("my clip 2 0:05–0:06", "my clip 2", 5, 6),
        ("dock.mp4 0:05", "dock.mp4", 5, 6),
        ("码头.mp4 0:05到0:06", "码头.mp4", 5, 6),
        ("dock.mp4 5 seconds – 6 seconds", "dock.mp4", 5, 6),
    ],
)
def test_the_forms_that_models_write_are_read(written: str, name: str, start: float, end: float) -> None:
    assert parse_citation(written) == (name, Span(start, end))


@pytest.mark.parametrize("written", ["", "dock.mp4", "0:05–0:06", "dock.mp4 0:06–0:05", "dock.mp4 5:99–6:00"])
def test_what_is_no_citation_is_not_guessed_at(written: str) -> None:
    assert parse_citation(written) is None


def test_a_good_citation_shows_in_parentheses_with_the_look_s_own_frames(library: FakeLibrary) -> None:
    checked = check("It fell [[dock.mp4 0:05–0:06]].", library, SEGMENT, LOOK)
    assert checked.text == "It fell (dock.mp4 0:05–0:06)."
    (citation,) = checked.citations
    assert (citation.video_id, citation.span, citation.source) == (DOCK, Span(5, 6), Source.LOOK)
    assert citation.frame_seconds == pytest.approx((5.0, 5.3, 5.6, 5.9))
    assert not checked.refused


def test_frames_of_a_part_of_a_look_lie_inside_that_part(library: FakeLibrary) -> None:
    (citation,) = check("[[dock.mp4 5.25–5.5]]", library, LOOK).citations
    assert citation.frame_seconds == pytest.approx((5.3, 5.4))


def test_a_span_that_only_the_index_vouches_for_gets_decoded_frames(library: FakeLibrary) -> None:
    (citation,) = check("[[dock.mp4 0:02–0:03]]", library, SEGMENT, LOOK).citations
    assert citation.source is Source.INDEX
    assert citation.frame_seconds == (2, 2.01)


@pytest.mark.parametrize(
    "inner",
    [
        "dock.mp4 0:11–0:12",
        "dock.mp4 0:09–0:11",
        "other.mp4 0:05–0:06",
        "dock.mp4 somewhere",
        "dock.mp4 0:10.002–0:11",
    ],
)
def test_what_no_tool_returned_is_taken_out_and_named(library: FakeLibrary, inner: str) -> None:
    checked = check(f"A claim [[{inner}]], and more.", library, SEGMENT, LOOK)
    assert checked.text == "A claim, and more."
    assert checked.refused == (inner,)
    assert not checked.citations


def test_neighbouring_segments_together_cover_a_citation_across_their_border(library: FakeLibrary) -> None:
    assert check("[[dock.mp4 0:09–0:11]]", library, SEGMENT, NEXT).citations


def test_a_rounding_of_a_millisecond_is_forgiven(library: FakeLibrary) -> None:
    assert check("[[dock.mp4 0:05–0:06.001]]", library, LOOK).citations


def test_one_span_cited_twice_is_one_citation(library: FakeLibrary) -> None:
    checked = check("A [[dock.mp4 0:05–0:06]]. B ([[dock.mp4 5s–6s]]).", library, LOOK)
    assert len(checked.citations) == 1
    assert checked.text == "A (dock.mp4 0:05–0:06). B (dock.mp4 0:05–0:06)."
