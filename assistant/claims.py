"""An answer's text taken apart into its statements, each with the footage that it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Citation, Source
from assistant.matching import SAYS_LITTLE
from indexer.text import query_tokens

OF_THE_INDEX = "The index says:"
"""How a sentence begins that tells what the index knows beside what a look saw."""
_MARK = re.compile("\x00(\\d+)\x00")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_END = re.compile(r"(?<=[.!?。！？])(?P<cited>(?:\s*\x00\d+\x00)*[.。]?)(?:\s+|$)|(?<=[。！？])|\n+")
_OF_THE_SEARCH = re.compile(
    r"\b(?:inspected|indexed|index|looked|searched|found|evidence|footage|frames?|tools?|citations?|sources?"
    r"|model|measure[ds]?|measurements?|witness|known?|unknown|unclear|cannot|could not|can't|couldn't"
    r"|not (?:visible|shown|clear|possible|certain)|does not show|do not show|no (?:sign|indication|record)"
    r"|said|says?|told|ask|question|limits?|stopped|conclu\w+|suggests?|likely|probably|possibly|perhaps|may"
    r"|might|I|you|please)\b"
    r"|检查|索引|查看|证据|画面|无法|不能|不清楚|没有显示|未发现|可能|也许|推测|请",
    re.IGNORECASE,
)
"""Words of sentences about the search, what is not known, and conclusions: they state nothing seen."""
_LEAST_WORDS = 3
_LEAST_TELLING = 2
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer."""

    text: str
    """Without bullets and citations."""
    end: int
    """Where it ends in the answer's text, before its final white space."""
    citations: tuple[Citation, ...]

    @property
    def claims(self) -> bool:
        """Whether it states something seen: it cites footage, or reads as if it should."""
        if self.citations:
            return True
        text = self.text.strip("*# ")
        title = self.text.startswith("#") or (len(text.split()) < _LEAST_WORDS and not _HAN.search(text))
        if not text or title or text[-1] in "?？:：" or _OF_THE_SEARCH.search(text):
            return False
        return len(self.telling) >= _LEAST_TELLING

    @property
    def telling(self) -> set[str]:
        """Its words without those that link nothing, as search tokens."""
        return set(query_tokens(self.text)) - SAYS_LITTLE


def find_statements(text: str, citations: Sequence[Citation]) -> list[Statement]:
    """Take an answer's text apart; a citation behind a full stop belongs to the sentence before it.

    Args:
        text: The checked text; citations stand in it in round brackets.
        citations: Those that stand in it.
    """
    marked = text
    for number, citation in sorted(enumerate(citations), key=lambda pair: -len(str(pair[1]))):
        marked = marked.replace(f"({citation})", f"\x00{number}\x00")
    found, start = [], 0
    for end in [*(match.end() for match in _END.finditer(marked)), len(marked)]:
        piece = marked[start:end]
        if piece.strip():
            place = len(_unmarked(marked[:end].rstrip(), citations))
            found.append(_statement(piece, place, citations))
        start = end
    return found


def _statement(piece: str, end: int, citations: Sequence[Citation]) -> Statement:
    cited = tuple(dict.fromkeys(citations[int(number)] for number in _MARK.findall(piece)))
    bare = _BULLET.sub("", _MARK.sub("", piece))
    text = re.sub(r"\s+(?=[.,。，])", "", " ".join(bare.split()))
    if text.startswith(OF_THE_INDEX):
        cited = tuple(_by_the_index(each, citations) for each in cited)
    return Statement(text, end, cited)


def _by_the_index(citation: Citation, citations: Sequence[Citation]) -> Citation:
    """Return the index's citation of a stretch that a look is cited for too: they read alike."""
    same = (each for each in citations if each.source is Source.INDEX and str(each) == str(citation))
    return next(same, citation)


def _unmarked(text: str, citations: Sequence[Citation]) -> str:
    return _MARK.sub(lambda match: f"({citations[int(match[1])]})", text)


def with_marks(text: str, marks: Sequence[tuple[int, str]]) -> str:
    """Return the text with each mark put in brackets behind the sentence that ends there."""
    for end, mark in sorted(marks, reverse=True):
        text = f"{text[:end]} [{mark}]{text[end:]}"
    return text
