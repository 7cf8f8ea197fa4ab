"""An answer tells what was inspected for it and what was not."""

from __future__ import annotations

from assistant_fakes import BROKEN, DOCK, FakeLibrary

from assistant.answer import Source
from assistant.coverage import build_coverage
from assistant.evidence import Evidence, Findings, Searched
from indexer.timeline import Coverage, Segment, Span, Unseen

GAP = Unseen(Span(6, 8), "damaged")


def coverage_of(
    library: FakeLibrary, *findings: Findings, whole_library: bool = False
) -> dict[str, Coverage]:
    built = build_coverage(library, findings, whole_library=whole_library)  # type: ignore[arg-type]
    return {entry.video: entry.coverage for entry in built}


def looked(span: Span, *seconds: float) -> Findings:
    return Findings((Evidence("dock.mp4", DOCK, span, Source.LOOK, frame_seconds=seconds),))


def test_what_the_index_could_not_see_stays_open(library: FakeLibrary) -> None:
    library.unseen[DOCK] = (GAP,)
    coverage = coverage_of(library, Findings(searched=(Searched("dock.mp4", DOCK, Span(0, 10)),)))
    assert coverage["dock.mp4"] == Coverage(DOCK, (Span(0, 6), Span(8, 10)), (GAP,))


def test_a_look_with_frames_closes_a_gap_and_one_without_does_not(library: FakeLibrary) -> None:
    library.unseen[DOCK] = (GAP,)
    assert coverage_of(library, looked(Span(5, 9), 5.0, 7.0))["dock.mp4"] == Coverage(DOCK, (Span(5, 9),))
    half_blind = coverage_of(library, looked(Span(5, 9), 5.0, 8.5))["dock.mp4"]
    assert half_blind == Coverage(DOCK, (Span(5, 6), Span(8, 9)), (GAP,))


def test_what_was_still_is_said_until_it_is_looked_at(library: FakeLibrary, monkeypatch) -> None:
    segments = [
        Segment(DOCK, number, Span(start, start + 10), 0.0, still=start != 10)
        for number, start in enumerate((0, 10, 20))
    ]
    monkeypatch.setattr(
        library, "segments", lambda _, span=None: [s for s in segments if s.span.intersect(span or s.span)]
    )
    searched = Findings(searched=(Searched("dock.mp4", DOCK, Span(2, 30)),))

    def still(*findings: Findings) -> tuple[Span, ...]:
        (entry,) = build_coverage(library, findings, whole_library=False)  # type: ignore[arg-type]
        return entry.still

    assert still(searched) == (Span(2, 10), Span(20, 30))
    assert still(searched, looked(Span(22, 25), 22.0, 23.0)) == (Span(2, 10), Span(20, 22), Span(25, 30))
    assert still(searched, looked(Span(22, 25))) == (Span(2, 10), Span(20, 30)), "it had no frames"
    assert still(looked(Span(5, 6), 5.0)) == ()


def test_a_search_of_the_whole_library_names_what_it_could_not_search(two_videos: FakeLibrary) -> None:
    found = Findings(searched=(Searched("dock.mp4", DOCK, Span(0, 30)),))
    assert set(coverage_of(two_videos, found)) == {"dock.mp4"}
    whole = coverage_of(two_videos, found, whole_library=True)
    assert whole["broken.mp4"].inspected == () and whole["broken.mp4"].video_id == BROKEN


def test_findings_survive_a_checkpoint() -> None:
    findings = looked(Span(5, 9), 5.0, 7.0)
    assert Findings.from_artifact(findings.to_artifact()) == findings
    assert Findings.from_artifact(None) == Findings()
