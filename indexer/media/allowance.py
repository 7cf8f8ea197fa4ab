"""How much a child may answer to one request: one that a crafted video took over answers for ever."""

from __future__ import annotations

import math

from indexer.media.limits import DecoderLimits
from indexer.media.messages import Header

_BURST_SECONDS = 20.0
"""Frames with broken timestamps come close together; so many seconds' worth may come at one time."""
_SOUND_ANSWERS = 1000
"""Stretches of sound that may come at one time, where a file has many gaps."""
_SOUND_ANSWERS_PER_SECOND = 20.0
_SOUND_BYTES = 8 * 1024**2
_SOUND_BYTES_PER_SECOND = 64_000
"""Twice what 16,000 samples of two bytes take."""
_STALL_BEATS = 3600
"""Signs of life in a row, one a second at most, without an answer among them."""


class TooMuch(Exception):
    """The child answers more than was asked; the text says what, as the end of a sentence."""


class Allowance:
    """Counts the answers to one request against what it can honestly bring."""

    def __init__(self, limits: DecoderLimits, request: Header) -> None:
        """Allow what this request can bring: walks and sound by their progress, others what they ask."""
        self._is_stream = request.get("do") in ("walk", "sound")
        self._bytes = _Bucket(limits.output_bytes_per_second, limits.output_bytes)
        match request.get("do"):
            case "walk":
                rate = limits.max_frames_per_second
                self._answers = _Bucket(rate, rate * _BURST_SECONDS)
            case "sound":
                self._answers = _Bucket(_SOUND_ANSWERS_PER_SECOND, _SOUND_ANSWERS)
                self._bytes = _Bucket(_SOUND_BYTES_PER_SECOND, _SOUND_BYTES)
            case _:
                self._answers = _Bucket(0.0, 2 + len(request.get("seconds", ())))
        self._reached_seconds = 0.0
        self._beats = 0

    def count(self, header: Header) -> None:
        """Count one message.

        Raises:
            TooMuch: It is one too many.
        """
        if header.get("kind") == "working":
            self._beats += 1
            if self._beats > _STALL_BEATS:
                raise TooMuch(f"worked for {_STALL_BEATS / 60:.0f} minutes without an answer")
            return
        self._beats = 0
        self._advance(header.get("pts_seconds"))
        if not self._answers.take(1):
            raise TooMuch("answers more than it was asked")

    def count_bytes(self, size: int) -> None:
        """Count a message's raw bytes.

        Raises:
            TooMuch: A walk sends more pixels, or a track more sound, than its progress in the video explains.
        """
        if self._is_stream and not self._bytes.take(size):
            raise TooMuch("sends more than its progress in the video explains")

    def _advance(self, seconds: object) -> None:
        if isinstance(seconds, int | float) and math.isfinite(seconds) and seconds > self._reached_seconds:
            for bucket in (self._answers, self._bytes):
                bucket.fill(seconds - self._reached_seconds)
            self._reached_seconds = float(seconds)


class _Bucket:
    """Fills at a rate, up to its size: a jump in time is worth no more than one full bucket."""

    def __init__(self, per_second: float, size: float) -> None:
        self._per_second = per_second
        self._size = self._level = size

    def fill(self, seconds: float) -> None:
        self._level = min(self._size, self._level + self._per_second * seconds)

    def take(self, amount: float) -> bool:
        self._level -= amount
        return self._level >= 0
