"""Words that belong to a stretch of a video without being a caption of what is seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from indexer.timeline import Span

MAX_TEXT = 2000
"""Characters of one text; what is longer is cut."""
MAX_TEXTS = 20_000
"""Texts of one track, file or transcript; a film has 1,500."""


class TextSource(StrEnum):
    """Where words come from, as an answer names it."""

    SUBTITLES = "subtitles"
    """A subtitle track of the file, or a subtitle file beside it."""
    SPEECH = "speech"
    """Transcribed from the sound."""
    SCREEN = "on-screen text"
    """Read in the picture when it was captioned."""


@dataclass(frozen=True, slots=True, order=True)
class TimedText:
    """Words and when they are said or shown, on the one clock."""

    span: Span
    text: str
    """One line of plain text, without markup."""
    source: TextSource
    origin: str = ""
    """Which one of several: ``track 2 (eng)``, ``clip.en.srt``, the name of the transcriber."""

    def sentence(self) -> str:
        """Write it with its source, for people and models."""
        return f'{self.source.value}: "{self.text}"'


def within(texts: Iterable[TimedText], duration_seconds: float) -> list[TimedText]:
    """Return what lies within a video, cut at its end, in the order of time, what is told twice once.

    Args:
        texts: Of one video.
        duration_seconds: Its length.
    """
    whole, seen, kept = Span(0.0, duration_seconds), set(), []
    for each in sorted(texts):
        span = each.span.intersect(whole)
        key = (span, each.text.casefold(), each.source)
        if span is not None and key not in seen:
            seen.add(key)
            kept.append(TimedText(span, each.text, each.source, each.origin))
    return kept
