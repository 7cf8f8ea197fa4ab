"""Work ahead of the next step: in order, bounded, and stopped when nobody wants the rest."""

from __future__ import annotations

import itertools
import threading
import time

import pytest

from indexer.prefetch import Prefetch


def all_of(ahead: Prefetch[int]) -> list[int]:
    taken = []
    while (item := ahead.take(wait=True)) is not None:
        taken.append(item)
    return taken


def test_items_come_in_order_and_the_end_stays_the_end():
    with Prefetch(lambda stopped: iter([1, 2, 3]), 2) as ahead:
        assert all_of(ahead) == [1, 2, 3]
        assert ahead.take(wait=True) is None


def test_an_error_comes_after_the_items_before_it():
    def items(stopped):
        yield 1
        raise ValueError("bad")

    with Prefetch(items, 4) as ahead:
        assert ahead.take(wait=True) == 1
        with pytest.raises(ValueError, match="bad"):
            ahead.take(wait=True)


@pytest.mark.parametrize(("weight", "waiting"), [(0, 5), (1 << 20, 5), (60 << 20, 1), (1 << 30, 1)])
def test_a_queue_is_full_by_number_or_by_weight(weight, waiting):
    made = []

    def items(stopped):
        for number in itertools.count(1):
            made.append(number)
            yield number

    with Prefetch(items, 5, weigh=lambda item: weight) as ahead:
        deadline = time.monotonic() + 60
        while len(made) < waiting + 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05)
        assert len(made) == waiting + 1, "one more is made and waits for a place"
        assert ahead.take(wait=False) == 1


def test_leaving_stops_the_work_and_tells_it():
    closed, told = threading.Event(), []

    def items(stopped):
        try:
            yield from itertools.count(1)
        finally:
            told.append(stopped.is_set())
            closed.set()

    with Prefetch(items, 1) as ahead:
        assert ahead.take(wait=True) == 1
    assert closed.is_set() and told == [True]


def test_who_waits_when_it_is_left_is_let_go():
    never = threading.Event()

    def items(stopped):
        never.wait(60)
        yield 1

    ahead = Prefetch(items, 1, patience_seconds=0.05)
    taken = []
    with ahead:
        waiting = threading.Thread(target=lambda: taken.append(ahead.take(wait=True)))
        waiting.start()
    waiting.join(30)
    never.set()
    assert taken == [None]
