"""The seam between Witness and whatever turns speech into text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something that was said."""

    start_seconds: float
    """From the start of the sound that was handed over."""
    end_seconds: float
    text: str


class Transcriber(Protocol):
    """Writes down what is said."""

    @property
    def name(self) -> str:
        """What made a transcript; with another name the sound is transcribed anew."""

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Utterance]:
        """Write down what is said in a stretch of sound, in the order of time.

        Args:
            samples: Shape (n,), -1 to 1, `indexer.media.beside.SAMPLE_RATE` a second, up to five minutes.

        Raises:
            SpeechError: The model failed.
        """
