"""Wall-clock times, in English and Chinese, become the stretches of days that people mean."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from assistant.wall_clock import WallReading, find_wall_times
from indexer.clock.start import RecordingStart, StartSource
from indexer.timeline import Span

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=timezone(timedelta(hours=1)))
"""A Wednesday, ten in the morning."""
MON, TUE, WED = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
SUN = date(2026, 3, 1)
ANY = None

# question, day, from, to: the likeliest reading
TIMES = [
    ("what happened at 14:32?", ANY, "14:32", "14:33"),
    ("at 14:32:05", ANY, "14:32:05", "14:32:06"),
    ("@14:32", ANY, "14:32", "14:33"),
    ("at 2:32 pm", ANY, "14:32", "14:33"),
    ("at 2:32pm, who came?", ANY, "14:32", "14:33"),
    ("2:32 p.m.", ANY, "14:32", "14:33"),
    ("at 2 pm", ANY, "14:00", "14:01"),
    ("at two pm", ANY, "14:00", "14:01"),
    ("at 12 am", ANY, "00:00", "00:01"),
    ("at 12 pm", ANY, "12:00", "12:01"),
    ("at 12:30 am", ANY, "00:30", "00:31"),
    ("at 14h30", ANY, "14:30", "14:31"),
    ("at 9 o'clock", ANY, "09:00", "09:01"),
    ("at nine o'clock in the evening", ANY, "21:00", "21:01"),
    ("at 3 o'clock in the afternoon", ANY, "15:00", "15:01"),
    ("at half past nine", ANY, "09:30", "09:31"),
    ("at quarter to 3 pm", ANY, "14:45", "14:46"),
    ("a quarter past 3 pm", ANY, "15:15", "15:16"),
    ("at noon", ANY, "12:00", "12:01"),
    ("at midnight", ANY, "00:00", "00:01"),
    ("between 14:00 and 15:00", ANY, "14:00", "15:00"),
    ("between 2 and 3 pm", ANY, "14:00", "15:00"),
    ("from 2 pm to 3 pm", ANY, "14:00", "15:00"),
    ("from 9 am to 5 pm", ANY, "09:00", "17:00"),
    ("from 14:00 until 14:10", ANY, "14:00", "14:10"),
    ("14:00-14:10", ANY, "14:00", "14:10"),
    ("14:00–14:10", ANY, "14:00", "14:10"),
    ("from 11 pm to 1 am", ANY, "23:00", "25:00"),
    ("from 23:30 to 00:30", ANY, "23:30", "24:30"),
    ("after 14:30", ANY, "14:30", "24:00"),
    ("since 2 pm", ANY, "14:00", "24:00"),
    ("from 2 pm on", ANY, "14:00", "24:00"),
    ("before 9 am", ANY, "00:00", "09:00"),
    ("until 14:30", ANY, "00:00", "14:30"),
    ("around 14:30", ANY, "14:27:30", "14:32:30"),
    ("at about 2:30 pm", ANY, "14:27:30", "14:32:30"),
    ("around 14:30:10", ANY, "14:30:07.5", "14:30:12.5"),
]
DAYS = [
    ("yesterday", TUE, "00:00", "24:00"),
    ("what happened today?", WED, "00:00", "24:00"),
    ("the day before yesterday", MON, "00:00", "24:00"),
    ("yesterday between 2 and 3 pm", TUE, "14:00", "15:00"),
    ("between 2 and 3 pm yesterday", TUE, "14:00", "15:00"),
    ("yesterday from 14:00 to 15:00", TUE, "14:00", "15:00"),
    ("yesterday at 9", TUE, "09:00", "09:01"),
    ("yesterday evening at 9", TUE, "21:00", "21:01"),
    ("yesterday at 14:32:05", TUE, "14:32:05", "14:32:06"),
    ("at 2:32 pm yesterday, who came in?", TUE, "14:32", "14:33"),
    ("yesterday after 6 pm", TUE, "18:00", "24:00"),
    ("before 9 am today", WED, "00:00", "09:00"),
    ("around noon yesterday", TUE, "11:57:30", "12:02:30"),
    ("last night", TUE, "18:00", "30:00"),
    ("overnight", TUE, "18:00", "30:00"),
    ("tonight", WED, "18:00", "30:00"),
    ("this morning", WED, "06:00", "12:00"),
    ("this afternoon", WED, "12:00", "18:00"),
    ("yesterday morning", TUE, "06:00", "12:00"),
    ("yesterday afternoon", TUE, "12:00", "18:00"),
    ("yesterday evening", TUE, "17:00", "24:00"),
    ("on Monday", MON, "00:00", "24:00"),
    ("on Monday at 9", MON, "09:00", "09:01"),
    ("at 9 on Monday", MON, "09:00", "09:01"),
    ("Monday morning", MON, "06:00", "12:00"),
    ("on Wednesday", WED, "00:00", "24:00"),
    ("last Monday", MON, "00:00", "24:00"),
    ("last Wednesday", date(2026, 2, 25), "00:00", "24:00"),
    ("two days ago at 3 pm", MON, "15:00", "15:01"),
    ("3 days ago", SUN, "00:00", "24:00"),
    ("a week ago", date(2026, 2, 25), "00:00", "24:00"),
    ("on 1 March at 14:30", SUN, "14:30", "14:31"),
    ("at 14:30 on the 1st of March", SUN, "14:30", "14:31"),
    ("on March 1st", SUN, "00:00", "24:00"),
    ("March 1, 2026 at 14:30:05", SUN, "14:30:05", "14:30:06"),
    ("on 5 March", date(2025, 3, 5), "00:00", "24:00"),
    ("on 2026-03-01", SUN, "00:00", "24:00"),
    ("on 2026-03-01 at 14:30", SUN, "14:30", "14:31"),
    ("on 2026-03-01 from 2 to 3 pm", SUN, "14:00", "15:00"),
    ("on 01/03/2026", SUN, "00:00", "24:00"),
    ("on 03/02", date(2026, 2, 3), "00:00", "24:00"),
]
AGO = [
    ("ten minutes ago", WED, "09:49:30", "09:50:30"),
    ("what happened 30 seconds ago?", WED, "09:59:28.5", "09:59:31.5"),
    ("half an hour ago", WED, "09:28:30", "09:31:30"),
    ("an hour ago", WED, "08:57", "09:03"),
    ("2 hours ago", WED, "07:54", "08:06"),
    ("in the past hour", WED, "09:00", "10:00"),
    ("in the past 20 minutes", WED, "09:40", "10:00"),
]
CHINESE = [
    ("下午2点32分发生了什么", ANY, "14:32", "14:33"),
    ("下午2点32分05秒", ANY, "14:32:05", "14:32:06"),
    ("下午两点半", ANY, "14:30", "14:31"),
    ("下午三点一刻", ANY, "15:15", "15:16"),
    ("下午2:32", ANY, "14:32", "14:33"),
    ("14点32分", ANY, "14:32", "14:33"),
    ("14点", ANY, "14:00", "14:01"),
    ("凌晨三点", ANY, "03:00", "03:01"),
    ("上午九点钟", ANY, "09:00", "09:01"),
    ("中午十二点", ANY, "12:00", "12:01"),
    ("晚上9点", ANY, "21:00", "21:01"),
    ("晚上12点", ANY, "24:00", "24:01"),
    ("14:32到14:40", ANY, "14:32", "14:40"),
    ("14:32和14:40之间", ANY, "14:32", "14:40"),
    ("下午2点到3点之间", ANY, "14:00", "15:00"),
    ("下午3点之后", ANY, "15:00", "24:00"),
    ("上午9点以前", ANY, "00:00", "09:00"),
    ("下午两点左右", ANY, "13:57:30", "14:02:30"),
    ("昨天", TUE, "00:00", "24:00"),
    ("昨天晚上", TUE, "18:00", "30:00"),
    ("昨晚谁来了", TUE, "18:00", "30:00"),
    ("前天", MON, "00:00", "24:00"),
    ("今天早上", WED, "06:00", "12:00"),
    ("今早", WED, "06:00", "12:00"),
    ("昨天下午2点到3点", TUE, "14:00", "15:00"),
    ("昨天下午两点左右", TUE, "13:57:30", "14:02:30"),
    ("昨天14:32", TUE, "14:32", "14:33"),
    ("周一", MON, "00:00", "24:00"),
    ("周一上午9点", MON, "09:00", "09:01"),
    ("星期一9点", MON, "09:00", "09:01"),
    ("上周一", date(2026, 2, 23), "00:00", "24:00"),
    ("3月1日14:30", SUN, "14:30", "14:31"),
    ("3月1号下午两点半", SUN, "14:30", "14:31"),
    ("2026年3月1日14点30分", SUN, "14:30", "14:31"),
    ("三月一日", SUN, "00:00", "24:00"),
    ("两天前", MON, "00:00", "24:00"),
    ("十分钟前", WED, "09:49:30", "09:50:30"),
    ("半小时前", WED, "09:28:30", "09:31:30"),
    ("过去一小时", WED, "09:00", "10:00"),
]


def seconds(clock: str) -> float:
    parts = [float(part) for part in clock.split(":")]
    return sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


@pytest.mark.parametrize(("question", "day", "begin", "end"), TIMES + DAYS + AGO + CHINESE)
def test_one_time_is_found_and_means_its_stretch(
    question: str, day: date | None, begin: str, end: str
) -> None:
    (found,) = find_wall_times(question, NOW)
    reading = found.readings[0]
    assert (reading.day, reading.begin_seconds, reading.end_seconds) == (day, seconds(begin), seconds(end))


@pytest.mark.parametrize(
    "question",
    [
        "",
        "when did the forklift leave?",
        "what happened at second 5?",
        "the last minute",
        "the first 10 seconds",
        "at 5 s",
        "a ratio of 16:9",
        "camera 5",
        "in 2024",
        "what happened in May?",
        "who may enter?",
        "10 people",
        "at 5 boxes",
        "at 25:10",
        "at 13 pm",
        'does the sign say "OPEN 9 am to 5 pm"?',
        "on 30 February",
        "第5秒发生了什么",
        "前5分钟",
        "3点钟方向有什么",
        "有几点不同",
        "一点点",
        "前面有几个人",
    ],
)
def test_what_only_looks_like_a_wall_clock_time_is_left_alone(question: str) -> None:
    assert find_wall_times(question, NOW) == []


@pytest.mark.parametrize(
    ("question", "certain"),
    [
        ("at 14:32", False),
        ("at 14:32:05", False),
        ("between 14:00 and 15:00", False),
        ("十分钟前", False),
        ("at 2:32 pm", True),
        ("yesterday at 14:32", True),
        ("ten minutes ago", True),
        ("下午2:32", True),
        ("between 2 and 3 pm", True),
    ],
)
def test_only_a_bare_clock_may_also_be_a_place_in_the_video(question: str, certain: bool) -> None:
    (found,) = find_wall_times(question, NOW)
    assert found.certain is certain


@pytest.mark.parametrize(
    ("question", "readings"),
    [
        ("at 2:32", ["02:32:00–02:33:00", "14:32:00–14:33:00"]),
        ("yesterday from 2 to 3", ["2026-03-03 02:00:00–03:00:00", "2026-03-03 14:00:00–15:00:00"]),
        ("last Monday", ["2026-03-02 00:00:00–24:00:00", "2026-02-23 00:00:00–24:00:00"]),
        ("on 01/02/2026", ["2026-02-01 00:00:00–24:00:00", "2026-01-02 00:00:00–24:00:00"]),
        ("at 02:32", ["02:32:00–02:33:00"]),
    ],
)
def test_what_may_mean_more_than_one_time_keeps_all_readings(question: str, readings: list[str]) -> None:
    (found,) = find_wall_times(question, NOW)
    assert [str(reading) for reading in found.readings] == readings


def start_at(*clock: int, hours: int = 1, rate: float = 1.0) -> RecordingStart:
    zone = timezone(timedelta(hours=hours))
    return RecordingStart(datetime(2026, 3, *clock, tzinfo=zone), StartSource.FILE_NAME, rate=rate)


def test_a_time_without_a_day_is_found_on_every_day_of_a_recording() -> None:
    reading = WallReading(None, seconds("14:00"), seconds("14:01"))
    assert reading.spans_in(start_at(1, 13, 0), 90000) == [Span(3600, 3660)]
    assert reading.spans_in(start_at(1, 13, 0), 90100) == [Span(3600, 3660), Span(90000, 90060)]
    assert reading.spans_in(start_at(1, 15, 0), 3600) == []


def test_a_night_reaches_into_the_next_day() -> None:
    last_night = WallReading(TUE, seconds("18:00"), seconds("30:00"))
    assert last_night.spans_in(start_at(4, 5, 0), 7200) == [Span(0, 3600)]
    assert str(last_night) == f"{TUE} 18:00:00–{TUE + timedelta(days=1)} 06:00:00"
    assert str(WallReading(TUE, 0.0, 86400.0)) == f"{TUE} 00:00:00–24:00:00"


def test_the_camera_own_clock_counts_and_its_drift() -> None:
    reading = WallReading(SUN, seconds("15:00"), seconds("15:01"))
    (span,) = reading.spans_in(start_at(1, 14, 0, hours=9, rate=1.001), 7200)
    assert span.start_seconds == pytest.approx(3600 / 1.001)


def test_an_instant_counted_from_now_is_the_same_in_every_zone() -> None:
    (found,) = find_wall_times("ten minutes ago", NOW)
    start = RecordingStart(datetime(2026, 3, 4, 8, 40, tzinfo=UTC), StartSource.CONTAINER)
    assert found.readings[0].spans_in(start, 3600) == [Span(570, 630)]


def test_the_text_and_its_place_are_those_of_the_question() -> None:
    question = "Who came in ４：３０ pm, and yesterday at 9?"
    found = find_wall_times(question, NOW)
    assert [each.text for each in found] == ["４：３０ pm", "yesterday at 9"]
    assert all(question[slice(*each.place)].strip() == each.text for each in found)


@pytest.mark.parametrize("filler", ["1", "yesterday ", "1:", "9 pm ", "昨天", "一", " ", "between 2 and "])
def test_a_long_question_is_read_in_reasonable_time(filler: str) -> None:
    find_wall_times("", NOW)  # compiles the rules
    began = time.process_time()
    find_wall_times(filler * (2000 // len(filler)), NOW)
    assert time.process_time() - began < 3.0
