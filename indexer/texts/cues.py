"""SubRip (``.srt``) and WebVTT (``.vtt``) files: text with times, from files that nobody has checked.

Both are blocks of lines with an arrow between two times. What cannot be read is skipped and counted, so that
one damaged line costs one subtitle and not the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from indexer.texts.markup import plain_text
from indexer.texts.model import MAX_TEXTS
from indexer.timeline import Span

MAX_FILE_BYTES = 16 << 20
"""A larger file is no subtitle file."""
_MAX_LINES = 40
"""Lines of one cue; what follows is left out."""

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_ARROW = re.compile(rf"^\s*{_TIME}\s*-{{1,2}}>\s*{_TIME}(?=\s|$)")
_BLOCK = re.compile(r"\n[ \t]*\n+")
_NOT_CUES = re.compile(r"^(?:WEBVTT|NOTE|STYLE|REGION)(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Cues:
    """What a subtitle file says."""

    cues: tuple[Cue, ...]
    """In the order of the file; they may overlap."""
    skipped: int = 0
    """Blocks that could not be read."""


def decode(content: bytes) -> str:
    """Turn a file's bytes into text: by its byte order mark, as UTF-8, or else as Latin-1.

    UTF-16 without a mark is told by its many zero bytes.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    head = content[:4000]
    if head.count(0) > len(head) // 4:
        encoding = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
        return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _western(content)


def _western(content: bytes) -> str:
    """Read Latin-1, as browsers do: with Windows' quotation marks and dashes where it has no signs."""
    return "".join(
        sign if ord(sign) > 0x9F or ord(sign) < 0x80 else bytes([ord(sign)]).decode("cp1252", "replace")
        for sign in content.decode("latin-1")
    )


def parse_cues(text: str) -> Cues:
    """Read the text of a SubRip or WebVTT file.

    Args:
        text: The file's text, with any line ends.
    """
    cues: list[Cue] = []
    skipped = 0
    for block in _blocks(text):
        if len(cues) >= MAX_TEXTS:
            skipped += 1
            continue
        cue = _cue(block)
        if cue is None:
            skipped += 1
        elif cue.text:
            cues.append(cue)
    return Cues(tuple(cues), skipped)


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines of each block that should be a cue; blocks may stand without an empty line between."""
    plain = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for block in _BLOCK.split(plain.strip("\n")):
        lines = [line for line in block.split("\n") if line.strip()]
        if not lines or (_NOT_CUES.match(lines[0]) and not any(map(_ARROW.match, lines))):
            continue
        starts = list(_starts(lines))
        for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
            yield lines[start:stop]


def _starts(lines: list[str]) -> Iterator[int]:
    """Yield where cues begin: with the arrow, or with the number above it."""
    yield 0
    arrows = [number for number, line in enumerate(lines) if _ARROW.match(line)]
    for before, arrow in pairwise(arrows):
        numbered = arrow - 1 > before and lines[arrow - 1].strip().isdecimal()
        yield arrow - 1 if numbered else arrow


def _cue(lines: list[str]) -> Cue | None:
    """Read one block; None where it has no arrow or its times are impossible."""
    for number, line in enumerate(lines[:3]):
        if found := _ARROW.match(line):
            start, end = _seconds(found.groups()[:4]), _seconds(found.groups()[4:])
            if start is None or end is None or end <= start:
                return None
            return Cue(Span(start, end), plain_text("\n".join(lines[number + 1 :][:_MAX_LINES])))
    return None


def _seconds(parts: tuple[str | None, ...]) -> float | None:
    hours, minutes, seconds, fraction = parts
    if int(minutes or 0) > 59 or int(seconds or 0) > 59:
        return None
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + int((fraction or "0").ljust(3, "0")) / 1000
