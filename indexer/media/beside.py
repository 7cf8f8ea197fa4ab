"""What a file holds beside its pictures: its subtitles and its sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.texts.model import TimedText

MAX_TRACKS = 64
"""Subtitle tracks that are read; a film has up to 40."""
SAMPLE_RATE = 16_000
"""Samples a second, as speech models take them."""
CHUNK_SAMPLES = 30 * SAMPLE_RATE
"""Longest chunk: 30 s, 960 kB."""


@dataclass(frozen=True, slots=True)
class Subtitles:
    """The subtitle tracks of a file."""

    texts: tuple[TimedText, ...]
    """In the order of the file; they may overlap and go on past the last picture."""
    unreadable: tuple[str, ...] = ()
    """Tracks that hold no text, in words."""
    skipped: int = 0
    """Subtitles that could not be read."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of sound without a gap."""

    start_seconds: float
    """When its first sample is heard, on the one clock."""
    samples: NDArray[np.int16]
    """Shape (n,), at `SAMPLE_RATE`."""

    @property
    def end_seconds(self) -> float:
        """When its last sample is over."""
        return self.start_seconds + len(self.samples) / SAMPLE_RATE

    def __repr__(self) -> str:
        return f"Sound({self.start_seconds:.3f}–{self.end_seconds:.3f} s, {len(self.samples)} samples)"
