"""Finished answers, kept so that a page can show a conversation again after a restart, citations and all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from assistant.answer import Answer
from indexer.errors import WitnessError
from indexer.library.failures import in_words

NOBODY = ""
"""Owner of conversations that were begun without one: from the command line, or by an earlier version."""
MAX_TITLE = 120
"""Characters of a name that a person gives."""

_SHORT_TITLE = 60
_ANSWER = TypeAdapter(Answer)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
    conversation_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    question TEXT NOT NULL,
    answer_json TEXT NOT NULL,
    PRIMARY KEY (conversation_id, ordinal)
);
CREATE TABLE IF NOT EXISTS conversations (
    conversation_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    title TEXT
);
"""
_LISTED = """
SELECT first.conversation_id, COALESCE(named.title, first.question), MAX(turns.created_at) AS updated,
       named.title IS NOT NULL, COUNT(*)
FROM turns
JOIN turns AS first ON first.conversation_id = turns.conversation_id AND first.ordinal = 0
LEFT JOIN conversations AS named ON named.conversation_id = turns.conversation_id
WHERE {condition}
GROUP BY first.conversation_id ORDER BY updated DESC LIMIT ?
"""
_OWNED = "COALESCE(named.owner, '') = ?"
_SAYS = """(
    instr(folded(COALESCE(named.title, '')), ?)
    OR EXISTS (SELECT 1 FROM turns AS said WHERE said.conversation_id = first.conversation_id
               AND instr(folded(said.question || ' ' || json_extract(said.answer_json, '$.text')), ?)))
"""


class Conversation(NamedTuple):
    """One conversation, for a list of them."""

    conversation_id: str
    title: str
    """The name that a person gave it, else the first question, shortened."""
    updated_at: datetime
    named: bool = False
    """Whether a person gave it its name."""
    turns: int = 1
    """Questions in it."""


class KeptTurn(NamedTuple):
    """One question with its answer, and when it was answered."""

    answered_at: datetime
    answer: Answer


def in_the_librarys_words(path: Path | None) -> Callable[[], AbstractContextManager[None]]:
    """Return a context that says in words what keeps the file of conversations from being used."""
    return partial(in_words, path.parent) if path else nullcontext


