"""From words to ranked moments: meaning and words are searched, their ranks fused, neighbours merged.

Where frames are indexed, what they look like is a third ranking; or the question itself is a picture.

No language model and no LangChain in here: ``witness search`` uses it as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assistant.matching import EventWeights, Terms, TextWeights, events_of
from assistant.observer_words import asks_for_text, is_observer, observer_words
from assistant.retrieving.choosing import choose
from assistant.retrieving.fusion import fuse
from assistant.retrieving.moment import Moment, Ranks
from assistant.retrieving.moments import MomentMaker
from indexer.embedding.picture import Picture
from indexer.embedding.reranking import Reranker
from indexer.library.library import Library
from indexer.library.records import Hit
from indexer.timeline import Segment, Span

__all__ = ["Moment", "Ranks", "find_like", "find_moments"]

_DEPTH = 50
"""Hits of each ranking, at least."""
_RERANKED = 30
"""Moments that a re-ranker reads, at least."""


def find_moments(
    library: Library,
    query: str,
    *,
    limit: int = 5,
    video_id: str | None = None,
    span: Span | None = None,
    reranker: Reranker | None = None,
) -> list[Moment]:
    """Find the moments that fit a query best.

    Args:
        library: Where to search.
        query: Words to look for. Without any, the segments of the video come in the order of time.
        limit: How many moments to return at most.
        video_id: Search this video only.
        span: Search segments that overlap this span only.
        reranker: Reads the best moments once more, together with the query; default: the library's, if any.

    Returns:
        Best first; empty when nothing fits.
    """
    added = observer_words(query) if is_observer(library.vision_name) else []
    terms = Terms(query, added)
    if not terms:
        return _in_time_order(library, limit, video_id, span)
    depth = max(_DEPTH, 4 * limit)
    dense, words = _search(library, " ".join([query, *added]), terms, depth, video_id, span)
    seen = library.search_frames(query, limit=depth, video_id=video_id, span=span)
    frames = [Hit(hit.video, hit.segment, hit.score) for hit in seen]
    segments = [hit.segment for hit in [*dense, *words, *frames]]
    weights = EventWeights(segments, terms)
    texts = TextWeights(map(_text, dict.fromkeys(segments)), terms)
    scored = fuse(dense, words, weights, lexical=_is_lexical(library), frames=frames)
    moments = MomentMaker(library, terms, weights, texts, span).moments(scored, max(_RERANKED, 2 * limit))
    if is_observer(library.vision_name) and asks_for_text(query):
        moments = [moment for moment in moments if any(map(_quotes_text, moment.segments))]
    reranker = reranker or library.reranker
    if reranker is not None:
        moments = _reranked(reranker, query, moments[: max(_RERANKED, 2 * limit)])
    return _with_time_ranks(choose(moments, limit, one_video=video_id is not None))


def find_like(
    library: Library,
    picture: Picture,
    *,
    limit: int = 5,
    video_id: str | None = None,
    span: Span | None = None,
) -> list[Moment]:
    """Find the moments whose frames look most like a picture.

    Args:
        library: Where to search.
        picture: A file, its bytes, or RGB pixels.
        limit: How many moments to return at most.
        video_id: Search this video only.
        span: Search segments that overlap this span only.

    Returns:
        Best first, each a segment, with the cosine similarity of its best frame as its score and that
        frame's place as `Moment.seconds`.

    Raises:
        LibraryError: The library's frames are not indexed.
        MediaError: The picture cannot be read.
    """
    found = library.search_like(picture, limit=max(_DEPTH, 4 * limit), video_id=video_id, span=span)
    moments = [
        Moment(hit.video, hit.span, hit.score, (hit.segment,), ranks=Ranks(frames=rank), seconds=hit.seconds)
        for rank, hit in enumerate(found, start=1)
    ]
    return _with_time_ranks(choose(moments, limit, one_video=video_id is not None))


def _search(
    library: Library, text: str, terms: Terms, depth: int, video_id: str | None, span: Span | None
) -> tuple[list[Hit], list[Hit]]:
    """Return the hits by meaning and by words, best first."""
    dense = library.search_meaning(text, limit=depth, video_id=video_id, span=span)
    words = library.search_words(text, limit=depth, video_id=video_id, span=span)
    if not _is_lexical(library):
        return dense, words
    # A lexical vector always has nearest neighbours, also where no word is shared: these are no hits.
    found = {hit.segment: bool(terms.found_in(_text(hit.segment))) for hit in [*dense, *words]}
    return [hit for hit in dense if found[hit.segment]], [hit for hit in words if found[hit.segment]]


def _is_lexical(library: Library) -> bool:
    return library.embedder_name.startswith("lexical")


def _in_time_order(library: Library, limit: int, video_id: str | None, span: Span | None) -> list[Moment]:
    videos = [video for video in library.videos() if video.answerable and video_id in (None, video.video_id)]
    return [
        Moment(video, segment.span, 0.0, (segment,), segment.caption.events)
        for video in videos
        for segment in library.segments(video.video_id, span)
        if segment.caption is not None  # else nobody could see it
    ][:limit]


def _reranked(reranker: Reranker, query: str, moments: Sequence[Moment]) -> list[Moment]:
    """Put moments in the order of the re-ranker's scores."""
    scores = reranker.scores(query, [moment.said for moment in moments])
    pairs = sorted(zip(scores, moments, strict=True), key=lambda pair: -pair[0])
    return [
        replace(moment, score=score, ranks=replace(moment.ranks, reranker=rank))
        for rank, (score, moment) in enumerate(pairs, start=1)
    ]


def _with_time_ranks(moments: Sequence[Moment]) -> list[Moment]:
    """Note for each moment which it is in its video's order of time."""
    seen: Counter[str] = Counter()
    places: dict[int, int] = {}
    for number, moment in sorted(enumerate(moments), key=lambda pair: pair[1].span):
        seen[moment.video.video_id] += 1
        places[number] = seen[moment.video.video_id]
    return [
        replace(moment, ranks=replace(moment.ranks, time=places[number]))
        for number, moment in enumerate(moments)
    ]


def _text(segment: Segment) -> str:
    return segment.caption.text() if segment.caption else ""


def _quotes_text(segment: Segment) -> bool:
    """Tell whether any event quotes text; the word "text" may also be said of its absence."""
    return any(event.text_on_screen for event in events_of(segment))
