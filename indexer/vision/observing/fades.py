"""Cross-fades: one view turns into another while both can be seen, which is no movement and no lamp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.vision.observing.pictures import Picture, Thumb, likeness

_WINDOWS_SECONDS = (2.0, 1.0, 0.5)
"""Times within which a fade begins and ends; the longest first."""
_OTHER_VIEW = 0.5
"""Likeness of the views before and afterwards, at most."""
_STRUCTURE = 15.0
"""Grey levels between the darkest and brightest parts of each view: a fade to black is a matter of light."""
_RESIDUAL = 0.25
"""Part of the difference of two views that a mixture of them may leave unexplained."""
_MIXED = (0.08, 0.92)
_FEWEST_MIXED = 2
"""So many frames must show both views."""
_BACKWARDS = 0.05
"""Share by which the new view may recede between two frames."""


@dataclass(frozen=True, slots=True)
class Fade:
    """The frames over which one view turns into another: the last of the old, the first of the new."""

    first: int
    last: int


def find_fades(pictures: Sequence[Picture]) -> list[Fade]:
    """Find the cross-fades of a look, in order."""
    fades: list[Fade] = []
    for first in range(len(pictures)):
        if fades and first < fades[-1].last:
            continue
        for seconds in _WINDOWS_SECONDS:
            fade = _fade_within(pictures, first, seconds)
            if fade is not None:
                fades.append(fade)
                break
    return fades


def _fade_within(pictures: Sequence[Picture], first: int, seconds: float) -> Fade | None:
    """Return the fade between a frame and one so many seconds later, None if there is none."""
    end = pictures[first].seconds + seconds
    last = next((at for at in range(first, len(pictures)) if pictures[at].seconds >= end - 1e-6), None)
    if last is None or last - first <= _FEWEST_MIXED:
        return None
    before, after = pictures[first], pictures[last]
    if min(before.extent, after.extent) < _STRUCTURE or likeness(before.thumb, after.thumb) > _OTHER_VIEW:
        return None
    shares = _shares(before.thumb, after.thumb, [picture.thumb for picture in pictures[first : last + 1]])
    if shares is None or shares[1] > _MIXED[0] or shares[-2] < _MIXED[1]:  # only a part of a fade
        return None
    mixed = [first + at for at, share in enumerate(shares) if _MIXED[0] < share < _MIXED[1]]
    return Fade(mixed[0] - 1, mixed[-1] + 1) if len(mixed) >= _FEWEST_MIXED else None


def _shares(before: Thumb, after: Thumb, thumbs: Sequence[Thumb]) -> list[float] | None:
    """Return how much of the new view each picture shows; None where one is no mixture of the two."""
    way = after - before
    length = float((way * way).sum())
    shares: list[float] = []
    for thumb in thumbs:
        share = float(((thumb - before) * way).sum()) / length
        left = thumb - before - share * way
        if float((left * left).sum()) > _RESIDUAL**2 * length or share < max(shares, default=0) - _BACKWARDS:
            return None
        shares.append(share)
    return shares
