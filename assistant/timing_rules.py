"""The rules that read time expressions: each is a pattern, and what its match means.

The patterns are put together from the vocabulary in `assistant.timing_forms`; what each form means is said in
`assistant.timing`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from assistant.timing_forms import (
    CLOCK,
    HAN,
    HAN_LENGTH,
    HAN_NAMED,
    HAN_NUMBER,
    LENGTH,
    MARK,
    NAMED,
    NUMBER,
    ORDINAL,
    ORDINAL_NUMBER,
    POINT,
    Anchor,
    Bound,
    Point,
    read_length,
    read_number,
    read_point,
)

AROUND_SECONDS = 2.5
"""How far "around 0:40" reaches to either side."""
EDGE_SECONDS = 5.0
"""How long "the start" and "the end" are."""

Bounds = tuple[Bound, Bound]

_START = Bound(0.0)
_END = Bound(0.0, Anchor.END)


def _point(match: re.Match[str]) -> Bounds:
    return _from_point(read_point(match["a"]))


def _from_point(point: Point) -> Bounds:
    return Bound(point.seconds), Bound(point.seconds + point.width_seconds)


def _offset(match: re.Match[str]) -> Bounds:
    """Read "2 seconds after 0:30"."""
    seconds = read_length(match["length"])
    away = -seconds if match["side"].lower() == "before" else seconds
    return _from_point(Point(max(0.0, read_point(match["a"]).seconds + away)))


def _range(match: re.Match[str]) -> Bounds | None:
    """Read two points; one of them may be a bare number, which takes the other's unit."""
    first, last = match["a"], match["b"]
    if _is_bare(first) and _is_bare(last):
        return None
    if ":" not in first + last and not match["intro"] and _tells_how_long(match):
        return None
    if first.startswith("第"):
        last = f"第{last.removeprefix('第')}"
    a, b = sorted(
        (read_point(_with_unit(first, last)), read_point(_with_unit(last, first))),
        key=lambda point: point.seconds,
    )
    end = b.seconds + (b.width_seconds if b.named or b.seconds == a.seconds else 0.0)
    return Bound(a.seconds), Bound(end)


def _is_bare(text: str) -> bool:
    """Whether a side of a range is a number without a unit: "10", "第5", "the 9th"."""
    bare = rf"第? ?(?:{NUMBER}|{HAN_NUMBER})|{ORDINAL_NUMBER}"
    return re.fullmatch(bare, text, re.IGNORECASE) is not None


def _with_unit(text: str, other: str) -> str:
    """Give a bare number the unit of the other end: "10 to 20 s", "seconds 5 to 7", "第5到9秒"."""
    if not _is_bare(text):
        return text
    if re.fullmatch(ORDINAL_NUMBER, text, re.IGNORECASE):
        unit = re.search(r"second|minute|hour", other, re.IGNORECASE)
        return f"{text} {unit[0] if unit else 'second'}"
    number = f"{read_number(text.strip().removeprefix('第')):g}"
    if match := re.search(r"小时|分|秒", other):
        return f"{'第' if text.startswith('第') else ''}{number}{match[0]}"
    if match := re.match(r"\s*(second|sec|minute|min|hour)s? ", other, re.IGNORECASE):
        return f"{match[1]} {number}"
    if match := re.search(r"(h|m|s)[a-z]*\s*$", other, re.IGNORECASE):
        return f"{number} {match[1]}"
    return f"{number} s"


def _list(match: re.Match[str]) -> Bounds:
    """Read "seconds 18, 19 and 20" as one stretch that holds them all."""
    points = [read_point(f"{match['unit']} {number}") for number in re.findall(r"\d+", match["numbers"])]
    first, last = min(point.seconds for point in points), max(point.seconds for point in points)
    return Bound(first), Bound(last + points[0].width_seconds)


def _stretch(match: re.Match[str]) -> Bounds:
    """Read "the 10 seconds after 0:30"."""
    seconds, point = read_length(match["length"]), read_point(match["a"]).seconds
    if match["side"].lower() == "before":
        return Bound(max(0.0, point - seconds)), Bound(point)
    return Bound(point), Bound(point + seconds)


def _before_end(match: re.Match[str]) -> Bounds:
    """Read "10 seconds before the end"."""
    seconds = read_length(match["length"])
    return Bound(seconds, Anchor.END), Bound(max(0.0, seconds - 1.0), Anchor.END)


def _before_last(match: re.Match[str]) -> Bounds:
    return _START, Bound(_edge_length(match), Anchor.END)


def _after(match: re.Match[str]) -> Bounds:
    point = read_point(match["a"])
    return _from_point(point) if match.groupdict().get("still") else (Bound(point.seconds), _END)


def _before(match: re.Match[str]) -> Bounds | None:
    seconds = read_point(match["a"]).seconds
    return (_START, Bound(seconds)) if seconds > 0 else None


