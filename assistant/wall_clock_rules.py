"""The rules that read wall-clock times: patterns put together from `assistant.wall_clock_forms`.

Groups: ``day``; ``a`` and ``b``, the ends of a stretch, or ``a`` alone with ``how``; ``ago`` and ``past``,
lengths of time before now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assistant.timing_forms import HAN, HAN_LENGTH, LENGTH
from assistant.wall_clock_forms import BARE_HOUR, CLOCK_TIME, DAY, HAN_DAY, HAN_TIME, NAMED_TIME

_HOW = (
    r"(?P<how>(?:at )?(?:around|about|near|roughly|approximately|circa)|after|since|from|starting (?:at|from)"
    r"|before|until|till|up to|by|prior to|at|@)(?: exactly)?"
)
_LATER = r"(?: on(?:wards?)?\b(?! (?:the )?[a-z0-9])| and later| or later)?"
_TO = r" ?(?:to|until|till|through|[-–—~]) ?"
_HAN_HOW = r"(?P<how>左右|前后|附近|(?:之|以|过)后|起|后|(?:之|以)前|前)"


def how_is_meant(word: str) -> str:
    """Return "around", "after", "before" or "at" for the word that stands beside a time."""
    word = word.lower()
    if re.search(r"around|about|near|roughly|approx|circa|左右|前后|附近", word):
        return "around"
    if re.search(r"after|since|from|起|后", word):
        return "after"
    return "before" if re.search(r"before|until|till|up to|by|prior|前", word) else "at"


def _english(hour: str) -> Iterator[str]:
    """Return what a time may look like; ``hour`` is what counts as one behind a word such as "at"."""
    yield rf"\bbetween (?P<a>{hour}|{BARE_HOUR}) and (?P<b>{hour})"
    yield rf"(?:\bfrom )?(?P<a>{hour}|(?<=from ){BARE_HOUR}){_TO}(?P<b>{hour})"
    yield rf"\b{_HOW} (?P<a>{hour}){_LATER}"
    yield rf"(?:@ ?)?(?P<a>{NAMED_TIME})"


def _chinese() -> Iterator[str]:
    time = rf"(?:{HAN_TIME}|{CLOCK_TIME})"
    yield rf"[从在]? ?(?P<a>{time}) ?(?:[到至~]|[-–—]) ?(?P<b>{time})(?: ?之间)?"
    yield rf"在?(?P<a>{time}) ?[和与跟] ?(?P<b>{time}) ?之间"
    yield rf"[从在]? ?(?P<a>{time})(?: ?{_HAN_HOW}(?!面))?"


def _texts() -> Iterator[str]:
    spoken = rf"(?:{NAMED_TIME}|{BARE_HOUR})"
    for expression in _english(spoken):
        yield rf"(?P<day>{DAY}),? {expression}"
        yield rf"{expression},? (?P<day>{DAY})"
    yield from _english(NAMED_TIME)
    for expression in _chinese():
        yield rf"(?P<day>{HAN_DAY}) ?的?,? ?{expression}"
        yield expression
    yield rf"(?P<day>{DAY}|{HAN_DAY})"
    yield rf"(?P<ago>{LENGTH}|\b(?:a minute|an hour|half an hour)) ago\b"
    yield rf"\bin the past (?P<past>{LENGTH}|hour|minute)\b"
    yield rf"(?<![{HAN}第])(?P<ago>{HAN_LENGTH}) ?(?:之前|以前|前)(?![{HAN}]?[后面])"
    yield rf"(?:过去|最近)的? ?(?P<past>{HAN_LENGTH})"


@cache
def rules() -> list[re.Pattern[str]]:
    """Return the rules, compiled at first use."""
    return [re.compile(text, re.IGNORECASE) for text in _texts()]
