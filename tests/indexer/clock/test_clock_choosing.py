"""The best source of a start is believed, and what the others say against it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from indexer.clock.choosing import Sources, choose_start
from indexer.clock.container import start_from_container
from indexer.clock.file_names import NamedStart
from indexer.clock.shown import ShownStart
from indexer.clock.start import RecordingStart, StartSource, WallSpan
from indexer.clock.zones import find_zone, localise, parse_start
from indexer.errors import SettingsError
from indexer.timeline import Span

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
MARCH, JANUARY = date(2026, 3, 1), date(2026, 1, 3)
HALF_PAST_TWO = 14.5 * 3600


def shown(*days: date, seconds: float = HALF_PAST_TWO) -> ShownStart:
    return ShownStart(days, seconds, 1.0, 0.2)


def named(*readings: datetime) -> NamedStart:
    return NamedStart(readings, "date and time", 1.0)


def choose(**sources: object) -> RecordingStart:
    found = choose_start(Sources(**sources), BERLIN, NOW)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_clock_in_the_picture_beats_the_name_and_the_container() -> None:
    start = choose(
        shown=shown(MARCH),
        named=named(datetime(2026, 3, 1, 14, 31, 5)),
        container=start_from_container("2026-03-01T13:30:02Z", 60, NOW),
    )
    assert start.source is StartSource.BURNED_IN
    assert start.starts_at.isoformat() == "2026-03-01T14:30:00+01:00"
    assert start.remark == "the file name says 2026-03-01 14:31:05, 65 s later"


def test_another_time_zone_is_noticed() -> None:
    start = choose(
        named=named(datetime(2026, 3, 1, 14, 30)),
        container=start_from_container("2026-03-01T14:30:00Z", 30, NOW),
    )
    assert start.source is StartSource.FILE_NAME
    assert "1 h 0 min later, as if in another time zone" in start.remark


def test_sources_that_agree_within_their_errors_have_no_remark() -> None:
    container = start_from_container("2026-03-01T13:30:40Z", 60, NOW)
    assert choose(named=named(datetime(2026, 3, 1, 14, 30)), container=container).remark == ""


@pytest.mark.parametrize(
    ("hint", "day"),
    [
        ({"named": named(datetime(2026, 1, 3, 14, 30, 1))}, JANUARY),
        ({"container": start_from_container("2026-03-01T13:30:00Z", 5, NOW)}, MARCH),
        ({"modified": datetime(2026, 1, 3, 20, tzinfo=UTC)}, JANUARY),
    ],
)
def test_day_and_month_are_told_apart_by_what_else_is_known(hint: dict[str, object], day: date) -> None:
    start = choose(shown=shown(MARCH, JANUARY), **hint)
    assert start.starts_at.date() == day and "can also be read" not in start.remark


def test_a_date_that_nothing_decides_is_read_day_first_and_says_so() -> None:
    start = choose(shown=shown(MARCH, JANUARY))
    assert start.starts_at.date() == MARCH
    assert "can also be read as 2026-01-03" in start.remark and "--starts-at" in start.remark


def test_a_reading_in_the_future_is_refused() -> None:
    start = choose(shown=shown(date(2026, 12, 1), date(2026, 1, 12)))
    assert start.starts_at.date() == date(2026, 1, 12)
    assert choose_start(Sources(named=named(datetime(2027, 1, 1))), BERLIN, NOW) is None


def test_a_time_without_a_date_takes_the_nearest_day() -> None:
    late = shown(seconds=23.99 * 3600)
    start = choose(shown=late, named=named(datetime(2026, 3, 2, 0, 0, 10)))
    assert start.starts_at.date() == MARCH and "shows no date" in start.remark
    assert choose_start(Sources(shown=late), BERLIN, NOW) is None


@pytest.mark.parametrize(
    "recorded_at", ["", "yesterday", "1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-06-03T12:00:00Z"]
)
def test_a_creation_time_that_cannot_be_is_refused(recorded_at: str) -> None:
    assert start_from_container(recorded_at, 60, NOW) is None


def test_a_creation_time_is_an_estimate_unless_a_phone_wrote_it() -> None:
    found = start_from_container("2026-03-01T13:30:00.000000Z", 60, NOW)
    assert found is not None and found.error_seconds == 62
    found = start_from_container("2026-03-01T14:30:00+0100", 60, NOW)
    assert found is not None and found.error_seconds == 2
    assert found.starts_at == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01 14:30:00", "2026-03-01T14:30:00+01:00"),
        ("2026-07-01 14:30", "2026-07-01T14:30:00+02:00"),
        ("2026-03-01T14:30:00Z", "2026-03-01T14:30:00+00:00"),
        ("2026-03-01 14:30:00.5+09:00", "2026-03-01T14:30:00.500000+09:00"),
        ("2026-03-01 14:30 Asia/Shanghai", "2026-03-01T14:30:00+08:00"),
    ],
)
def test_a_start_that_a_person_gives_is_read_with_its_zone(text: str, expected: str) -> None:
    assert parse_start(text, BERLIN).isoformat() == expected


@pytest.mark.parametrize(
    "text", ["", "14:30", "2026-03-01", "yesterday", "2026-13-01 14:30", "2026-03-01 14:30 X/Y"]
)
def test_a_start_that_cannot_be_read_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(SettingsError, match=r"2026-03-01 14:30:00|Europe/Berlin"):
        parse_start(text, BERLIN)


def test_an_unknown_zone_is_refused_with_examples() -> None:
    with pytest.raises(SettingsError, match="Asia/Shanghai"):
        find_zone("Middle/Earth")
    assert find_zone("") is None
    assert localise(datetime(2026, 3, 1, 14, 30), None).tzinfo is not None


def test_a_start_maps_both_ways_and_survives_the_catalog() -> None:
    start = RecordingStart(
        datetime(2026, 3, 1, 14, 30, tzinfo=BERLIN), StartSource.BURNED_IN, 0.2, 1.001, "a; b"
    )
    assert start.seconds_at(start.at(1000.0)) == pytest.approx(1000.0)
    assert start.at(1000.0) - start.starts_at == timedelta(seconds=1001)
    again = RecordingStart.from_row(*start.to_row())
    assert (again.starts_at, again.source, again.rate, again.remark) == (
        start.starts_at,
        start.source,
        1.001,
        "a; b",
    )


def test_times_are_written_as_clocks_show_them_and_estimates_with_their_error() -> None:
    start = RecordingStart(datetime(2026, 3, 1, 14, 30, 0, 380000, tzinfo=UTC), StartSource.BURNED_IN, 0.3)
    assert str(start.wall(Span(5, 6))) == "14:30:05–14:30:06"
    assert start.wall(Span(5, 6)).dated == "2026-03-01 14:30:05–14:30:06"
    exact = RecordingStart(datetime(2026, 3, 1, 14, 30, tzinfo=UTC), StartSource.GIVEN)
    assert str(exact.wall(Span(5.25, 6))) == "14:30:05.25–14:30:06"
    estimate = WallSpan(start.at(0), start.at(60), 90.0)
    assert str(estimate) == "14:30:00–14:31:00 ±90 s"
    assert "gains 86 s a day" in RecordingStart(start.starts_at, StartSource.BURNED_IN, 0.3, 1.001).described


def test_a_start_needs_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        RecordingStart(datetime(2026, 3, 1), StartSource.GIVEN)
