"""Text that is not ours, written so that Markdown shows it and does nothing else with it.

Captions, file names, text from the picture and the models' words may hold anything. Streamlit escapes HTML;
what is left are Markdown's own images and links and Streamlit's colour and icon directives.
"""

from __future__ import annotations

import re

_ALL_SPECIALS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=^\"'])")
_MARKS = re.compile(r"\[((?:not confirmed on a second look|no footage is cited for this)[^\[\]]{0,600})\]")
_ACTIVE_IN_ANSWERS = re.compile(r"([\[\]$<:~&\\])")


def plain(text: str) -> str:
    """Return Markdown that shows ``text`` character by character, on one line."""
    return _ALL_SPECIALS.sub(r"\\\1", " ".join(text.split()))


def plain_lines(text: str) -> str:
    """Return Markdown that shows ``text`` character by character, line breaks kept."""
    return "  \n".join(plain(line) for line in text.splitlines())


def answer_markdown(text: str) -> str:
    """Return an answer with its emphasis and lists kept, and nothing in it that loads, links or typesets.

    The marks of a second look, in brackets behind what did not stand, are set off in colour.
    """
    pieces = _MARKS.split(text)  # text, mark, text, mark, … text
    for place, piece in enumerate(pieces):
        marked = place % 2 == 1
        pieces[place] = f":orange-background[{plain(piece)}]" if marked else _harmless(piece)
    return "".join(pieces)


def _harmless(text: str) -> str:
    return _ACTIVE_IN_ANSWERS.sub(r"\\\1", text)