class Conversations:
    """The turns of all conversations in one SQLite file; safe to share between threads."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file; None keeps everything in memory.

        Raises:
            LibraryError: The file cannot be read or written, as from every method here.
        """
        self._failing = in_the_librarys_words(path)
        with self._failing():
            self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, timeout=30.0)
        self._connection.create_function("folded", 1, str.casefold, deterministic=True)
        self._lock = threading.Lock()
        with self._used():
            self._connection.executescript(_SCHEMA)

    def begin(self, conversation_id: str, owner: str) -> None:
        """Note whose conversation this is, before its first turn; one that has an owner keeps it."""
        with self._used():
            self._connection.execute(
                "INSERT INTO conversations (conversation_id, owner) SELECT ?, ? "
                "WHERE NOT EXISTS (SELECT 1 FROM turns WHERE conversation_id = ?) "
                "ON CONFLICT DO NOTHING",
                (conversation_id, owner, conversation_id),
            )

    def adopt(self, owner: str) -> None:
        """Give the conversations that nobody owns to somebody."""
        with self._used():
            self._connection.execute(
                "INSERT INTO conversations (conversation_id, owner) "
                "SELECT DISTINCT conversation_id, ? FROM turns WHERE TRUE "  # else ON would read as a join's
                "ON CONFLICT (conversation_id) DO UPDATE SET owner = excluded.owner WHERE owner = ''",
                (owner,),
            )

    def owner(self, conversation_id: str) -> str | None:
        """Return whose a conversation is, `NOBODY` for one without owner; None where there is none yet."""
        with self._used():
            row = self._connection.execute(
                "SELECT owner FROM conversations WHERE conversation_id = ?1 "
                "UNION ALL SELECT '' FROM turns WHERE conversation_id = ?1 LIMIT 1",
                (conversation_id,),
            ).fetchone()
        return str(row[0]) if row else None

    def add(self, conversation_id: str, answer: Answer) -> None:
        """Append a finished turn."""
        with self._used():
            self._connection.execute(
                "INSERT INTO turns SELECT ?, COALESCE(MAX(ordinal) + 1, 0), ?, ?, ? FROM turns "
                "WHERE conversation_id = ?",
                (
                    conversation_id,
                    datetime.now(UTC).isoformat(),
                    answer.question,
                    _ANSWER.dump_json(answer).decode(),
                    conversation_id,
                ),
            )

    def answers(self, conversation_id: str) -> list[Answer]:
        """Return the answers of a conversation in their order; one written by another version is left out."""
        return [turn.answer for turn in self.turns(conversation_id)]

    def count(self, conversation_id: str) -> int:
        """Return how many turns of a conversation are kept, readable or not."""
        with self._used():
            (count,) = self._connection.execute(
                "SELECT COUNT(*) FROM turns WHERE conversation_id = ?", (conversation_id,)
            ).fetchone()
        return int(count)

    def turns(self, conversation_id: str) -> list[KeptTurn]:
        """Return the same with the time at which each was given."""
        with self._used():
            rows = self._connection.execute(
                "SELECT created_at, answer_json FROM turns WHERE conversation_id = ? ORDER BY ordinal",
                (conversation_id,),
            ).fetchall()
        turns: list[KeptTurn] = []
        for at, text in rows:
            try:
                turns.append(KeptTurn(datetime.fromisoformat(at), _ANSWER.validate_json(text)))
            except ValidationError:
                continue
        return turns

    def all(self) -> list[Conversation]:
        """Return every conversation of everybody, the latest first."""
        return self._list("TRUE", (), -1)

    def of(self, owner: str, words: str = "", *, limit: int = -1) -> list[Conversation]:
        """Return one person's conversations, the latest first.

        Args:
            owner: The person, or the browser.
            words: Only those whose name, questions and answers hold all of these words, parts of words too.
            limit: At most so many; all by default.
        """
        wanted = words.casefold().split()
        condition = " AND ".join([_OWNED, *[_SAYS] * len(wanted)])
        return self._list(condition, (owner, *(word for each in wanted for word in (each, each))), limit)

    def rename(self, conversation_id: str, title: str) -> None:
        """Name a conversation; an empty name gives it back its first question.

        Raises:
            WitnessError: The name is too long.
        """
        title = " ".join(title.split())
        if len(title) > MAX_TITLE:
            raise WitnessError(f"a name has at most {MAX_TITLE} characters, this one has {len(title)}")
        with self._used():
            self._connection.execute(
                "INSERT INTO conversations (conversation_id, owner, title) VALUES (?, '', ?) "
                "ON CONFLICT (conversation_id) DO UPDATE SET title = excluded.title",
                (conversation_id, title or None),
            )

    def forget(self, conversation_id: str) -> None:
        """Remove a conversation."""
        with self._used():
            for table in ("turns", "conversations"):
                self._connection.execute(
                    f"DELETE FROM {table} WHERE conversation_id = ?",  # noqa: S608
                    (conversation_id,),
                )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _used(self) -> Iterator[None]:
        """Use the connection alone, in one transaction."""
        with self._lock, self._failing(), self._connection:
            yield

    def _list(self, condition: str, values: tuple[str, ...], limit: int) -> list[Conversation]:
        with self._used():
            rows = self._connection.execute(_LISTED.format(condition=condition), (*values, limit)).fetchall()
        return [
            Conversation(
                key, title if named else _short(title), datetime.fromisoformat(at), bool(named), turns
            )
            for key, title, at, named, turns in rows
        ]


def _short(question: str) -> str:
    return question if len(question) <= _SHORT_TITLE else f"{question[: _SHORT_TITLE - 1]}…"
