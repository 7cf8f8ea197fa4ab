"""Kinds of events: by their verb in any form, what was watched for first, the rest as other."""

from __future__ import annotations

import pytest

from app.timeline.kinds import OTHER, find_kinds
from indexer.library.activity import Happened
from indexer.timeline import Span


def happened(words: str, count: int = 1, *, watch: str = "", text_alone: bool = False) -> Happened:
    return Happened(0, Span(0, 1), count, "", words=words, watch=watch, text_alone=text_alone)


def test_forms_of_a_verb_are_one_kind() -> None:
    kinds = find_kinds([happened("walks across", 5), happened("Walking to", 2), happened("is walking", 1)])
    assert kinds.names == ("walks",)
    assert kinds.of(happened("walked away")) == "walks"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("came into", "came in"),
        ("rose suddenly:", "light"),
        ("dropped suddenly:", "light"),
        ("changes at", "scene cut"),
        ("走进 大门", "走进"),
    ],
)
def test_words_of_the_observer_and_of_other_scripts(words: str, kind: str) -> None:
    assert find_kinds([happened(words)]).names == (kind,)


def test_watched_for_comes_first_and_rare_ones_are_other() -> None:
    events = [happened(f"{verb} away", 10) for verb in ("runs", "jumps", "opens", "turns", "drives", "sits")]
    kinds = find_kinds([*events, happened("falls down", 1, watch="someone falls")])
    assert kinds.names[0] == "watched: someone falls"
    assert len(kinds.names) == 6 and kinds.names[-1] == OTHER
    assert [kinds.of(event) for event in events].count(OTHER) == 2, "five are told apart"


def test_text_in_the_picture_is_a_kind() -> None:
    assert find_kinds([happened("", text_alone=True)]).names == ("text",)
    assert find_kinds([]).names == ()
