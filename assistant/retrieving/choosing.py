"""Choose among moments: what says the same again, and the fourth moment of one video, wait behind the others.

Nothing is thrown away that a longer list would have room for, but what lies in a better moment already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from assistant.retrieving.moment import Moment
from indexer.text import tokens
from indexer.timeline import Span

_SAME_STRETCH = 0.5
"""Temporal intersection over union from which two moments of a video are one."""
_SAME_WORDS = 0.9
"""Jaccard similarity of their words from which two texts say the same."""
_VIDEO_SHARE = 0.8
"""Share of a list that one video may take before others had their turn."""


def choose(moments: Sequence[Moment], limit: int, *, one_video: bool) -> list[Moment]:
    """Return the best moments, each once, with room for other videos and other scenes.

    Args:
        moments: Best first.
        limit: How many to return at most.
        one_video: The search was about one video, which may then fill the list.
    """
    most = limit if one_video else max(1, round(_VIDEO_SHARE * limit))
    chosen: list[Moment] = []
    repeated: list[Moment] = []
    beyond: list[Moment] = []
    taken: Counter[str] = Counter()
    for moment in moments:
        of_video = [
            each for each in [*chosen, *repeated, *beyond] if each.video.video_id == moment.video.video_id
        ]
        if any(overlap(moment.span, each.span) > _SAME_STRETCH for each in of_video):
            continue
        if any(says_the_same(moment.said, each.said) for each in of_video):
            repeated.append(moment)
        elif taken[moment.video.video_id] >= most:
            beyond.append(moment)
        else:
            taken[moment.video.video_id] += 1
            chosen.append(moment)
        if len(chosen) >= limit:
            break
    return [*chosen, *beyond, *repeated][:limit]


def overlap(first: Span, second: Span) -> float:
    """Return the temporal intersection over union of two spans, 0 to 1."""
    shared = first.intersect(second)
    if shared is None:
        return 0.0
    whole = max(first.end_seconds, second.end_seconds) - min(first.start_seconds, second.start_seconds)
    return shared.duration_seconds / whole


def says_the_same(first: str, second: str) -> bool:
    """Tell whether two texts have nearly the same words; texts without any say nothing alike."""
    one, other = _words(first), _words(second)
    return bool(one) and len(one & other) >= _SAME_WORDS * len(one | other)


@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    return frozenset(tokens(text))
