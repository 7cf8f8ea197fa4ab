"""A transcriber that plays a script: it writes one word for each loud stretch that it hears."""

from __future__ import annotations

import numpy as np

from indexer.media.beside import SAMPLE_RATE
from indexer.speech.model import Utterance


class ToneTranscriber:
    """Says "tone" for each stretch that is loud, and keeps what it was handed."""

    def __init__(self, name: str = "tones-1", word: str = "tone") -> None:
        self.name = name
        self.word = word
        self.heard: list[int] = []

    def transcribe(self, samples):
        assert samples.dtype == np.float32 and np.abs(samples).max() <= 1
        self.heard.append(len(samples))
        steps = SAMPLE_RATE // 50
        loud = np.abs(samples[: len(samples) // steps * steps]).reshape(-1, steps).max(axis=1) > 0.2
        edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
        return [Utterance(a / 50, b / 50, f" {self.word} ") for a, b in edges.reshape(-1, 2).tolist()]
