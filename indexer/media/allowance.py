"""How much a child may answer to one request: one that a crafted video took over answers for ever."""

from __future__ import annotations

import math

from indexer.media.limits import DecoderLimits
from indexer.media.messages import Header

_BURST_SECONDS = 20.0
"""Frames with broken timestamps come close together; so many seconds' worth may come at one time."""
_STALL_BEATS = 3600
"""Signs of life in a row, one a second at most, without an answer among them."""


class TooMuch(Exception):
    """The child answers more than was asked; the text says what, as the end of a sentence."""


class Allowance:
    """Counts the answers to one request against what it can honestly bring."""

    def __init__(self, limits: DecoderLimits, request: Header) -> None:
        """Allow what this request can bring: a walk by its progress in the video, others by what they ask."""
        self._is_walk = request.get("do") == "walk"
        asked = 2 + len(request.get("seconds", ()))
        self._answers = (
            _Bucket(limits.max_frames_per_second, limits.max_frames_per_second * _BURST_SECONDS)
            if self._is_walk
            else _Bucket(0.0, asked)
        )
        self._bytes = _Bucket(limits.output_bytes_per_second, limits.output_bytes)
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
            TooMuch: A walk sends more pixels than its progress in the video explains.
        """
        if self._is_walk and not self._bytes.take(size):
            raise TooMuch("sends more pictures than its progress in the video explains")

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
