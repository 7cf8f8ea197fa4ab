"""How people write days and times of day, in English and Chinese: the words of `assistant.wall_clock`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.timing_forms import HAN, HAN_NUMBER, WORD_NUMBER, read_number

DAY_SECONDS = 86400.0
_YEARS_BACK = 10
"""How far back "on 1 March" may lie, when no year is named."""

_PART_HOURS = {
    "morning": (6, 12), "noon": (11, 14), "afternoon": (12, 18), "evening": (17, 24), "night": (18, 30),
    "凌晨": (0, 6), "清晨": (5, 8), "早上": (6, 12), "早晨": (6, 12), "早": (6, 12), "上午": (6, 12),
    "中午": (11, 14), "下午": (12, 18), "傍晚": (17, 20), "晚上": (18, 30), "晚": (18, 30), "夜里": (18, 30),
    "夜间": (18, 30), "夜": (18, 30), "半夜": (22, 30), "深夜": (22, 30),
}  # fmt: skip
"""Hours that a part of the day means; past 24 is the next day."""
_FIRST_HALF = ("morning", "凌晨", "清晨", "早上", "早晨", "早", "上午")
_WEEKDAYS = {
    name: number
    for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())  # noqa: SIM905
} | {name: min(number, 6) for number, name in enumerate("一二三四五六日天")}
_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)  # noqa: SIM905
}

_HAN_PART = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|夜间|半夜|深夜"
_MERIDIEM = r"(?:[ap]\.m\.|[ap]\.?m\b)"
_EDGE = r"(?![0-9:]|\.[0-9]|[a-z])"
_BEGIN = r"(?<![a-z0-9_:./-])"
CLOCK_TIME = rf"(?<![a-z0-9_:./])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?: ?{_MERIDIEM}|{_EDGE})"
_SPOKEN = rf"{_BEGIN}(?:\d{{1,2}}|{WORD_NUMBER})"
NAMED_TIME = (
    rf"(?:{CLOCK_TIME}|{_BEGIN}(?:[01]?\d|2[0-3])h[0-5]\d{_EDGE}|{_SPOKEN} ?(?:o'clock|{_MERIDIEM})"
    rf"|(?:half|(?:a )?quarter) (?:past|to) {_SPOKEN}(?![a-z])(?: ?{_MERIDIEM})?"
    r"|\b(?:noon|midday|midnight)\b)(?: in the (?:morning|afternoon|evening)| at night)?"
)
_AFTER_WEEKDAY = r"(?<=[周期拜][一二三四五六日天])[\d一二两三四五六七八九十]{1,3}"
_A_LITTLE = r"一[点點](?![钟整半\d十])"
_HAN_HOUR = rf"(?:{HAN_NUMBER}|{_AFTER_WEEKDAY}) ?[点點](?!击|儿|钟?方向)"
_HAN_MINUTE = rf"(?:钟|整|半|[一三]刻|{HAN_NUMBER} ?分?(?:{HAN_NUMBER} ?秒)?)"
HAN_TIME = (
    rf"(?:(?:{_HAN_PART}) ?|(?!{_A_LITTLE}))(?:{_HAN_HOUR}{_HAN_MINUTE}?)"
    rf"|(?:{_HAN_PART}) ?{CLOCK_TIME}|(?<![{HAN}])(?:正午|午夜)"
)
BARE_HOUR = (
    rf"(?:{_SPOKEN})(?=\s*(?:$|[?.!,;)]|(?:and|to|until|till|in|on|at|yesterday|today|did|was|were|is|what|who"
    r"|in the morning)\b|[-–]))"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_PART = r"(?: (?:morning|afternoon|evening|night)\b)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:(?:19|20)\d\d)"
DAY = (
    rf"(?:\bthe day before yesterday{_PART}|\b(?:yesterday|today|tomorrow){_PART}|\btonight\b|\blast night\b"
    r"|\bthis (?:morning|afternoon|evening)\b|\bovernight\b"
    rf"|{_BEGIN}(?:{WORD_NUMBER}|\d{{1,3}}|\ba) (?:days?|weeks?) ago{_PART}"
    rf"|\b(?:on )?(?:last |this |the past )?{_WEEKDAY}\b{_PART}"
    rf"|\b(?:on )?(?:the )?(?<![\d.:])\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? {_YEAR})?{_PART}"
    rf"|\b(?:on )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?!:)(?:,? {_YEAR}(?!:))?{_PART}"
    rf"|(?:\bon )?(?<![\w/-]){_YEAR}[-/]\d{{1,2}}[-/]\d{{1,2}}(?![\w/-]){_PART}"
    rf"|\bon \d{{1,2}}/\d{{1,2}}(?:/{_YEAR})?(?![\w/-]){_PART})"
)
_HAN_DAY_PART = rf"(?: ?(?:的)?(?:{_HAN_PART}))?"
HAN_DAY = (
    rf"(?:(?:大前天|前天|昨天|昨日|今天|今日){_HAN_DAY_PART}|(?:昨|今|前)(?:晚|夜|早)上?"
    rf"|(?:上个?|这个?|本)?(?:周|星期|礼拜)[一二三四五六日天]{_HAN_DAY_PART}"
    rf"|(?:{_YEAR} ?年)? ?{HAN_NUMBER} ?月 ?{HAN_NUMBER} ?[日号]{_HAN_DAY_PART}"
    rf"|{HAN_NUMBER} ?天前{_HAN_DAY_PART})"
)


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day as a person wrote it."""

    seconds: tuple[float, ...]
    """From midnight; two where it may be in the morning or in the afternoon, the likelier first."""
    width_seconds: float
    """How long it is: a second, or a minute where no second is named."""
    plain: bool
    """Whether it is written as ``14:32``, which may also be minutes and seconds into a video."""


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day as a person named it."""

    days: tuple[date, ...]
    """The day; several where more than one may be meant, the likelier first."""
    part: str = ""
    """Morning, evening …; "" for the whole day."""

    @property
    def hours(self) -> tuple[float, float]:
        """First and last second of the part, from midnight; the last one may lie in the next day."""
        first, last = _PART_HOURS.get(self.part, (0, 24))
        return first * 3600.0, last * 3600.0


def read_time(text: str, part: str = "") -> TimeOfDay | None:
    """Return the time of day that a text means; None when there is no such time.

    Args:
        text: As matched by the patterns of this module; "9" alone is an hour.
        part: A part of the day that was named beside it, which tells 9 in the morning from 9 in the evening.
    """
    text = text.strip().lower()
    if found := re.search(_HAN_PART, text):
        part = found[0]
    elif found := re.search(r"in the (morning|afternoon|evening)|at (night)", text):
        part = found[1] or found[2]
        text = text[: found.start()].strip()
    if re.fullmatch(r"noon|midday|正午", text):
        return TimeOfDay((12 * 3600.0,), 60.0, plain=False)
    if re.fullmatch(r"midnight|午夜", text):
        return TimeOfDay((0.0, DAY_SECONDS), 60.0, plain=False)
    read = _han_parts(text) if re.search("[点點]", text) else _parts(text)
    if read is None:
        return None
    hour, minute, second = read
    if hour > 23 or minute > 59 or (second or 0) > 59:
        return None
    half = re.search(r"([ap])\.?m", text)
    if half and not 1 <= hour <= 12:
        return None
    hours = _hours(hour, half[1] if half else "", part, leading_zero=text.startswith("0"))
    is_plain = not half and not part and re.fullmatch(r"\d{1,2}:\d\d(?::\d\d)?", text) is not None
    seconds = tuple(each * 3600.0 + minute * 60 + (second or 0) for each in hours)
    return TimeOfDay(seconds, 60.0 if second is None else 1.0, is_plain)


def _hours(hour: int, half: str, part: str, *, leading_zero: bool) -> tuple[int, ...]:
    if half:
        return (hour % 12 + (12 if half == "p" else 0),)
    if part in _FIRST_HALF or hour == 0 or hour > 12 or leading_zero:
        return (hour % 12 if part in _FIRST_HALF and hour == 12 else hour,)
    if part:
        return (hour,) if part in ("noon", "中午") and hour > 10 else (_late(hour, part),)
    return (hour, hour + 12) if hour < 12 else (12,)


def _late(hour: int, part: str) -> int:
    """Return the hour for a part past noon; the small hours of a night belong to the next morning."""
    if _PART_HOURS[part][1] > 24 and (hour == 12 or hour < 5):
        return hour % 12 + 24 if part != "晚上" else hour % 12 + (24 if hour == 12 else 12)
    return hour % 12 + 12


def _parts(text: str) -> tuple[int, int, int | None] | None:
    """Return hour, minute and second of an English form."""
    if found := re.search(r"(\d{1,2})[:h](\d\d)(?::(\d\d))?", text):
        return int(found[1]), int(found[2]), int(found[3]) if found[3] else None
    if found := re.match(r"(half|(?:a )?quarter) (past|to) ([a-z0-9-]+)", text):
        minutes = (30 if found[1] == "half" else 15) * (1 if found[2] == "past" else -1)
        total = int(read_number(found[3])) * 60 + minutes
        return total // 60, total % 60, None
    if found := re.match(rf"(\d{{1,2}}|{WORD_NUMBER})", text):
        return int(read_number(found[1])), 0, None
    return None


def _han_parts(text: str) -> tuple[int, int, int | None] | None:
    """Return hour, minute and second of 下午2点32分05秒, 两点半, 三点一刻."""
    found = re.search(
        rf"(?P<h>{HAN_NUMBER}|{_AFTER_WEEKDAY}) ?[点點](?:(?P<half>半)|(?P<quarters>[一三])刻"
        rf"|(?P<m>{HAN_NUMBER}) ?分?(?:(?P<s>{HAN_NUMBER}) ?秒)?)?",
        text,
    )
    if found is None:
        return None
    minute = 30 if found["half"] else {"一": 15, "三": 45}.get(found["quarters"] or "", 0)
    if found["m"]:
        minute = int(read_number(found["m"]))
    return int(read_number(found["h"])), minute, int(read_number(found["s"])) if found["s"] else None


def read_day(text: str, today: date) -> NamedDay | None:
    """Return the day that a text names; None when the calendar has no such day.

    Args:
        text: As matched by `DAY` or `HAN_DAY`.
        today: The day of the question.
    """
    text = text.strip().lower()
    if re.match(r"(?:last |over)night", text):
        return NamedDay((today - timedelta(days=1),), "night")
    if text == "tonight":
        return NamedDay((today,), "night")
    part_found = re.search(rf"(morning|afternoon|evening|night)$|({_HAN_PART}|[早晚夜])上?$", text)
    part = (part_found[1] or part_found[2]) if part_found else ""
    days = _days(text, today)
    return NamedDay(days, part) if days else None


def _days(text: str, today: date) -> tuple[date, ...]:
    back = {"大前": 3, "前": 2, "昨": 1, "今": 0}
    if found := re.match("大前|前|昨|今", text):
        return (today - timedelta(days=back[found[0]]),)
    english = {"the day before yesterday": 2, "yesterday": 1, "today": 0, "this ": 0, "tomorrow": -1}
    for words, days in english.items():
        if text.startswith(words) and not re.search(_WEEKDAY, text):
            return (today - timedelta(days=days),)
    if found := re.match(rf"({WORD_NUMBER}|\d+|a|{HAN_NUMBER}) ?(day|week|天)", text):
        number = 1 if found[1] == "a" else int(read_number(found[1]))
        return (today - timedelta(days=number * (7 if found[2] == "week" else 1)),)
    if found := re.search(rf"(last |上个?)?(?:({_WEEKDAY})|(?:周|星期|礼拜)([一二三四五六日天]))", text):
        return _weekday(_WEEKDAYS[found[2] or found[3]], today, last=bool(found[1]), han=bool(found[3]))
    return _calendar(text, today)


def _weekday(number: int, today: date, *, last: bool, han: bool) -> tuple[date, ...]:
    """Return the latest such day; "last Monday" may also be the one of the week before."""
    latest = today - timedelta(days=(today.weekday() - number) % 7)
    if last and latest == today:
        latest -= timedelta(days=7)
    if last and han:  # 上周一 is in the week before this one, whatever today is
        monday = today - timedelta(days=today.weekday() + 7)
        return (monday + timedelta(days=number),)
    return latest, latest - timedelta(days=7)


def _calendar(text: str, today: date) -> tuple[date, ...]:
    """Return the date of "1 March", "March 1st, 2026", "2026-03-01", "01/03", 3月1日; day first."""
    if found := re.search(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", text):
        orders = [(found[1], found[2], found[3])]
    elif found := re.search(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?", text):
        orders = [(found[3], found[2], found[1]), (found[3], found[1], found[2])]
    elif found := re.search(rf"(?:(\d{{4}}) ?年)? ?({HAN_NUMBER}) ?月 ?({HAN_NUMBER}) ?[日号]", text):
        orders = [(found[1], read_number(found[2]), read_number(found[3]))]
    else:
        month = re.search(_MONTH, text)
        day = re.search(r"(?<!\d)(\d{1,2})(?!\d)", text)
        year = re.search(_YEAR, text)
        if month is None or day is None:
            return ()
        orders = [(year[0] if year else None, _MONTHS[month[0][:3]], day[1])]
    found_days: list[date] = []
    for year_text, month_text, day_text in orders:
        years = [int(year_text)] if year_text else range(today.year, today.year - _YEARS_BACK, -1)
        for number in years:
            try:
                each = date(number, int(month_text), int(day_text))
            except ValueError:
                continue
            if year_text or each <= today:
                found_days.append(each)
    return tuple(dict.fromkeys(found_days))
