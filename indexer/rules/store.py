"""The rules of a library and what came of them, in one SQLite file beside the catalog.

Not in the catalog: a check belongs to a stretch of a video, not to an index of it, and outlives a re-index.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import LibraryError
from indexer.library.failures import in_words
from indexer.rules.rule import MAX_NAME_LENGTH, MAX_QUESTION_LENGTH, Alert, Check, Cost, Review, Rule
from indexer.timeline import Span
from indexer.vision.verdicts import Verdict

FILE_NAME = "rules.sqlite"

_VERSION = 1
_PATIENCE_SECONDS = 30.0
_TABLES = """
CREATE TABLE IF NOT EXISTS rules (
    rule_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    question TEXT NOT NULL,
    created_at TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1
);

-- One row for each segment that a rule was asked of; those that said yes are its alerts.
CREATE TABLE IF NOT EXISTS checks (
    check_id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule_id INTEGER NOT NULL REFERENCES rules ON DELETE CASCADE,
    video_id TEXT NOT NULL,
    start_seconds REAL NOT NULL,
    end_seconds REAL NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    frame_seconds TEXT NOT NULL,
    seconds_taken REAL NOT NULL,
    model TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    review TEXT NOT NULL DEFAULT 'new',
    UNIQUE (rule_id, video_id, start_seconds)
);
CREATE INDEX IF NOT EXISTS checks_by_verdict ON checks (verdict, review, check_id);