def _around(match: re.Match[str]) -> Bounds | None:
    if _tells_how_long(match):
        return None
    point = read_point(match["a"])
    margin = max(AROUND_SECONDS, point.width_seconds / 2)
    return Bound(max(0.0, point.seconds - margin)), Bound(point.seconds + margin)


def _first(match: re.Match[str]) -> Bounds:
    return _START, Bound(_edge_length(match))


def _last(match: re.Match[str]) -> Bounds:
    return Bound(_edge_length(match), Anchor.END), _END


def _edge_length(match: re.Match[str]) -> float:
    """Return how long an edge is; "the start" and "the last few seconds" name no length."""
    length = match.groupdict().get("length")
    return read_length(length) if length else EDGE_SECONDS


def _bare_length(match: re.Match[str]) -> Bounds | None:
    return None if _tells_how_long(match) else _point(match)


_LENGTH_CONTEXT = re.compile(
    r"(?:\b(?:for|took|takes?|taking|lasts?|lasted|lasting|every|within|another|spent|waits?|waited|only)"
    r"(?: (?:about|around|roughly|only|some))? "
    r"|[等过了续每用花共隔待再前后]) ?$",
    re.IGNORECASE,
)


def _tells_how_long(match: re.Match[str]) -> bool:
    """Whether the words before say that a length is meant and no place: "it lasted 5 to 9 seconds"."""
    return _LENGTH_CONTEXT.search(match.string[max(0, match.start() - 30) : match.start()]) is not None


_FOOTAGE = r"(?:video|clip|footage|recording|film|movie|file|it\b|[^ ]+\.[a-z0-9]{2,4}\b)"
_NOT_INTO = r"(?! (?:a|the|which|total|length|every|each|order|between)\b)(?![a-z])"
_IN = rf"(?: in(?:to)? (?:the )?{_FOOTAGE}| in{_NOT_INTO})"
_EDGE_FOLLOWED_BY = (
    rf"(?= ?$| ?[?.!,;:)\"']| of (?:the |this |that )?{_FOOTAGE}"
    r"| (?:in|and|or|is|was|does|did|do|are|what|who|which|there|when|how|please)\b)"
)
_TO_THE_END = r"(?:(?: on(?:wards?)?| forwards?)\b|,? ?(?:to|until|till) the (?:very )?end\b)"
_APPROXIMATELY = r"(?:around|about|near|roughly|approximately|approx\.?|circa|close to|~)"
_ABOUT = r"(?:(?:about|around|roughly) )?"
_ONE_UNIT = r"(?:hour|minute|second)(?![a-z])"
_EDGE_LENGTH = rf"(?P<length>{LENGTH}|{_ONE_UNIT})(?! (?:later|after|before)\b)"
_STILL = r"(?P<still>(?:frames?|stills?|images?|pictures?|shots?|screenshots?) )"
_VIDEO_HAN = r"(?:视频|录像|画面|片子)"
_END_HAN = r"(?:最后|结尾|结束|末尾)"
_A = rf"(?P<a>{POINT})"
_NAMED_OR_CLOCK = rf"(?:{CLOCK}|{NAMED}|{ORDINAL}|{HAN_NAMED})"
_NAMED_A = rf"(?P<a>{_NAMED_OR_CLOCK})"
_SIDE = rf"(?:{POINT}|{ORDINAL_NUMBER}|第 ?{HAN_NUMBER}|{NUMBER}|{HAN_NUMBER})"
_TO = r"(?: ?(?:到|至|[-–—~]) ?| (?:to|until|till|through|thru) )(?:the )?"

_Reader = Callable[[re.Match[str]], Bounds | None]

