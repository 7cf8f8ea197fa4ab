"""How people write points and lengths of time, in English and Chinese: the vocabulary of `assistant.timing`.

A *point* is where something lies on the clock: ``1:23``, ``second 5``, ``the fifth second``, ``第5秒``. A
*length* is an amount of time: ``10 seconds``, ``half a minute``, ``1分23秒``; behind "at" it is a point, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

UNIT_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "小": 3600.0, "分": 60.0, "秒": 1.0}


def _numbered(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: (first + place) * step for place, word in enumerate(words.split())}


_SMALL = _numbered(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    first=1,
)
_TENS = _numbered("twenty thirty forty fifty sixty seventy eighty ninety", first=2, step=10)
_CARDINALS = _SMALL | _TENS
_ORDINALS = _numbered(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    first=1,
)
_CHINESE_DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"〇": 0, "两": 2}


def _any_of(words: Iterable[str]) -> str:
    """Alternatives, longest first, so that "sixty" is never read as "six"."""
    return "|".join(sorted(words, key=len, reverse=True))


# Where a number or word ends or begins. Chinese stands next to digits without a space, so \b does not do.
_END = r"(?![a-z0-9_:]|\.[a-z0-9])"
_BEGIN = r"(?<![a-z0-9_:.])"

_DIGIT_WORD = r"(?:one|two|three|four|five|six|seven|eight|nine)(?![a-z])"
WORD_NUMBER = rf"(?:(?:{_any_of(_TENS)})[- ]{_DIGIT_WORD}|(?:{_any_of(_CARDINALS)})(?![a-z]|-{_DIGIT_WORD}))"
_DIGITS = r"\d{1,9}(?:\.\d{1,9})?"  # bounded, so that no number is too large to count with
NUMBER = rf"{_BEGIN}(?:{_DIGITS}|{WORD_NUMBER})"
CLOCK = rf"{_BEGIN}(?:\d{{1,4}}:)?\d{{1,3}}:[0-5]\d(?:\.\d{{1,9}})?{_END}(?!\s*(?:[ap]\.?m\b|o'clock))"

_UNIT = r"(?:hours?|hrs?|minutes?|mins?|seconds?|secs?|s)(?![a-z])"
_COMPACT = rf"{_BEGIN}(?:\d{{1,4}}h ?\d{{1,4}}m(?: ?\d{{1,4}}s)?|\d{{1,4}}m ?{_DIGITS}s){_END}"
LENGTH = (
    rf"(?:{_COMPACT}"
    rf"|half[ -](?:an? )?{_UNIT}"
    rf"|(?:\ban?|{NUMBER}) (?:hour|minute) and a half"
    rf"|{NUMBER} and a half {_UNIT}"
    rf"|{NUMBER} (?:minutes?|mins?) {NUMBER}{_END}(?= ?(?:$|[?!.,;:)–—-]| (?:to|until|till|and|in)\b))"
    rf"|(?:\ba minute|\ban hour|{NUMBER}[ -]?{_UNIT})(?:(?:,? and|,)? {NUMBER} ?{_UNIT}){{0,2}})"
)

_NAMED_UNIT = r"(?:second|sec|minute|min|hour)s?"
_NOT_A_NAME = r"(?<!\ba )(?<!\bone )(?<!\bevery )(?<!\beach )(?<!\bper )(?<!\bsplit )(?<!\d )(?<![a-z0-9-])"
_NOT_COUNTING = r"(?! ?(?:%|people|persons|more|times|hours?|minutes?|seconds?|secs?))"
NAMED = (  # "second 5", "minute two", but neither "the second one" nor "the second 3 people"
    rf"(?:{_NOT_A_NAME}(?<!\bthe ){_NAMED_UNIT} (?:number |#)?(?:{_DIGITS}{_END}|(?!one\b){WORD_NUMBER})"
    rf"|(?:(?<=\bat )|(?<=\bin )){_NAMED_UNIT} one\b"
    rf"|{_NOT_A_NAME}(?:minute|min) \d{{1,4}} (?:second|sec) \d{{1,4}}{_END}"
    rf"|(?<=\bthe )second \d{{1,9}}{_END}(?! (?!in |of |to |and |until |on |at )[a-z])){_NOT_COUNTING}"
)
ORDINAL_NUMBER = rf"(?:\bthe (?:{_any_of(_ORDINALS)})|(?:\bthe )?{_BEGIN}\d{{1,9}}(?:st|nd|rd|th))(?![a-z])"
ORDINAL = rf"{ORDINAL_NUMBER}[ -](?:second|minute|hour)(?![a-z-])"
MARK = rf"(?:\bthe )?{NUMBER}[ -](?:second|minute|sec|min)[ -](?:mark|point)\b"

HAN = r"\u4e00-\u9fff"
_HAN_NUMERAL = "零〇一二两三四五六七八九十百"
HAN_NUMBER = rf"(?<![0-9.:{_HAN_NUMERAL}])(?:{_DIGITS}|[{_HAN_NUMERAL}]{{1,9}})"
HAN_LENGTH = (
    rf"(?:{HAN_NUMBER} ?个?小时(?: ?{HAN_NUMBER} ?分钟?)?(?: ?{HAN_NUMBER} ?秒钟?)?"
    rf"|{HAN_NUMBER} ?个半小时|{HAN_NUMBER} ?分半钟?"
    rf"|{HAN_NUMBER} ?分钟?(?: ?{HAN_NUMBER} ?秒钟?)?"
    rf"|{HAN_NUMBER} ?秒钟?|半个?小时|半分钟)"
)
HAN_NAMED = rf"第 ?{HAN_LENGTH}"

POINT = rf"(?:{CLOCK}|{MARK}|{ORDINAL}|{NAMED}|{HAN_NAMED}|{LENGTH}|{HAN_LENGTH})"

_AMOUNT = re.compile(
    rf"(?P<number>{_DIGITS}|{WORD_NUMBER})?[ -]?(?P<half>half |half-|and a half )?(?:an? )?"
    r"(?P<unit>hour|hr|h|min|m|sec|s)(?:ute|ond)?s?(?![a-z])(?P<and_half> and a half)?",
    re.IGNORECASE,
)
_HAN_AMOUNT = re.compile(
    rf"(?P<number>{HAN_NUMBER})? ?个?(?P<half>半个?)?(?P<unit>小时|分|秒)钟?(?P<and_half>半)?"
)


class Anchor(StrEnum):
    """From where a bound is counted."""

    START = "start"
    """Forwards from the video's start."""
    END = "end"
    """Backwards from the video's end."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One side of a time expression."""

    seconds: float
    anchor: Anchor = Anchor.START

    def on_clock(self, duration_seconds: float) -> float:
        """Return where it lies in a video of that length; may be outside of it."""
        return self.seconds if self.anchor is Anchor.START else duration_seconds - self.seconds


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the clock as a person named it."""

    seconds: float
    """Where it begins."""
    width_seconds: float = 1.0
    """How long it is: one second, or a minute for "minute 2"."""
    named: bool = False
    """Whether it names a whole second, minute or hour, which as the end of a range still belongs to it."""


def plain(text: str) -> str:
    """Write full-width forms as ASCII, one character for one, so that positions stay as they are."""
    return "".join(
        chr(ord(character) - 0xFEE0)
        if "！" <= character <= "～"
        else " "
        if character.isspace()
        else character
        for character in text
    ).replace("’", "'")


def read_number(text: str) -> float:
    """Return the value of a number in digits, in English words or in Chinese numerals."""
    text = text.strip().lower()
    if text[0].isdecimal():
        return float(text)
    if text[0] in _CHINESE_DIGITS or text[0] in "十百":
        return float(_han_number(text))
    return float(sum(_CARDINALS[word] for word in re.split(r"[- ]", text)))


def read_clock(text: str) -> float:
    """Return the seconds of ``m:ss`` or ``h:mm:ss``, with or without decimals."""
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def read_length(text: str) -> float:
    """Return the seconds of a length of time; ``minute`` alone is one minute."""
    pattern = _HAN_AMOUNT if re.search(rf"[{HAN}]", text) else _AMOUNT
    total = 0.0
    for match in pattern.finditer(text):
        halves = 0.5 if match["half"] or match["and_half"] else 0.0
        no_number = 0.0 if match["half"] else 1.0
        number = read_number(match["number"]) if match["number"] else no_number
        # "1分半" and "a minute and a half": the half is of the unit before it, as it is in all other forms
        total += (number + halves) * UNIT_SECONDS[match["unit"][0].lower()]
    if trailing := re.search(rf"(?:minutes?|mins?) ({NUMBER})$", text, re.IGNORECASE):
        total += read_number(trailing[1])
    return total


def read_point(text: str) -> Point:
    """Return the point that a text matching ``POINT`` names."""
    text = text.strip().lower()
    if ":" in text:
        return Point(read_clock(text))
    if text.startswith("第"):
        return _read_han_named(text)
    if ordinal := re.fullmatch(r"(?:the )?(?:(\d+)(?:st|nd|rd|th)|([a-z]+))[ -](second|minute|hour)", text):
        digits, word, unit = ordinal.groups()
        if digits or word in _ORDINALS:
            number = int(digits) if digits else _ORDINALS[word]
            width = UNIT_SECONDS[unit[0]]
            return Point(max(0, number - 1) * width, width, named=True)
    if named := re.fullmatch(r"min(?:ute)? (\d+) sec(?:ond)? (\d+)", text):
        return Point(60.0 * int(named[1]) + int(named[2]), named=True)
    if named := re.fullmatch(r"(second|sec|minute|min|hour)s? (?:number |#)?(.+)", text):
        width = UNIT_SECONDS[named[1][0]]
        return Point(read_number(named[2]) * width, width, named=True)
    return Point(read_length(text))


def _read_han_named(text: str) -> Point:
    """第5秒 is second 5, [5, 6), as a player shows it; 第2分钟 is the second minute, [60, 120)."""
    seconds = read_length(text)
    if "秒" in text:
        return Point(seconds, named=True)
    width = 3600.0 if "小时" in text else 60.0
    return Point(max(0.0, seconds - width), width, named=True)


def _han_number(text: str) -> int:
    total, digit = 0, 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _CHINESE_DIGITS[character]
    return total + digit