-- The videos that a rule has been asked of from beginning to end.
CREATE TABLE IF NOT EXISTS finished (
    rule_id INTEGER NOT NULL REFERENCES rules ON DELETE CASCADE,
    video_id TEXT NOT NULL,
    PRIMARY KEY (rule_id, video_id)
) WITHOUT ROWID;
"""


class Rules:
    """The rules of one library; safe to share between threads, and between processes by SQLite's locks."""

    def __init__(self, folder: Path) -> None:
        """Open the file in the library's folder, or make it.

        Raises:
            LibraryError: It cannot be read, or a newer Witness wrote it.
        """
        self._folder = folder
        self._lock = threading.Lock()
        with in_words(folder):
            self._connection = sqlite3.connect(
                folder / FILE_NAME, check_same_thread=False, timeout=_PATIENCE_SECONDS
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;")
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise LibraryError(f"a newer Witness wrote {folder / FILE_NAME}: update Witness")
            self._connection.executescript(f"{_TABLES} PRAGMA user_version = {_VERSION};")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    # -- rules ------------------------------------------------------------------------------------------

    def add(self, name: str, question: str) -> Rule:
        """Make a rule; it is asked of what is indexed from now on.

        Raises:
            LibraryError: The name is taken, or one of the two says nothing or too much.
        """
        name, question = " ".join(name.split()), " ".join(question.split())
        if not 1 <= len(name) <= MAX_NAME_LENGTH or not 1 <= len(question) <= MAX_QUESTION_LENGTH:
            raise LibraryError(
                f"a rule has a name of 1 to {MAX_NAME_LENGTH} characters and a question of 1 to "
                f"{MAX_QUESTION_LENGTH}; these have {len(name)} and {len(question)}"
            )
        with self._write() as connection:
            try:
                connection.execute(
                    "INSERT INTO rules (name, question, created_at) VALUES (?, ?, ?)",
                    (name, question, datetime.now(UTC).isoformat(timespec="seconds")),
                )
            except sqlite3.IntegrityError:
                raise LibraryError(
                    f"there is a rule {name!r} already: remove it, or choose another name"
                ) from None
        return self.rule(name)

    def all(self) -> list[Rule]:
        """Return the rules, the oldest first."""
        return [_rule(row) for row in self._read("SELECT * FROM rules ORDER BY rule_id")]

    def rule(self, name: str) -> Rule:
        """Return the rule of a name; case does not matter.

        Raises:
            LibraryError: There is none.
        """
        found = self._read("SELECT * FROM rules WHERE name = ?", " ".join(name.split()))
        if not found:
            raise LibraryError(f"there is no rule {name!r}; `witness rules` lists them")
        return _rule(found[0])

    def enable(self, rule: Rule, enabled: bool) -> None:
        """Let a rule rest, or have it asked again of what is indexed from then on."""
        with self._write() as connection:
            connection.execute("UPDATE rules SET enabled = ? WHERE rule_id = ?", (enabled, rule.rule_id))

    def remove(self, rule: Rule) -> None:
        """Remove a rule with its alerts and what was kept of its cost."""
        with self._write() as connection:
            connection.execute("DELETE FROM rules WHERE rule_id = ?", (rule.rule_id,))

    # -- checks -----------------------------------------------------------------------------------------

    def asked(self, rule: Rule, video_id: str) -> set[float]:
        """Return where the segments begin that a rule has been asked of, in seconds."""
        rows = self._read(
            "SELECT start_seconds FROM checks WHERE rule_id = ? AND video_id = ?", rule.rule_id, video_id
        )
        return {row["start_seconds"] for row in rows}

    def write(self, rule: Rule, video_id: str, model: str, checks: Sequence[Check]) -> None:
        """Keep what came of asking a rule of segments; a segment asked before keeps its first answer."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._write() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO checks"
                " (rule_id, video_id, start_seconds, end_seconds, verdict, reason, frame_seconds,"
                " seconds_taken, model, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        rule.rule_id,
                        video_id,
                        each.span.start_seconds,
                        each.span.end_seconds,
                        each.verdict.value,
                        each.reason,
                        json.dumps(each.frame_seconds),
                        each.seconds_taken,
                        model,
                        now,
                    )
                    for each in checks
                ],
            )

    def finish(self, rule: Rule, video_id: str) -> None:
        """Note that a rule has been asked of the whole video."""
        with self._write() as connection:
            connection.execute("INSERT OR IGNORE INTO finished VALUES (?, ?)", (rule.rule_id, video_id))

    def finished(self, rule: Rule) -> set[str]:
        """Return the ids of the videos that a rule has been asked of from beginning to end."""
        rows = self._read("SELECT video_id FROM finished WHERE rule_id = ?", rule.rule_id)
        return {row["video_id"] for row in rows}

    # -- alerts -----------------------------------------------------------------------------------------

    def alerts(
        self,
        *,
        rule: Rule | None = None,
        review: Review | None = None,
        video_id: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Alert]:
        """Return alerts, the latest first.

        Args:
            rule: Only those of this rule.
            review: Only those that stand so.
            video_id: Only those of this video.
            limit: At most so many.
            offset: Leave out so many of the latest.
        """
        condition, values = _condition(rule, review, video_id)
        rows = self._read(
            f"SELECT checks.*, name, question, created_at, enabled FROM checks JOIN rules USING (rule_id)"  # noqa: S608
            f" WHERE {condition} ORDER BY check_id DESC LIMIT ? OFFSET ?",
            *values,
            limit,
            offset,
        )
        return [_alert(row) for row in rows]

    def count_alerts(
        self, *, rule: Rule | None = None, review: Review | None = None, video_id: str | None = None
    ) -> int:
        """Count what `alerts` would return without a limit."""
        condition, values = _condition(rule, review, video_id)
        rows = self._read(f"SELECT COUNT(*) FROM checks WHERE {condition}", *values)  # noqa: S608
        return int(rows[0][0])

    def review(self, alert_id: int, review: Review) -> None:
        """Keep what a person made of an alert.

        Raises:
            LibraryError: There is no alert of that number.
        """
        with self._write() as connection:
            changed = connection.execute(
                "UPDATE checks SET review = ? WHERE check_id = ? AND verdict = ?",
                (review.value, alert_id, Verdict.YES.value),
            )
            if changed.rowcount == 0:
                raise LibraryError(f"there is no alert {alert_id}; `witness alerts` lists them")

    def costs(self) -> dict[int, Cost]:
        """Return what each rule has cost, by its id."""
        rows = self._read(
            "SELECT rule_id, COUNT(*) AS looks, SUM(json_array_length(frame_seconds)) AS frames,"
            " SUM(seconds_taken) AS seconds, SUM(verdict = 'yes') AS yes,"
            " SUM(verdict = 'cannot tell') AS cannot_tell,"
            " SUM(verdict = 'yes' AND review = 'new') AS new FROM checks GROUP BY rule_id"
        )
        return {
            row["rule_id"]: Cost(
                row["looks"], row["frames"], row["seconds"], row["yes"], row["cannot_tell"], row["new"]
            )
            for row in rows
        }

    # -- the file ---------------------------------------------------------------------------------------

    def _read(self, statement: str, *values: object) -> list[sqlite3.Row]:
        with in_words(self._folder), self._lock:
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with in_words(self._folder), self._lock, self._connection:
            yield self._connection


def _condition(rule: Rule | None, review: Review | None, video_id: str | None) -> tuple[str, list[object]]:
    terms: list[tuple[str, object]] = [("verdict = ?", Verdict.YES.value)]
    if rule is not None:
        terms.append(("rule_id = ?", rule.rule_id))
    if review is not None:
        terms.append(("review = ?", review.value))
    if video_id is not None:
        terms.append(("video_id = ?", video_id))
    return " AND ".join(term for term, _ in terms), [value for _, value in terms]


def _rule(row: sqlite3.Row) -> Rule:
    return Rule(
        rule_id=row["rule_id"],
        name=row["name"],
        question=row["question"],
        created_at=datetime.fromisoformat(row["created_at"]),
        enabled=bool(row["enabled"]),
    )


def _alert(row: sqlite3.Row) -> Alert:
    return Alert(
        alert_id=row["check_id"],
        rule=_rule(row),
        video_id=row["video_id"],
        span=Span(row["start_seconds"], row["end_seconds"]),
        frame_seconds=tuple(json.loads(row["frame_seconds"])),
        reason=row["reason"],
        model=row["model"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        review=Review(row["review"]),
    )
