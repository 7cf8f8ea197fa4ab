"""Finished answers, kept so that a page can show a conversation again after a restart, citations and all."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from assistant.answer import Answer

_TITLE_LENGTH = 60
_ANSWER = TypeAdapter(Answer)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
    conversation_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    question TEXT NOT NULL,
    answer_json TEXT NOT NULL,
    PRIMARY KEY (conversation_id, ordinal)
)
"""


class Conversation(NamedTuple):
    """One conversation, for a list of them."""

    conversation_id: str
    title: str
    """The first question, shortened."""
    updated_at: datetime


class Conversations:
    """The turns of all conversations in one SQLite file; safe to share between threads."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file; None keeps everything in memory."""
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, timeout=30.0)
        self._lock = threading.Lock()
        with self._lock, self._connection:
            self._connection.execute(_SCHEMA)

    def add(self, conversation_id: str, answer: Answer) -> None:
        """Append a finished turn."""
        with self._lock, self._connection:
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
        with self._lock:
            rows = self._connection.execute(
                "SELECT answer_json FROM turns WHERE conversation_id = ? ORDER BY ordinal", (conversation_id,)
            ).fetchall()
        answers: list[Answer] = []
        for (text,) in rows:
            try:
                answers.append(_ANSWER.validate_json(text))
            except ValidationError:
                continue
        return answers

    def all(self) -> list[Conversation]:
        """Return every conversation, the latest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT first.conversation_id, first.question, MAX(turns.created_at) AS updated FROM turns "
                "JOIN turns AS first ON first.conversation_id = turns.conversation_id AND first.ordinal = 0 "
                "GROUP BY first.conversation_id ORDER BY updated DESC"
            ).fetchall()
        return [Conversation(key, _title(question), datetime.fromisoformat(at)) for key, question, at in rows]

    def forget(self, conversation_id: str) -> None:
        """Remove a conversation."""
        with self._lock, self._connection:
            self._connection.execute("DELETE FROM turns WHERE conversation_id = ?", (conversation_id,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _title(question: str) -> str:
    return question if len(question) <= _TITLE_LENGTH else f"{question[: _TITLE_LENGTH - 1]}…"
