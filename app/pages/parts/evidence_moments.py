"""The moments that an answer rests on, from its citations."""

from __future__ import annotations

from collections.abc import Sequence

from app.pages.parts.evidence import spread
from app.pages.parts.moment_card import CardMoment
from assistant.answer import QUOTED, Answer, Citation, Source
from indexer.timeline import Span

FRAMES_PER_CITATION = 4
FRAMES_PER_MOMENT = 8

_SOURCES = {Source.INDEX: "read in the index", Source.LOOK: "its frames were looked at for this question"}


def moments_of(answer: Answer) -> list[CardMoment]:
    """Return an answer's moments in the order in which it cites them; citations that overlap are one."""
    groups: list[list[Citation]] = []
    for citation in answer.citations:
        touching = [group for group in groups if any(_overlap(citation, each) for each in group)]
        if not touching:
            groups.append([citation])
            continue
        first, *others = touching
        first.append(citation)
        for group in others:  # it overlaps several, so that these are one too
            first.extend(group)
            groups.remove(group)
    return [_moment(group, answer) for group in groups]


def _overlap(one: Citation, other: Citation) -> bool:
    return one.video_id == other.video_id and one.span.intersect(other.span) is not None


def _moment(citations: Sequence[Citation], answer: Answer) -> CardMoment:
    seconds = {
        each
        for citation in citations
        for each in spread(citation.frame_seconds or (citation.span.start_seconds,), FRAMES_PER_CITATION)
    }
    sources = dict.fromkeys(_source(citation) for citation in citations)
    return CardMoment(
        video_id=citations[0].video_id,
        span=Span(
            min(each.span.start_seconds for each in citations),
            max(each.span.end_seconds for each in citations),
        ),
        frame_seconds=tuple(spread(sorted(seconds), FRAMES_PER_MOMENT)),
        source=", ".join(sources),
        question=answer.question,
        answer=answer,
    )


def _source(citation: Citation) -> str:
    return citation.source.value if citation.source in QUOTED else _SOURCES[citation.source]
