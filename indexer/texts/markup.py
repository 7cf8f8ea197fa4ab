"""Subtitle text without its markup: HTML-like tags, ASS override codes, entities, directions."""

from __future__ import annotations

import html
import re

from indexer.texts.model import MAX_TEXT

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<\d{1,2}:\d{2}[\d:.]{0,12}>")
"""``<i>``, ``<font color=…>``, WebVTT's ``<v Anna>`` and its karaoke times; "a < b" stays."""
_OVERRIDE = re.compile(r"\{\\[^{}]{0,500}\}")
"""ASS codes in braces begin with a backslash; other braces are text."""
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?:\{[^{}]*\\p0[^{}]*\}|$)", re.DOTALL)
"""Between these codes stand the coordinates of a picture."""
_BREAK = re.compile(r"\\[Nnh]")
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ASS_FIELDS = 8
"""Fields before the text of an ASS event as packets carry it, divided by commas."""


def plain_text(text: str) -> str:
    """Return the words of a subtitle on one line."""
    bare = _OVERRIDE.sub("", _DRAWING.sub("", text))
    bare = html.unescape(_TAG.sub("", _BREAK.sub(" ", bare)))
    return " ".join(_INVISIBLE.sub(" ", bare).split())[:MAX_TEXT]


def ass_text(event: str) -> str:
    """Return the words of an ASS event: the field after the eighth comma, without codes.

    Tags stand there as what they mean already, so ``<`` is text, but for files that mix both.
    """
    fields = event.split(",", _ASS_FIELDS)
    return plain_text(fields[-1]) if len(fields) > _ASS_FIELDS else ""
