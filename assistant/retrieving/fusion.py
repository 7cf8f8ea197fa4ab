"""Fuse rankings by reciprocal rank (Cormack, Clarke and Büttcher, SIGIR 2009).

The numbers come from a simulation of these steps over surveillance captions (UCA's training sentences): it
asked three tenths of the sentences of the captions that are indexed, and none that the report asks. How much
the frames count was not measured.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.matching import EventWeights
from assistant.retrieving.moment import Ranks
from indexer.library.records import Hit

_RANK_OFFSET = 10
"""The constant of reciprocal rank fusion. 60, as in the paper, made the first ranks too alike."""
_LEXICAL_WEIGHT = 0.3
"""Of a lexical vector beside the words' 1: it sees the same words, without knowing which are rare."""
_FRAMES_WEIGHT = 1.0
"""Of what frames look like."""
_VIDEO_SHARE = 0.3
"""How much a hit gains from its video's three best, their mean: what is asked about rarely stands alone."""
_VIDEO_BEST = 3

Key = tuple[str, int]
"""A segment: its video's id and its ordinal."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A hit with its fused score and where each ranking had it."""

    hit: Hit
    score: float
    ranks: Ranks

    @property
    def key(self) -> Key:
        """The segment."""
        return key_of(self.hit)


def key_of(hit: Hit) -> Key:
    """Return the segment of a hit."""
    return hit.video.video_id, hit.segment.ordinal


def fuse(
    dense: Sequence[Hit],
    words: Sequence[Hit],
    weights: EventWeights,
    *,
    lexical: bool,
    frames: Sequence[Hit] = (),
) -> list[Scored]:
    """Fuse the rankings by meaning, by words, and by each segment's best event.

    The third is there because a whole segment may say a word often and mean little.

    Args:
        dense: Found by their vectors, best first.
        words: Found by their words, best first.
        weights: How well events fit.
        lexical: Whether the vectors are made from words.
        frames: Found by what their frames look like, best first.

    Returns:
        Best first.
    """
    hits = {key_of(hit): hit for hit in [*frames, *words, *dense]}  # the dense one names its event
    by_dense, by_words, by_frames = _ranks(dense), _ranks(words), _ranks(frames)
    by_event = _event_ranks(hits, weights)
    scores = {
        key: (_LEXICAL_WEIGHT if lexical else 1.0) * _reciprocal(by_dense.get(key))
        + _reciprocal(by_words.get(key))
        + _reciprocal(by_event.get(key))
        + _FRAMES_WEIGHT * _reciprocal(by_frames.get(key))
        for key in hits
    }
    gains = _video_gains(scores)
    fused = [
        Scored(
            hit,
            scores[key] + gains[key[0]],
            Ranks(by_dense.get(key), by_words.get(key), by_event.get(key), by_frames.get(key)),
        )
        for key, hit in hits.items()
    ]
    return sorted(fused, key=lambda each: (-each.score, each.key))


def _ranks(hits: Sequence[Hit]) -> dict[Key, int]:
    return {key_of(hit): rank for rank, hit in enumerate(hits, start=1)}


def _event_ranks(hits: Mapping[Key, Hit], weights: EventWeights) -> dict[Key, int]:
    best = {key: weights.best_of([hit.segment])[1] for key, hit in hits.items()}
    found = sorted(weight for weight in best.values() if weight > 0)
    return {
        key: 1 + sum(other > weight + 1e-9 for other in found) for key, weight in best.items() if weight > 0
    }


def _reciprocal(rank: int | None) -> float:
    return 1 / (_RANK_OFFSET + rank) if rank is not None else 0.0


def _video_gains(scores: Mapping[Key, float]) -> dict[str, float]:
    of_video: dict[str, list[float]] = defaultdict(list)
    for (video_id, _), score in scores.items():
        of_video[video_id].append(score)
    return {
        video_id: _VIDEO_SHARE * sum(sorted(found, reverse=True)[:_VIDEO_BEST]) / _VIDEO_BEST
        for video_id, found in of_video.items()
    }
