"""A line through what a clock showed: start and drift within their errors, jumps and standstill told."""

from __future__ import annotations

import math

import pytest

from indexer.clock.fitting import Reading, fit_clock, stands_still


def shown(start: float, rate: float, times: list[float]) -> list[Reading]:
    """Return what a clock that shows whole seconds shows."""
    return [Reading(t, math.floor(start + rate * t + 1e-9)) for t in times]


def times(duration: float, count: int = 11) -> list[float]:
    return [duration * (n + 0.5) / count + 0.5 * ((n * 0.618) % 1) for n in range(count)]


@pytest.mark.parametrize("start", [52205.0, 52205.37, 52205.99])
def test_a_clock_without_drift_is_found_within_its_error(start: float) -> None:
    (fit,) = fit_clock(shown(start, 1.0, times(60)), 60)
    assert fit.rate == pytest.approx(1.0)
    assert abs(fit.start - start) <= fit.error_seconds + 0.05 < 0.5


@pytest.mark.parametrize("rate", [1.001, 0.999, 1.0005])
def test_drift_is_found_over_an_hour(rate: float) -> None:
    (fit,) = fit_clock(shown(52205.3, rate, times(3600)), 3600)
    assert abs(fit.rate - rate) < 0.0003
    for second in (0, 1800, 3599):
        assert abs(fit.start + fit.rate * second - (52205.3 + rate * second)) <= fit.error_seconds + 0.05


def test_what_rounding_explains_is_no_drift() -> None:
    (fit,) = fit_clock(shown(52205.3, 1.001, times(30)), 30)
    assert fit.rate == pytest.approx(1.0)
    assert fit.rate_error > 0.001, "and the error says that this drift could not have been seen"


def test_a_jump_makes_two_pieces() -> None:
    before = shown(100.0, 1.0, [t for t in times(120) if t < 60])
    after = shown(3700.0, 1.0, [t for t in times(120) if t >= 60])
    first, second = fit_clock([*before, *after], 120)
    assert second.start - first.start == pytest.approx(3600, abs=1)


def test_a_misreading_is_left_out() -> None:
    readings = shown(52205.3, 1.0, times(60))
    readings[4] = Reading(readings[4].seconds, readings[4].shown + 600)
    (fit,) = fit_clock(readings, 60)
    assert len(fit.used) == 10 and abs(fit.start - 52205.3) <= 0.5


def test_a_clock_that_stands_still_has_no_fit() -> None:
    readings = [Reading(t, 52205.0) for t in times(60)]
    assert stands_still(readings) and fit_clock(readings, 60) == []
    assert not stands_still([Reading(0.1, 5.0), Reading(0.9, 5.0)]), "within one second it may well"


def test_a_countdown_is_no_clock() -> None:
    assert fit_clock([Reading(t, math.floor(600 - t)) for t in times(60)], 60) == []


def test_random_numbers_are_no_clock() -> None:
    assert fit_clock([Reading(t, (t * 7919) % 86400) for t in times(60)], 60) == []


def test_a_time_lapse_runs_at_its_own_pace() -> None:
    (fit,) = fit_clock(shown(1000.0, 60.0, times(30)), 30)
    assert fit.rate == pytest.approx(60, rel=0.01)
