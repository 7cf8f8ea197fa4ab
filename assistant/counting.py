"""Questions that are answered by counting events: how often, the first and last time, which video, compare.

The question's words become what an event has to say (`indexer.library.occurrences.Wanted`); the database
counts. In an index of measurements "the lights went out" becomes what an observer writes of that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from assistant.observer_words import observer_groups
from indexer.text import query_tokens, tokens


class Count(StrEnum):
    """What is asked of the events that fit."""

    TIMES = "how often"
    EACH = "every time"
    FIRST = "the first time"
    LAST = "the last time"
    ENDS = "the first and the last time"
    WHICH = "which video"
    COMPARE = "a comparison"


@dataclass(frozen=True, slots=True)
class CountQuestion:
    """A question that is answered by counting."""

    kind: Count
    words: str
    """What an event has to say, as `indexer.library.occurrences.Wanted` reads it; "" for every event."""


_HAPPENING = r"(?:scene |light )?(?:cuts?|changes?|events?|movements?|arrivals?|departures?)\b"
"""Things that happen: how many there are is how often they do."""
_KINDS: tuple[tuple[Count, str], ...] = (
    (
        Count.COMPARE,
        r"\bcompar(?:e|ed|ison)\b|\bdifferences? between\b|\b(?:in|of) (?:which|what) of the (?:two|three)\b"
        r"|\b(?:which|what) (?:video|camera|clip|recording|one) (?:shows|has|had|saw|sees)"
        r" (?:more|less|fewer)\b"
        r"|\bmore often in\b|比较|对比|相比",
    ),
    (
        Count.WHICH,
        r"\b(?:in |on |of )?(?:which|what) (?:of the )?(?:videos?|cameras?|clips?|recordings?|files?)\b"
        r"|(?:在)?(?:哪个|哪一个|哪些|哪段)(?:视频|录像|摄像头|文件)",
    ),
    (
        Count.TIMES,
        rf"\bhow (?:often|many times|many (?={_HAPPENING}))\b|\b(?:the )?number of times\b"
        r"|\bcount (?:how|every|each|all|the|of)\b"
        r"|(?:一共|总共)?(?:多少|几)[次回]",
    ),
    (
        Count.FIRST,
        r"\bthe (?:very )?first time\b|\bfor the first time\b"
        r"|\bwhen (?:was|did|were|is|does|do)\b(?=.*\bfirst\b)"
        r"|\b(?:very )?first (?:time|event|movement|appearance|occurrence)\b|(?:第一次|首次|最早)",
    ),
    (
        Count.LAST,
        r"\bthe (?:very )?last time\b|\bfor the last time\b|\bmost recent(?:ly)?\b"
        r"|\bwhen (?:was|did|were|is|does|do)\b(?=.*\blast\b)"
        r"|\b(?:very )?last (?:time|event|movement|appearance|occurrence)\b|(?:最后一次|最近一次)",
    ),
    (
        Count.EACH,
        r"\blist (?:all|every|each|the)?\b|\b(?:every|each|all the) times?\b"
        r"|\bshow (?:me )?(?:all|every|each)\b"
        r"|\bevery occurrence\b|\ball occurrences\b|列出|每一?次|所有(?:的)?(?:时刻|次)?",
    ),
)
_PATTERNS = tuple((kind, re.compile(text, re.IGNORECASE)) for kind, text in _KINDS)
_BESIDES = frozenset(
    tokens(
        "when was did do first last time times moment happened happens happen event events often occurrence"
        " show shows shown list count video videos all every each total with and between other more most many"
        " much some someone somebody something anyone anybody anything we he she they so than then as by for"
        " from him her them again ever thing one picture clip second"
    )
)
"""Tokens that tell nothing of what is to be counted."""
_ASKING = frozenset(
    tokens(
        "the a an is are were be been has have had does what who where which how in on of to at it any there"
    )
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LIGHTS_OUT = re.compile(r"\blights?\b.*\b(?:out|off)\b", re.IGNORECASE)
_LIGHTS_OUT_WORDS = "light out|off|dark|darkens"
_AND_LAST = re.compile(r"\bfirst\b.*\blast\b|\blast\b.*\bfirst\b|最早.*最[晚后]", re.IGNORECASE)
_COUNTS_THINGS = re.compile(
    rf"\bhow many (?!times\b|{_HAPPENING})|多少[个人只辆位]|几[个人只辆位]", re.IGNORECASE
)


def read_count(question: str, *, measured: bool) -> CountQuestion | None:
    """Return what a question asks to be counted; None when it asks something else.

    Args:
        question: The person's words, without times and names of files.
        measured: Whether the index holds the words of a measuring observer.
    """
    if _COUNTS_THINGS.search(question):
        return None  # how many people there are is no number of events
    kinds = [kind for kind, pattern in _PATTERNS if pattern.search(question)]
    kind = next(iter(kinds), None)
    if kind is Count.FIRST and (Count.LAST in kinds or _AND_LAST.search(question)):
        kind = Count.ENDS
    if kind is None:
        return None
    rest = question
    for _, pattern in _PATTERNS:
        rest = pattern.sub(" ", rest)
    words = _observed(rest) if measured else _said(rest)
    return CountQuestion(kind, words) if words or kind is Count.COMPARE or _says_nothing(rest) else None


def _observed(words: str) -> str:
    return " ".join("|".join(f'"{phrase}"' for phrase in group) for group in observer_groups(words))


def _said(words: str) -> str:
    """Return the telling words of a question; each of them is needed, in whatever form of it."""
    if _HAN.search(words):
        return ""  # where one Chinese word ends and the next begins is not known
    if _LIGHTS_OUT.search(words):
        return _LIGHTS_OUT_WORDS
    telling = {token: word for word in re.findall(r"[\w'-]+", words) for token in query_tokens(word)}
    return " ".join(word for token, word in telling.items() if token not in _BESIDES | _ASKING)


def _says_nothing(words: str) -> bool:
    """Tell whether nothing is left but words of asking: "how many times did something happen?"."""
    return not any(token not in _BESIDES | _ASKING for token in query_tokens(words))
