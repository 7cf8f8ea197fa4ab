"""Words that are looked for word by word, and plates, whose spaces and hyphens nobody remembers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate

from indexer.text import SCRIPT, tokens

_PART = re.compile(rf"[{SCRIPT}]|[^\W\d_{SCRIPT}]+|\d+")
_MOST_OF_A_PLATE = 12
"""Letters and digits of a plate or a mark; what is longer is a sentence with a number in it."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is looked for: these words, in this order, with nothing between them."""

    parts: tuple[str, ...]
    """Runs of letters, runs of digits, single Chinese characters; small letters."""

    @classmethod
    def of(cls, words: str) -> Phrase:
        """Take words apart."""
        return cls(_parts(words))

    @property
    def letters(self) -> str:
        """All its letters and digits, without what stands between them."""
        return "".join(self.parts)

    @property
    def is_plate(self) -> bool:
        """Whether it mixes letters and digits like a plate or a mark: "ABC 123", "DOCK 4"."""
        return (
            any(part.isdecimal() for part in self.parts)
            and any(part.isascii() and part.isalpha() for part in self.parts)
            and len(self.letters) <= _MOST_OF_A_PLATE
        )

    @property
    def search_tokens(self) -> tuple[str, ...]:
        """Tokens of `indexer.text` that a text with this phrase has."""
        return tuple(dict.fromkeys(token for part in self.parts for token in tokens(part)))

    @property
    def digit_tokens(self) -> tuple[str, ...]:
        """Those of a plate that stay whole wherever spaces stand among its letters; none of other words."""
        return tuple(part for part in self.parts if part.isdecimal()) if self.is_plate else ()

    def stands_in(self, text: str) -> bool:
        """Tell whether a text has the phrase, word for word."""
        parts = _parts(text)
        return _has_run(parts, self.parts) or (self.is_plate and _has_joined(parts, self.letters))

    def nearly_stands_in(self, text: str) -> bool:
        """Tell whether a text has the phrase in other forms of its words: "stopped" for "stop"."""
        return _has_run(_stems(_parts(text)), _stems(self.parts))


def _parts(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "").replace("'", "")
    return tuple(_PART.findall(plain))


def _stems(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple((tokens(part) or [part])[0] for part in parts)


def _has_run(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    length = len(wanted)
    return length > 0 and any(parts[at : at + length] == wanted for at in range(len(parts) - length + 1))


def _has_joined(parts: tuple[str, ...], wanted: str) -> bool:
    """Tell whether parts that follow each other, joined, are what is wanted."""
    for start, part in enumerate(parts):
        if wanted.startswith(part) and wanted in accumulate(parts[start : start + len(wanted)]):
            return True
    return False
