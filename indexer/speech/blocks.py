"""Sound in blocks that a speech model takes at once: up to five minutes, cut where it is quiet.

A cut inside a word would lose it, so a block ends in the quietest moment of its last half minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from indexer.media.beside import SAMPLE_RATE, Sound

LONGEST_SECONDS = 300.0
_SEARCHED_SECONDS = 30.0
_QUIET_SECONDS = 0.3
_JOINED_SECONDS = 1e-3


def blocks(sounds: Iterable[Sound], longest_seconds: float = LONGEST_SECONDS) -> Iterator[Sound]:
    """Join stretches of sound that follow each other, and cut what is too long.

    Args:
        sounds: Rising in time.
        longest_seconds: Of a block.

    Yields:
        All of the sound, in blocks without gaps, rising in time.
    """
    most = round(longest_seconds * SAMPLE_RATE)
    held: Sound | None = None
    for sound in sounds:
        if held is not None and sound.start_seconds - held.end_seconds > _JOINED_SECONDS:
            yield held
            held = None
        held = sound if held is None else _joined(held, sound)
        while len(held.samples) > most:
            cut = _quietest(held.samples[:most])
            yield Sound(held.start_seconds, held.samples[:cut])
            held = Sound(held.start_seconds + cut / SAMPLE_RATE, held.samples[cut:])
    if held is not None:
        yield held


def _joined(first: Sound, second: Sound) -> Sound:
    return Sound(first.start_seconds, np.concatenate([first.samples, second.samples]))


def _quietest(samples: NDArray[np.int16]) -> int:
    """Return the middle of the quietest moment near the end, as a number of samples; at least 1."""
    window = round(_QUIET_SECONDS * SAMPLE_RATE)
    first = max(0, len(samples) - round(_SEARCHED_SECONDS * SAMPLE_RATE), len(samples) // 2)
    count = (len(samples) - first) // window
    if count == 0:
        return len(samples)
    loudness = np.abs(samples[first : first + count * window].astype(np.int32)).reshape(count, window)
    quietest = int(np.argmin(loudness.mean(axis=1)[::-1]))  # of equals the last
    return first + (count - 1 - quietest) * window + window // 2
