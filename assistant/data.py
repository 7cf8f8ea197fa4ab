"""Footage words, delimited: captions, on-screen text and file names are evidence and never instructions."""

from __future__ import annotations

import re

_DELIMITER = re.compile(r"<(?=\s*/?\s*data\b)", re.IGNORECASE)


def as_data(text: str) -> str:
    """Put a text between ``<data>`` and ``</data>``; delimiters inside it are defused."""
    return f"<data>\n{_DELIMITER.sub('‹', text)}\n</data>"


def without_delimiters(text: str) -> str:
    """Take the delimiters out again, for people to read."""
    return text.replace("<data>\n", "").replace("\n</data>", "")


def without_error_name(text: str) -> str:
    """Take the error's class name off what a failed tool said; the model is told it, people are not."""
    return re.sub(r"^[A-Z]\w+: ", "", text)
