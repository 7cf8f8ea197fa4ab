"""From words to ranked moments: meaning and words are searched, their ranks fused, neighbours merged.

No language model and no LangChain in here: ``witness search`` uses it as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.matching import EventWeights, Terms, events_of
from assistant.observer_words import asks_for_text, is_observer, observer_words
from indexer.library.library import Library
from indexer.library.records import Hit, VideoRecord
from indexer.timeline import Event, Segment, Span, merge_spans

_RANK_OFFSET = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""
_TOUCH_SECONDS = 1e-6
_SAME_EVENT_SECONDS = 1.0
"""Equally good events that lie this close are one moment."""

_Scored = tuple[Hit, float]


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of a video that fits a query."""

    video: VideoRecord
    span: Span
    """Where it happens: from the first to the last of its events, or the whole segments where it has none."""
    score: float
    """Fused rank, higher is better; comparable within one search only."""
    segments: tuple[Segment, ...]
    """The segments that it was found in, in the order of time."""
    events: tuple[Event, ...] = ()
    """The events that fit best, in the order of time; all lie inside the span, each has its own."""
    matched: tuple[str, ...] = ()
    """Terms of the query that stand in the events, or in the captions where there are none."""

    @property
    def segments_span(self) -> Span:
        """All that the segments cover."""
        return Span(self.segments[0].span.start_seconds, self.segments[-1].span.end_seconds)

    @property
    def text(self) -> str:
        """Everything that the index says about the segments."""
        return "\n".join(segment.caption.text() for segment in self.segments if segment.caption)


def find_moments(
    library: Library,
    query: str,
    *,
    limit: int = 5,
    video_id: str | None = None,
    span: Span | None = None,
) -> list[Moment]:
    """Find the moments that fit a query best.

    Args:
        library: Where to search.
        query: Words to look for. Without any, the segments of the video come in the order of time.
        limit: How many moments to return at most.
        video_id: Search this video only.
        span: Search segments that overlap this span only.

    Returns:
        Best first; empty when nothing fits.
    """
    added = observer_words(query) if is_observer(library.vision_name) else []
    terms = Terms(query, added)
    if not terms:
        return _in_time_order(library, limit, video_id, span)
    depth = max(20, 4 * limit)
    text = " ".join([query, *added])
    ranked = [
        library.search_meaning(text, limit=depth, video_id=video_id, span=span),
        library.search_words(text, limit=depth, video_id=video_id, span=span),
    ]
    if _is_lexical(library):
        # A lexical vector always has nearest neighbours, also where no word is shared: these are no hits.
        ranked = [[hit for hit in hits if terms.found_in(_text(hit.segment))] for hits in ranked]
    weights = EventWeights([hit.segment for hits in ranked for hit in hits], terms)
    runs = _runs(_fuse(ranked, weights))
    moments = [moment for run in runs for moment in _moments(run, terms, weights, span)]
    if is_observer(library.vision_name) and asks_for_text(query):
        moments = [moment for moment in moments if any(map(_quotes_text, moment.segments))]
    return sorted(moments, key=lambda moment: -moment.score)[:limit]


def _is_lexical(library: Library) -> bool:
    return library.embedder_name.startswith("lexical")


def _in_time_order(library: Library, limit: int, video_id: str | None, span: Span | None) -> list[Moment]:
    videos = [video for video in library.videos() if video.answerable and video_id in (None, video.video_id)]
    return [
        Moment(video, segment.span, 0.0, (segment,), segment.caption.events if segment.caption else ())
        for video in videos
        for segment in library.segments(video.video_id, span)
    ][:limit]


def _fuse(rankings: Iterable[Sequence[Hit]], weights: EventWeights) -> list[_Scored]:
    """Fuse rankings by reciprocal rank: each adds 1 / (60 + rank) to what it found.

    The third ranking is by each hit's best event, since a whole segment may say a word often and mean little.
    """
    scores: dict[tuple[str, int], float] = defaultdict(float)
    hits: dict[tuple[str, int], Hit] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            key = (hit.video.video_id, hit.segment.ordinal)
            hits.setdefault(key, hit)
            scores[key] += 1 / (_RANK_OFFSET + rank)
    best = {key: weights.best_of([hit.segment])[1] for key, hit in hits.items()}
    for key, weight in best.items():
        if weight > 0:
            scores[key] += 1 / (_RANK_OFFSET + 1 + sum(other > weight for other in best.values()))
    return [(hits[key], score) for key, score in scores.items()]


def _runs(scored: Iterable[_Scored]) -> list[list[_Scored]]:
    """Put hits of one video that touch in time together, so that an event cut in two is whole again."""
    runs: list[list[_Scored]] = []
    for hit, score in sorted(scored, key=lambda pair: (pair[0].video.video_id, pair[0].segment.span)):
        if runs and _touch(runs[-1][-1][0], hit):
            runs[-1].append((hit, score))
        else:
            runs.append([(hit, score)])
    return runs


def _touch(first: Hit, second: Hit) -> bool:
    gap = second.segment.span.start_seconds - first.segment.span.end_seconds
    return first.video.video_id == second.video.video_id and gap <= _TOUCH_SECONDS


def _moments(
    run: Sequence[_Scored], terms: Terms, weights: EventWeights, within: Span | None
) -> Iterator[Moment]:
    """Make a moment of each group of best events that lie close; of the whole run where no event fits."""
    segments = [hit.segment for hit, _ in run]
    events, _ = weights.best_of(segments, within)
    whole = Span(segments[0].span.start_seconds, segments[-1].span.end_seconds)
    for span in merge_spans((event.span for event in events), _SAME_EVENT_SECONDS) or [whole]:
        parts = [(hit, score) for hit, score in run if hit.segment.span.intersect(span)]
        own = tuple(event for event in events if span.covers(event.span))
        texts = [event.sentence() for event in own] or [_text(hit.segment) for hit, _ in parts]
        yield Moment(
            video=parts[0][0].video,
            span=span,
            score=max(score for _, score in parts),
            segments=tuple(hit.segment for hit, _ in parts),
            events=own,
            matched=terms.found_in("\n".join(texts)),
        )


def _text(segment: Segment) -> str:
    return segment.caption.text() if segment.caption else ""


def _quotes_text(segment: Segment) -> bool:
    """Tell whether any event quotes text; the word "text" may also be said of its absence."""
    return any(event.text_on_screen for event in events_of(segment))
