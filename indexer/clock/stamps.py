"""Dates and times of day in text that was read from a picture: many makers' forms, and slips of the reader.

A *stamp* is what one frame shows. Its date may be ambiguous (01/03/2026) or missing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

OLDEST_YEAR = 1990

_TIME = re.compile(
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-4]) ?[:;] ?(?P<minute>[0-5]\d)(?: ?[:;.] ?(?P<second>[0-5]\d))?"
    r"(?P<fraction>[.,]\d{1,3})?(?! ?[:;] ?\d)(?!\d)(?: ?(?P<half>[AP])\.? ?M\b)?"
    r"|(?P<hour_han>\d{1,2})[时時点](?P<minute_han>[0-5]?\d)分(?:(?P<second_han>[0-5]?\d)秒)?",
    re.IGNORECASE,
)
_HAN_HALF = re.compile(r"上午|下午|晚上|凌晨|早上")
_YEAR_FIRST = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d) ?[-/.年_] ?(?P<m>\d\d?) ?[-/.月_] ?(?P<d>[0-3]?\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(?P<a>[0-3]?\d) ?[-/.] ?(?P<b>[0-3]?\d) ?[-/.] ?(?P<y>(?:19|20)\d\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)(?P<a>\d\d)[-/.](?P<b>\d\d)[-/.](?P<c>\d\d)(?=\D|[0-2]\d:|$)")
_COMPACT = re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)")
_MONTH_NAMES = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), start=1)}
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[A-Z]*"
_DAY_MONTH = re.compile(rf"(?<!\d)(?P<d>\d\d?)[- .,/]*{_MONTH}[- .,/]*(?P<y>(?:19|20)\d\d)", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b{_MONTH}[- .,/]*(?P<d>\d\d?)(?:ST|ND|RD|TH)?[- .,/]+(?P<y>(?:19|20)\d\d)", re.I)
_LETTERS_FOR_DIGITS = str.maketrans("OoQIl|", "000111")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a clock in a picture shows."""

    seconds: float
    """Time of day, in seconds from midnight."""
    resolution_seconds: float = 1.0
    """The smallest step that it shows: a minute, a second, or a fraction of one."""
    dates: tuple[date, ...] = ()
    """The date, or both readings of an ambiguous one, day first; empty when none is shown."""


def read_stamp(text: str) -> Stamp | None:
    """Return the date and time of day that a text shows; None when it shows no time of day."""
    text = _tidied(text)
    dates, rest = _dates(text)
    time = _TIME.search(rest)
    if time is None:
        return None
    hour = int(time["hour"] or time["hour_han"])
    second = time["second"] or time["second_han"]
    half = (time["half"] or "").upper() or _han_half(rest)
    if half and hour > 12 and time["half"]:
        return None
    if half:
        hour = hour % 12 + (12 if half == "P" else 0) if hour <= 12 else hour
    fraction = (time["fraction"] or "").replace(",", ".")
    seconds = hour * 3600 + int(time["minute"] or time["minute_han"]) * 60 + int(second or 0)
    if seconds >= 86400 or (second is None and not dates):
        return None  # "16:9" and scores are no clock; hours and minutes alone count beside a date only
    resolution = 60.0 if second is None else 10.0 ** -(len(fraction) - 1) if fraction else 1.0
    return Stamp(seconds + (float(fraction) if fraction else 0.0), resolution, dates)


def shows_date(text: str) -> bool:
    """Tell whether a text holds a date."""
    return bool(_dates(_tidied(text))[0])


def _tidied(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    # A letter among digits is a digit that was misread: "2O26-O3-01".
    text = re.sub(r"(?<=[\d:/-])[OoQIl|]+(?=[\d:/-]|$)", lambda m: m[0].translate(_LETTERS_FOR_DIGITS), text)
    # The reader drops spaces: "2026-03-0114:32:05".
    text = re.sub(r"((?:19|20)\d\d[-/.]\d\d[-/.]\d\d)(?=\d\d[:;])", r"\1 ", text)
    return re.sub(r"(\d\d[-/.]\d\d[-/.](?:19|20)\d\d)(?=\d\d?[:;])", r"\1 ", text)


def _han_half(text: str) -> str:
    found = _HAN_HALF.search(text)
    return "" if found is None else "P" if found[0] in ("下午", "晚上") else "A"


def _dates(text: str) -> tuple[tuple[date, ...], str]:
    """Return the readings of the first date, and the text without it."""
    for pattern in (_YEAR_FIRST, _DAY_MONTH, _MONTH_DAY, _YEAR_LAST, _COMPACT, _SHORT_YEAR):
        for found in pattern.finditer(text):
            if readings := _readings(found.groupdict()):
                return readings, f"{text[: found.start()]} {text[found.end() :]}"
    return (), text


def _readings(parts: dict[str, str]) -> tuple[date, ...]:
    if "name" in parts:
        orders = [(parts["y"], str(_MONTHS[parts["name"].upper()]), parts["d"])]
    elif "c" in parts:  # 26-03-01 on recorders, 01-03-26 elsewhere
        a, b, c = parts["a"], parts["b"], parts["c"]
        orders = [(f"20{a}", b, c), (f"20{c}", b, a), (f"20{c}", a, b)]
    elif "a" in parts:
        orders = [(parts["y"], parts["b"], parts["a"]), (parts["y"], parts["a"], parts["b"])]
    else:
        orders = [(parts["y"], parts["m"], parts["d"])]
    valid = (valid_date(*map(int, order)) for order in orders)
    return tuple(dict.fromkeys(day for day in valid if day is not None))


def valid_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None when the calendar has no such day or no camera was there yet."""
    try:
        return date(year, month, day) if year >= OLDEST_YEAR else None
    except ValueError:
        return None
