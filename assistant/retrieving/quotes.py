"""Words that were said or shown: phrases of a question word for word, else all of its telling words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.library.library import Library
from indexer.library.texts import TextHit
from indexer.text import query_tokens, tokens
from indexer.timeline import Span

_QUOTED = re.compile(
    r'"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|「([^」]+)」|『([^』]+)』|《([^》]+)》|‘([^’]+)’|(?<!\w)\'([^\']+)\'(?!\w)'
)
_MARK = re.compile(r"(?<![\w-])(?=[A-Z0-9 -]*[A-Z])(?=[A-Z0-9 -]*\d)[A-Z0-9]+(?:[ -][A-Z0-9]+){0,3}(?![\w-])")
"""A plate or a mark: capitals and digits, "DOCK 4", "ABC-123", "7TRK906"."""
_TYPED = re.compile(r"(?<![\w-])[a-z]+-?\d+[a-z0-9]*(?![\w-])", re.IGNORECASE)
"""The same as people type it: "dock4", "abc-123"."""
_ASKS = frozenset(
    tokens(
        "say said says saying tell told speak spoke spoken speech talk talked mention mentioned call called"
        " word words text sign plate number label subtitle subtitles caption readable visible read written"
        " write shown show appear appeared seen see screen hear heard voice first last every time times often"
        " there somebody someone anybody anyone they he she about with on from for by"
    )
)
"""What a question about words says besides the words."""


def phrases_of(question: str) -> list[str]:
    """Return what a question wants word for word: what stands in quotation marks, and plates and marks."""
    exact = _plainly_meant(question)
    rest = _MARK.sub(" ", _QUOTED.sub(" ", question))
    return list(dict.fromkeys([*exact, *(match[0] for match in _TYPED.finditer(rest))]))


def say_missing(question: str) -> str:
    """Say that what a question plainly wants word for word is nowhere; "" where it wants nothing so."""
    wanted = " or ".join(f'"{phrase}"' for phrase in _plainly_meant(question))
    return f"Nothing that was read in the picture, subtitled or transcribed says {wanted}." if wanted else ""


def _plainly_meant(question: str) -> list[str]:
    quoted = [next(filter(None, groups)) for groups in _QUOTED.findall(question)]
    return [*quoted, *(match[0] for match in _MARK.finditer(_QUOTED.sub(" ", question)))]


def find_quotes(
    library: Library, question: str, *, limit: int = 20, video_id: str | None = None, span: Span | None = None
) -> list[TextHit]:
    """Find subtitles, speech and on-screen text that a question asks for.

    Args:
        library: Where to search.
        question: The person's words.
        limit: How many to return at most.
        video_id: Search this video only.
        span: Search what overlaps this span only.

    Returns:
        Those with the phrases that the question names; where it names none, those that have all its telling
        words. By video, in the order of time.
    """
    return list(_found(library, question, limit, video_id, span))[:limit]


def _found(
    library: Library, question: str, limit: int, video_id: str | None, span: Span | None
) -> Iterator[TextHit]:
    phrases = phrases_of(question)
    for phrase in phrases:
        yield from library.search_texts(phrase, limit=limit, video_id=video_id, span=span)
    telling = [token for token in query_tokens(question) if token not in _ASKS]
    if not phrases and telling:
        yield from library.search_texts(
            " ".join(telling), limit=limit, video_id=video_id, span=span, anywhere=True
        )
