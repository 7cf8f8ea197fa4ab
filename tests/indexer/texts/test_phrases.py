"""Words looked for word by word, and plates whatever their spaces."""

from __future__ import annotations

import pytest

from indexer.texts.phrases import Phrase


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("ABC123", "a van, ABC 123"), ("ABC 123", "ABC-123"), ("abc 123", "ABC123"), ("B-MK 4432", "BMK4432"),
        ("AB12 CDE", "AB12CDE"), ("AB12CDE", "AB 12 CDE"), ("DOCK 4", "at dock4."), ("stop", "Please, STOP!"),
        ("fire exit", "the Fire Exit is there"), ("don’t", "I don't"), ("红色箱子", "一个红色箱子"),
    ],
)  # fmt: skip
def test_found(wanted, text):
    assert Phrase.of(wanted).stands_in(text)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("DOCK 4", "DOCK 42"), ("DOCK 4", "4 DOCKS"), ("ABC123", "ABC 1234"), ("ABC123", "XABC123"),
        ("stop", "stopwatch"), ("stop", "stopped"), ("exit fire", "fire exit"), ("", "anything"),
    ],
)  # fmt: skip
def test_not_found(wanted, text):
    assert not Phrase.of(wanted).stands_in(text)


def test_other_forms_of_a_word_nearly_stand_there():
    assert Phrase.of("stop").nearly_stands_in("he stopped")
    assert not Phrase.of("stop").nearly_stands_in("a stopwatch")


@pytest.mark.parametrize(
    ("words", "is_plate"),
    [
        ("ABC 123", True),
        ("7TRK906", True),
        ("12345", False),
        ("stop", False),
        ("the 4 big boxes there", False),
    ],
)
def test_what_a_plate_is(words, is_plate):
    assert Phrase.of(words).is_plate is is_plate
