"""Conversations as they are kept: whose they are, their names, and how they are found again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answer import Answer, Models
from assistant.conversations import MAX_TITLE, NOBODY, Conversations
from indexer.errors import WitnessError


def answer(question: str, text: str = "Nothing.") -> Answer:
    return Answer(question, text, (), (), (), Models("offline", "observer", "lexical-1"))


@pytest.fixture
def kept() -> Iterator[Conversations]:
    """Two conversations of Ann, one of Bob."""
    conversations = Conversations(None)
    for owner, key, question, text in (
        ("ann", "one", "what fell?", "A red BOX fell at the gate."),
        ("ann", "two", "who came?", "Nobody was seen."),
        ("bob", "three", "what fell?", "A ladder."),
    ):
        conversations.begin(key, owner)
        conversations.add(key, answer(question, text))
    yield conversations
    conversations.close()


def listed(conversations: Conversations, owner: str, words: str = "") -> list[str]:
    return [each.conversation_id for each in conversations.of(owner, words)]


def test_everybody_lists_their_own(kept: Conversations) -> None:
    """The latest first, and nothing of anybody else's."""
    assert listed(kept, "ann") == ["two", "one"]
    assert listed(kept, "bob") == ["three"]
    assert listed(kept, "eve") == []
    assert [len(kept.of("ann", limit=1)), len(kept.all())] == [1, 3]
    assert [kept.owner(key) for key in ("one", "three", "none")] == ["ann", "bob", None]


def test_conversation_keeps_its_owner(kept: Conversations) -> None:
    """Whoever else begins it, with turns in it or without."""
    kept.begin("four", "ann")
    for key in ("one", "four"):
        kept.begin(key, "bob")
        assert kept.owner(key) == "ann"


def test_conversation_without_turns_is_not_listed(kept: Conversations) -> None:
    """A question that was stopped leaves no empty name in the list."""
    kept.begin("four", "ann")
    assert "four" not in listed(kept, "ann")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("box", ["one"]),  # in an answer, whatever the case
        ("FELL", ["one"]),  # in a question, and in nobody else's
        ("fell gate", ["one"]),  # all the words
        ("fell nobody", []),
        ("100%", []),  # no pattern
        ("", ["two", "one"]),
    ],
)
def test_search_reads_questions_and_answers(kept: Conversations, words: str, found: list[str]) -> None:
    """Of one's own conversations, those that hold every word."""
    assert listed(kept, "ann", words) == found


def test_conversation_is_found_by_its_name(kept: Conversations) -> None:
    """A given name stands in the place of the question, is searched, and can be taken back."""
    kept.rename("two", "  Die   ÜBERGABE ")
    assert [(each.title, each.named) for each in kept.of("ann", "übergabe")] == [("Die ÜBERGABE", True)]
    assert kept.owner("two") == "ann"
    kept.rename("two", "")
    assert [(each.title, each.named) for each in kept.of("ann", "came")] == [("who came?", False)]
    with pytest.raises(WitnessError, match="at most"):
        kept.rename("two", "x" * (MAX_TITLE + 1))


def test_what_is_forgotten_is_gone(kept: Conversations) -> None:
    """With its name and its owner."""
    kept.rename("one", "named")
    kept.forget("one")
    assert listed(kept, "ann") == ["two"] and kept.owner("one") is None
    assert kept.turns("one") == [] and kept.count("one") == 0


def test_file_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    """Turns without owner are listed for nobody until somebody adopts them, once; owned ones stay."""
    path = tmp_path / "conversations.sqlite"
    before = Conversations(path)
    before.add("old", answer("what fell?"))
    before.rename("old", "The old one")
    before.add("older", answer("who came?"))
    before.begin("mine", "bob")
    before.add("mine", answer("what else?"))
    before.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM conversations WHERE conversation_id = 'older'")
    connection.close()

    after = Conversations(path)
    assert (after.owner("old"), after.owner("older")) == (NOBODY, NOBODY)
    assert listed(after, "ann") == []
    after.adopt("ann")
    after.adopt("bob")
    assert listed(after, "ann") == ["older", "old"] and listed(after, "bob") == ["mine"]
    assert after.of("ann")[1].title == "The old one"
    after.close()
