"""From hits to moments: an event has its own span; a caption without events grows by neighbours that fit too.

Where segments touch, an event that they cut in two becomes whole again, and a static scene that many of them
describe in the same words becomes one moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.matching import EventWeights, Terms, TextWeights
from assistant.retrieving.choosing import says_the_same
from assistant.retrieving.fusion import Key, Scored
from assistant.retrieving.moment import Moment
from indexer.library.library import Library
from indexer.timeline import Event, Segment, Span, merge_spans

_TOUCH_SECONDS = 1e-6
_SAME_EVENT_SECONDS = 1.0
"""Equally good events that lie this close are one moment."""
_LONGEST_SECONDS = 60.0
"""A moment grows to this length at most, unless nothing changes in it."""
_NEIGHBOUR_SECONDS = 10.0
"""A neighbour further away than this is another moment."""
_SUPPORT = 0.35
"""Share of a hit's weight that its neighbour's words must have to belong to the same moment."""
_NEIGHBOUR_GAIN = 0.1
"""How much of a neighbour's score a moment gains, where the neighbour was found too."""


@dataclass(frozen=True, slots=True)
class MomentMaker:
    """Makes moments of one search's hits."""

    library: Library
    terms: Terms
    events: EventWeights
    texts: TextWeights
    within: Span | None
    """The search was about this span only."""

    def moments(self, scored: Sequence[Scored], most_grown: int) -> list[Moment]:
        """Return the moments of hits, best first.

        Args:
            scored: Hits of any videos.
            most_grown: Hits beyond so many, from the best on, keep to their own segment.
        """
        by_key = {each.key: each for each in scored}
        grown = {each.key for each in sorted(scored, key=lambda each: -each.score)[:most_grown]}
        found: list[Moment] = []
        for run in _runs(scored):
            told = list(self._of_events(run))
            found += told or [self._grown(each, by_key, reads=each.key in grown) for each in run]
        return sorted(found, key=lambda moment: -moment.score)

    def _of_events(self, run: Sequence[Scored]) -> Iterator[Moment]:
        """Make a moment of each group of best events that lie close; none where no event fits."""
        segments = [each.hit.segment for each in run]
        events, _ = self.events.best_of(segments, self.within)
        events = events or [event for each in run if (event := self._found_by_meaning(each))]
        for span in merge_spans((event.span for event in events), _SAME_EVENT_SECONDS):
            parts = [each for each in run if each.hit.segment.span.intersect(span)]
            own = tuple(dict.fromkeys(event for event in events if span.covers(event.span)))
            yield self._moment(parts, span, [each.hit.segment for each in parts], own)

    def _found_by_meaning(self, each: Scored) -> Event | None:
        event = each.hit.event
        return event if event and (self.within is None or event.span.intersect(self.within)) else None

    def _grown(self, each: Scored, by_key: dict[Key, Scored], *, reads: bool) -> Moment:
        """Make a moment of a caption without a fitting event, and of its neighbours that belong to it."""
        segments = self._static(each, by_key)
        if len(segments) == 1 and reads:
            segments = self._supported(each.hit.segment)
        span = _cover(segments)
        others = (by_key.get((part.video_id, part.ordinal)) for part in segments if part != each.hit.segment)
        gain = _NEIGHBOUR_GAIN * sum(other.score for other in others if other)
        moment = self._moment([each], span, segments, ())
        return replace(moment, score=moment.score + gain)

    @staticmethod
    def _static(each: Scored, by_key: dict[Key, Scored]) -> list[Segment]:
        """Return the hit's segment with those beside it that say the same, as long as they touch."""
        segment = each.hit.segment
        found = [segment]
        for step in (-1, 1):
            last, ordinal = segment, segment.ordinal + step
            while (other := by_key.get((segment.video_id, ordinal))) is not None:
                beside = other.hit.segment
                if not _touch(last, beside) or not says_the_same(_text(segment), _text(beside)):
                    break
                found.append(beside)
                last, ordinal = beside, ordinal + step
        return sorted(found, key=lambda part: part.ordinal)

    def _supported(self, segment: Segment) -> list[Segment]:
        """Return the segment with the one before and the one after it, where they fit the query too."""
        near = Span(
            max(0.0, segment.span.start_seconds - _NEIGHBOUR_SECONDS),
            segment.span.end_seconds + _NEIGHBOUR_SECONDS,
        )
        least = _SUPPORT * self.texts.of(_text(segment))
        found = [segment]
        if least <= 0:
            return found
        for other in self.library.segments(segment.video_id, near):
            if abs(other.ordinal - segment.ordinal) != 1 or self.texts.of(_text(other)) < least:
                continue
            if _cover([*found, other]).duration_seconds <= _LONGEST_SECONDS:
                found.append(other)
        return sorted(found, key=lambda part: part.ordinal)

    def _moment(
        self, parts: Sequence[Scored], span: Span, segments: Sequence[Segment], events: tuple[Event, ...]
    ) -> Moment:
        best = max(parts, key=lambda each: each.score)
        texts = [event.sentence() for event in events] or [_text(segment) for segment in segments]
        return Moment(
            video=best.hit.video,
            span=span,
            score=best.score,
            segments=tuple(segments),
            events=events,
            matched=self.terms.found_in("\n".join(texts)),
            ranks=best.ranks,
        )


def _runs(scored: Iterable[Scored]) -> list[list[Scored]]:
    """Put hits of one video that touch in time together, so that an event cut in two is whole again."""
    runs: list[list[Scored]] = []
    for each in sorted(scored, key=lambda each: (each.hit.video.video_id, each.hit.segment.span)):
        last = runs[-1] if runs else []
        if (
            last
            and last[-1].hit.video.video_id == each.hit.video.video_id
            and _touch(last[-1].hit.segment, each.hit.segment)
            and _cover([last[0].hit.segment, each.hit.segment]).duration_seconds <= _LONGEST_SECONDS
        ):
            last.append(each)
        else:
            runs.append([each])
    return runs


def _touch(first: Segment, second: Segment) -> bool:
    gap = max(first.span.start_seconds, second.span.start_seconds) - min(
        first.span.end_seconds, second.span.end_seconds
    )
    return gap <= _TOUCH_SECONDS


def _cover(segments: Sequence[Segment]) -> Span:
    return Span(
        min(segment.span.start_seconds for segment in segments),
        max(segment.span.end_seconds for segment in segments),
    )


def _text(segment: Segment) -> str:
    return segment.caption.text() if segment.caption else ""
