"""Clocks as cameras draw them, and as the text reader hands them over, are read."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.clock.stamps import read_stamp, shows_date

MARCH, JANUARY = date(2026, 3, 1), date(2026, 1, 3)
AT = 14 * 3600 + 32 * 60 + 5


@pytest.mark.parametrize(
    ("text", "seconds", "dates"),
    [
        ("2026-03-01 14:32:05", AT, (MARCH,)),
        ("2026/03/01 14:32:05", AT, (MARCH,)),
        ("2026.03.01 14:32:05", AT, (MARCH,)),
        ("2026-03-0114:32:05", AT, (MARCH,)),  # the reader drops spaces
        ("2O26-O3-01 14:32:05", AT, (MARCH,)),  # and takes 0 for O
        ("2026-03-01 14；32：05", AT, (MARCH,)),
        ("01/03/2026 14:32:05", AT, (MARCH, JANUARY)),
        ("13/03/2026 14:32:05", AT, (date(2026, 3, 13),)),
        ("03-13-2026 02:32:05 PM", AT, (date(2026, 3, 13),)),
        ("03/03/2026 02:32:05PM", AT, (date(2026, 3, 3),)),
        ("01/03/2026 12:32:05 AM", AT - 14 * 3600, (MARCH, JANUARY)),
        ("2026年03月01日 星期日 14:32:05", AT, (MARCH,)),
        ("2026年3月1日 下午2:32:05", AT, (MARCH,)),
        ("2026年03月01日 14时32分05秒", AT, (MARCH,)),
        ("Sun 01 Mar 2026 14:32:05", AT, (MARCH,)),
        ("MAR-01-2026 14:32:05", AT, (MARCH,)),
        ("CAM 03 2026-03-01 14:32:05", AT, (MARCH,)),
        ("14:32:05", AT, ()),
        ("02:32:05 PM", AT, ()),
        ("2026-03-01 14:32:05.250", AT + 0.25, (MARCH,)),
    ],
)
def test_a_clock_is_read(text: str, seconds: float, dates: tuple[date, ...]) -> None:
    stamp = read_stamp(text)
    assert stamp is not None
    assert (stamp.seconds, stamp.dates) == (pytest.approx(seconds), dates)


def test_hours_and_minutes_count_beside_a_date_only() -> None:
    stamp = read_stamp("2026-03-01 14:32")
    assert stamp is not None and stamp.resolution_seconds == 60
    assert read_stamp("14:32") is None


def test_a_short_year_keeps_all_its_readings() -> None:
    stamp = read_stamp("26-03-01 14:32:05")
    assert stamp is not None and stamp.dates[0] == MARCH and len(stamp.dates) > 1


@pytest.mark.parametrize(
    "text",
    ["", "DOCK 4 KEEP CLEAR", "16:9", "2026-03-01", "14:32:05:12", "25:10:00", "14:72:05", "1080p 30 fps"],
)
def test_what_is_no_clock_is_none(text: str) -> None:
    assert read_stamp(text) is None


def test_a_date_alone_is_known_as_one() -> None:
    assert shows_date("2026-03-01") and not shows_date("DOCK 4") and not shows_date("2026-13-41")
