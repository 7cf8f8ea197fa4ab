"""Citations are checked in code: a video of the library, inside a span that a tool returned in this turn.

Models write ``[[dock.mp4 0:05–0:06]]``. What checks out becomes a `Citation` and shows as
``(dock.mp4 0:05–0:06)``, with ``, 14:30:05–14:30:06`` where the wall clock is known; everything else in
double brackets is taken out of the text and reported as refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer import QUOTED, Citation, Source
from assistant.evidence import Evidence
from assistant.timing import parse_seconds
from indexer.errors import WitnessError
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.timeline import Span, merge_spans

MAX_FRAMES = 4
"""Frames that one citation shows."""
_TOLERANCE_SECONDS = 1e-3
_NAMED = (*QUOTED, Source.INDEX)
"""What a citation may name as its source; one that names none rests on the best there is."""

_BRACKETS = re.compile(r"(?P<before>[ \t]*)(?:\(\[\[(?P<inner>.*?)\]\]\)|\[\[(?P<bare>.*?)\]\])", re.DOTALL)
_TIME = r"\d+(?::\d{1,2}){0,2}(?:\.\d+)?(?:\s*s(?:ec(?:onds?)?)?)?"
_CITATION = re.compile(
    rf"\s*(?P<name>.+?)[\s,]+(?P<start>{_TIME})(?:\s*(?:–|—|-|\bto\b|至|到)\s*(?P<end>{_TIME}))?\s*",
    re.DOTALL,
)

FrameSeconds = Callable[[str, Span], Sequence[float]]
"""Tells the PTS of up to `MAX_FRAMES` frames inside a span of a video, by its id."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer's text with its citations checked."""

    text: str
    citations: tuple[Citation, ...]
    refused: tuple[str, ...]


def write_citation(video: str, span: Span, source: Source | None = None) -> str:
    """Write a citation as models write it; ``source`` names what it rests on, where that is to be told."""
    return f"[[{video} {span}, {source.value}]]" if source in _NAMED else f"[[{video} {span}]]"


def check_citations(
    text: str, evidence: Sequence[Evidence], library: Library, frames_of: FrameSeconds
) -> Checked:
    """Check each citation of an answer against the evidence of its turn.

    Args:
        text: The answer as the model wrote it.
        evidence: What the tools returned in this turn.
        library: Knows the videos.
        frames_of: Finds the frames of a span that only the index vouches for.
    """
    citations: dict[Citation, None] = {}
    refused: list[str] = []

    def check(match: re.Match[str]) -> str:
        inner = match["inner"] if match["inner"] is not None else match["bare"]
        citation = _check(inner, evidence, library, frames_of)
        if citation is None:
            refused.append(inner.strip())
            return ""
        citations.setdefault(citation)
        return f"{match['before']}({citation})"

    return Checked(_BRACKETS.sub(check, text).strip(), tuple(citations), tuple(refused))


def parse_citation(inner: str) -> tuple[str, Span] | None:
    """Read ``NAME START–END``; a single time is the second that begins there. None when it cannot be read."""
    match = _CITATION.fullmatch(inner)
    if match is None:
        return None
    try:
        start = _seconds(match["start"])
        return match["name"], Span(start, _seconds(match["end"]) if match["end"] else start + 1)
    except (ValueError, WitnessError):
        return None


def _seconds(text: str) -> float:
    return parse_seconds(text.rstrip("secondS \t"))


def _check(
    inner: str, evidence: Sequence[Evidence], library: Library, frames_of: FrameSeconds
) -> Citation | None:
    bare, _, named = inner.rpartition(",")
    source = next((each for each in _NAMED if each.value == named.strip().lower()), None)
    parsed = parse_citation(bare if source else inner)
    if parsed is None:
        return None
    name, span = parsed
    record = _find(library, name)
    if record is None:
        return None
    own = [entry for entry in evidence if entry.video_id == record.video_id]
    returned = merge_spans((entry.span for entry in own), gap_seconds=_TOLERANCE_SECONDS)
    if not any(whole.covers(span, _TOLERANCE_SECONDS) for whole in returned):
        return None
    looks = [
        entry for entry in own if entry.source is Source.LOOK and entry.span.covers(span, _TOLERANCE_SECONDS)
    ]
    seen = sorted({second for look in looks for second in look.frame_seconds if span.contains(second)})
    return Citation(
        video=library.handle(record),
        video_id=record.video_id,
        span=span,
        source=_source(own, span, source),
        frame_seconds=tuple(_thin(seen or frames_of(record.video_id, span))),
        wall=record.start.wall(span) if record.start else None,
    )


def _source(own: Sequence[Evidence], span: Span, named: Source | None) -> Source:
    """Return what a citation rests on: what it names, else a look, the index, or words alone."""
    there = [entry.source for entry in own if entry.span.covers(span, _TOLERANCE_SECONDS)]
    if named in there:
        return named
    return next((source for source in (Source.LOOK, Source.INDEX, *QUOTED) if source in there), Source.INDEX)


def _find(library: Library, name: str) -> VideoRecord | None:
    try:
        return library.video(name.strip("`'\"*"))
    except WitnessError:
        return None


def _thin(seconds: Sequence[float]) -> list[float]:
    """Choose up to `MAX_FRAMES` evenly, the first and the last among them."""
    if len(seconds) <= MAX_FRAMES:
        return list(seconds)
    return [seconds[round(i * (len(seconds) - 1) / (MAX_FRAMES - 1))] for i in range(MAX_FRAMES)]