_RULE_TEXTS: list[tuple[str, _Reader]] = [
    # two points
    (rf"(?:(?P<intro>\bfrom|\bbetween|从|在) ?)?(?:the )?(?P<a>{_SIDE}){_TO}(?P<b>{_SIDE})", _range),
    (rf"\b(?P<intro>between) (?:the )?(?P<a>{_SIDE}) and (?:the )?(?P<b>{_SIDE})", _range),
    (rf"(?P<intro>在)?(?P<a>{_SIDE}) ?[和与跟] ?(?P<b>{_SIDE}) ?(?:之间|中间)", _range),
    (
        r"(?P<unit>second|minute)s (?P<numbers>\d{1,9}(?:, ?\d{1,9})*,? and \d{1,9})(?![\d:.]\d| ?[a-z]+s\b)",
        _list,
    ),
    (rf"(?P<length>{LENGTH}) (?P<side>after|before|past) (?P<a>{_NAMED_OR_CLOCK})", _offset),
    (rf"\bthe (?:first |next |last )?(?P<length>{LENGTH}) (?P<side>after|before) {_NAMED_A}", _stretch),
    (rf"(?P<length>{LENGTH}) (?:before|from) the (?:very )?end{_EDGE_FOLLOWED_BY}", _before_end),
    # one point and an open end
    (rf"\b(?:after|since|starting (?:at|from)|past) {_ABOUT}{_A}(?! of\b)(?:{_TO_THE_END})?", _after),
    (rf"{_STILL}?\bfrom {_A}(?:{_TO_THE_END})?", _after),
    (rf"(?P<a>{_NAMED_OR_CLOCK}) ?(?:onwards?\b|(?:to|until|till|[-–—]) ?the (?:very )?end\b)", _after),
    (rf"从 ?{_A} ?(?:开始|起|往后|以后|之后)?(?:一直)?(?:到{_END_HAN})?", _after),
    (rf"{_A} ?(?:起|往后|(?:一直)?到{_END_HAN})", _after),
    (rf"{_A} ?(?:之后|以后|过后|后(?!面|来))", _after),
    (rf"\bafter the first (?P<a>{LENGTH})", _after),
    (rf"\b(?:before|until|till|up to|prior to) {_ABOUT}{_A}(?! of\b)", _before),
    (rf"\bfrom the (?:start|beginning) (?:to|until|till) {_A}", _before),
    (rf"从?(?:开头|开始|头)到 ?{_A}", _before),
    (rf"{_A} ?(?:之前|以前|前(?!后|面)|以内|之内|内)", _before),
    (rf"\bbefore the (?:last|final) (?P<length>{LENGTH}|{_ONE_UNIT})", _before_last),
    # about a point
    (rf"(?:\b(?:at|from) )?(?<![a-z]){_APPROXIMATELY} ?(?P<a>{_NAMED_OR_CLOCK}|{MARK})", _around),
    (rf"(?:\bat {_APPROXIMATELY}|\baround) (?P<a>{LENGTH})(?:{_IN})?", _around),
    (rf"\b{_APPROXIMATELY} (?P<a>{LENGTH}){_IN}", _around),
    (rf"(?:在)?(?:大约|大概|约|差不多)在? ?{_A} ?(?:左右|前后|附近)?", _around),
    (rf"{_A} ?(?:左右|前后|附近)", _around),
    # the edges
    (rf"\b(?:the )?(?:(?:very )?first|opening|initial) {_EDGE_LENGTH}", _first),
    (r"\bthe (?:very )?first (?:few|couple of) seconds", _first),
    (rf"(?<!until )(?<!till )\b(?:the )?(?:last|final|closing) {_EDGE_LENGTH}", _last),
    (r"\bthe (?:last|final) (?:few|couple of) seconds", _last),
    (rf"\bthe (?:very )?(?:start|beginning|opening){_EDGE_FOLLOWED_BY}", _first),
    (rf"(?<!to )(?<!until )(?<!till )\bthe (?:very )?end(?:ing)?{_EDGE_FOLLOWED_BY}", _last),
    (rf"(?:(?<![{HAN}])|(?<=[的在频看述]))[前头] ?(?P<length>{HAN_LENGTH})", _first),
    (rf"(?:(?<![{HAN}])|(?<=[的在频看述]))前几秒|(?:开头|最初)的?几秒", _first),
    (r"(?:最后|结尾)的?几秒", _last),
    (rf"(?:最初|开头|最开始|一开始)的? ?(?P<length>{HAN_LENGTH})?", _first),
    (rf"片头|刚开始|起初|{_VIDEO_HAN}开始(?:时|的时候)?", _first),
    (rf"(?:最后|末尾|倒数|结尾|最末)的? ?(?P<length>{HAN_LENGTH})", _last),
    (rf"(?<=[的频])后 ?(?P<length>{HAN_LENGTH})", _last),
    (rf"(?<!到)(?:结尾|片尾|末尾|快结束|{_VIDEO_HAN}结束)(?:时|的时候)?", _last),
    # one point
    (rf"(?:\bat |@ ?|\bt ?= ?)(?:the )?(?P<a>{MARK}|{LENGTH})", _point),
    (rf"(?P<a>{LENGTH}){_IN}", _bare_length),
    (rf"(?P<a>{CLOCK}|{MARK}|{NAMED}|{ORDINAL}|{HAN_NAMED})", _point),
    (rf"在 ?(?P<a>{HAN_LENGTH})", _point),
    (rf"(?P<a>(?!一 ?秒){HAN_LENGTH}(?<=秒))(?!钟)", _bare_length),
]


@cache
def rules() -> list[tuple[re.Pattern[str], _Reader]]:
    """Return the rules, compiled at first use: that takes a quarter of a second, which few commands need.

    Every rule is tried at every place; a reader returns None where its match is no time after all.
    """
    return [(re.compile(text, re.IGNORECASE), read) for text, read in _RULE_TEXTS]
