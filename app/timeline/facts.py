"""What is known along a timeline's window, read from the library in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.timeline.kinds import Kinds, find_kinds
from app.timeline.lanes import Lane, placements
from indexer.library.activity import Happened, Looked, Stretch, happened, looked, noted, unseen
from indexer.library.catalog import Catalog
from indexer.timeline import Span

_BINS, _EVENT_BINS = 1200, 600
"""Of all lanes together, so that a chart stays light: at most a few thousand marks."""
_MOST_OF_A_LANE = 240


@dataclass(frozen=True, slots=True)
class Cited:
    """A moment that an answer cites."""

    video_id: str
    span: Span
    """On the video's own clock."""
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known inside a window; each list in the order of lanes and times."""

    looked: list[Looked]
    happened: list[Happened]
    unseen: list[Stretch]
    noted: list[Stretch]
    cited: list[Stretch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Whole:
    """What stays the same wherever a person zooms to."""

    kinds: Kinds
    busiest: float
    """The highest activity of any segment."""
    has_notes: bool


def whole_of_facts(facts: Facts) -> Whole:
    """Work out what decides the rows, the colours and the scale of a timeline, from all its facts."""
    return Whole(
        kinds=find_kinds(facts.happened),
        busiest=max((each.activity for each in facts.looked), default=0.0),
        has_notes=bool(facts.noted),
    )


def read_facts(catalog: Catalog, lanes: Sequence[Lane], window: Span) -> Facts:
    """Read what is known inside a window.

    Args:
        catalog: The library's catalog.
        lanes: The timeline's rows.
        window: The part of the axis that is shown.
    """
    placed = placements(lanes, window)
    return Facts(
        looked=looked(catalog, placed, window, _bin_seconds(window, lanes, _BINS)),
        happened=happened(catalog, placed, window, _bin_seconds(window, lanes, _EVENT_BINS)),
        unseen=unseen(catalog, placed, window),
        noted=noted(catalog, placed, window),
    )


def _bin_seconds(window: Span, lanes: Sequence[Lane], bins: int) -> float:
    return window.duration_seconds / min(_MOST_OF_A_LANE, bins // len(lanes))


def placed_citations(cited: Iterable[Cited], lanes: Sequence[Lane], window: Span) -> list[Stretch]:
    """Return where cited moments, of any videos, lie in a window."""
    return [stretch for each in cited for stretch in _placed(each, lanes, window)]


def _placed(cited: Cited, lanes: Sequence[Lane], window: Span) -> list[Stretch]:
    """Return where a cited moment lies on the axis, if anywhere."""
    spans = [
        (number, Span(piece.axis(cited.span.start_seconds), piece.axis(cited.span.end_seconds)))
        for number, lane in enumerate(lanes)
        for piece in lane.pieces
        if piece.recording.video_id == cited.video_id
    ]
    return [Stretch(number, span, 1, cited.text) for number, span in spans if span.intersect(window)]
