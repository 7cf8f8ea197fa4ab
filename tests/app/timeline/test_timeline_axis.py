"""The axis: ticks at round times of the right clock, windows that stay inside."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.timeline.axis import SHORTEST_SECONDS, Axis, around, fitted, moved, zooms
from app.timeline.places import read_place
from indexer.errors import WitnessError
from indexer.timeline import Span

BERLIN = Axis(wall=True, zone=ZoneInfo("Europe/Berlin"))
NOON = 1_772_362_800.0  # 2026-03-01 12:00 in Berlin
HOUR = Span(NOON, NOON + 3600)


@pytest.mark.parametrize(
    ("axis", "window", "labels"),
    [
        (Axis(wall=False), Span(0, 30), ["0:00", "0:05", "0:10", "0:15", "0:20", "0:25", "0:30"]),
        (Axis(wall=False), Span(5.1, 5.5), ["0:05.1", "0:05.15", "0:05.2", "0:05.25", "0:05.3", "0:05.35",
                                            "0:05.4", "0:05.45", "0:05.5"]),
        (BERLIN, HOUR, ["12:00", "12:10", "12:20", "12:30", "12:40", "12:50", "13:00"]),
        (BERLIN, Span(NOON + 1, NOON + 3), ["12:00:01.00", "12:00:01.50", "12:00:02.00", "12:00:02.50",
                                            "12:00:03.00"]),
        (BERLIN, Span(NOON - 43200, NOON + 43200), ["Mar 01", "03:00", "06:00", "09:00", "12:00", "15:00",
                                                    "18:00", "21:00", "Mar 02"]),
    ],
)  # fmt: skip
def test_ticks_stand_at_round_times(axis: Axis, window: Span, labels: list[str]) -> None:
    """From a day down to frames, in the zone's own hours."""
    assert [tick.label for tick in axis.ticks(window)] == labels


def test_a_window_is_told_in_its_clock() -> None:
    assert Axis(wall=False).told(Span(5, 15)) == "0:05–0:15"
    assert BERLIN.told(HOUR) == "2026-03-01 12:00:00–13:00:00"
    assert BERLIN.told(Span(NOON, NOON + 86400)) == "2026-03-01 12:00:00–2026-03-02 12:00:00"


@given(st.floats(0, 1e5), st.floats(0.001, 1e5), st.floats(-3, 3))
def test_every_window_stays_inside(start: float, length: float, share: float) -> None:
    """Whatever is zoomed, dragged or moved: never outside, never shorter than can be seen."""
    whole = Span(100, 100 + 7200)
    for window in (
        fitted(Span(start, start + length), whole),
        around(start, length, whole),
        moved(fitted(Span(start, start + length), whole), share, whole),
    ):
        assert whole.covers(window)
        assert window.duration_seconds >= SHORTEST_SECONDS - 1e-6


def test_only_lengths_below_the_whole_are_offered() -> None:
    assert list(zooms(Span(0, 90))) == [60, 10]
    assert list(zooms(Span(0, 5))) == []


def test_places_that_a_person_types() -> None:
    """Seconds of the video, or a time of day, which is the next one from the start on."""
    assert read_place("1:23.5", Axis(wall=False), Span(0, 100)) == 83.5
    assert read_place("12:30", BERLIN, HOUR) == NOON + 1800
    assert read_place("00:10:05", BERLIN, Span(NOON, NOON + 86400)) == NOON + 12 * 3600 + 605
    for text, axis, whole in [
        ("2:00", Axis(wall=False), Span(0, 100)),
        ("noon", BERLIN, HOUR),
        ("25:00", BERLIN, HOUR),
        ("11:59", BERLIN, HOUR),
    ]:
        with pytest.raises(WitnessError):
            read_place(text, axis, whole)
