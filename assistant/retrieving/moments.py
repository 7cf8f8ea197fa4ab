"""From hits to moments: an event has its own span, a caption without events that of its segment.

Where segments touch, an event that they cut in two becomes whole again, and a static scene that many of them
describe in the same words becomes one moment. Captions from elsewhere leave time between them of which
nothing is said: where those on both sides fit, the moment is the one, the other, and what lies between.
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
_NEIGHBOUR_SECONDS = 30.0
"""A neighbour further away than this is another moment."""
_BETWEEN = 0.2
"""Share of the whole that must lie between two captions; those that touch say each what is in its own span,
and one span for both would say less well when."""
_SUPPORT = 0.2
"""Share of a hit's weight that its neighbour's words must have to belong to the same moment."""
_NEIGHBOUR_GAIN = 0.2
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
        best = sorted(scored, key=lambda each: -each.score)[:most_grown]
        beside = self.library.segments_beside(
            [each.hit.segment for each in best if not self._has_event(each)]
        )
        found: list[Moment] = []
        for run in _runs(scored):
            told = list(self._of_events(run))
            found += told or [self._grown(each, by_key, beside.get(each.key, ())) for each in run]
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

    def _has_event(self, each: Scored) -> bool:
        return each.hit.event is not None or self.events.best_of([each.hit.segment], self.within)[1] > 0

    def _grown(self, each: Scored, by_key: dict[Key, Scored], beside: Sequence[Segment]) -> Moment:
        """Make a moment of a caption without a fitting event, and of its neighbours that belong to it."""
        segments = self._static(each, by_key)
        if len(segments) == 1:
            segments = self._supported(each.hit.segment, beside)
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

    def _supported(self, segment: Segment, beside: Sequence[Segment]) -> list[Segment]:
        """Return the segment, and of those before and after it the one that fits better, if any fits."""
        own = self.texts.of(_text(segment))
        fitting = [
            (weight, -other.ordinal, other)
            for other in beside
            if own > 0
            and _leave_time_between(segment, other)
            and (weight := self.texts.of(_text(other))) >= _SUPPORT * own
        ]
        if not fitting:
            return [segment]
        return sorted([segment, max(fitting, key=lambda fit: fit[:2])[2]], key=lambda part: part.ordinal)

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
    return _between(first, second) <= _TOUCH_SECONDS


def _leave_time_between(first: Segment, second: Segment) -> bool:
    between, whole = _between(first, second), _cover([first, second]).duration_seconds
    return _BETWEEN * whole <= between <= _NEIGHBOUR_SECONDS and whole <= _LONGEST_SECONDS


def _between(first: Segment, second: Segment) -> float:
    """Return the seconds from the end of one to the start of the other, below 0 where they overlap."""
    return max(first.span.start_seconds, second.span.start_seconds) - min(
        first.span.end_seconds, second.span.end_seconds
    )


def _cover(segments: Sequence[Segment]) -> Span:
    return Span(
        min(segment.span.start_seconds for segment in segments),
        max(segment.span.end_seconds for segment in segments),
    )


def _text(segment: Segment) -> str:
    return segment.caption.text() if segment.caption else ""
