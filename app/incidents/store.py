"""Incidents and their moments in one SQLite file beside the catalog."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.incidents.model import (
    INCIDENT_NAME_LENGTH,
    NOTES_LENGTH,
    PERSON_NAME_LENGTH,
    Incident,
    IncidentStatus,
    KeptFrame,
    Moment,
    NewFrame,
    NewMoment,
)
from app.incidents.rows import frame_values, kept_frame, read_incident, read_moment
from app.incidents.schema import connect
from indexer.errors import LibraryError

INCIDENTS_FILE = "incidents.sqlite"
"""File in the library's folder."""

_INCIDENTS = """
SELECT incidents.*,
    (SELECT COUNT(*) FROM moments WHERE moments.incident_id = incidents.incident_id) AS moments
FROM incidents
"""


class IncidentStore:
    """What people marked, kept for good; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it when it is not there.

        Raises:
            LibraryError: It cannot be opened.
        """
        self._connection = connect(path)
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    # -- incidents --------------------------------------------------------------------------------------

    def create(self, name: str, author: str) -> Incident:
        """Begin an incident.

        Raises:
            LibraryError: The name is empty or too long.
        """
        incident_id, now = uuid.uuid4().hex[:12], _now()
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO incidents VALUES (?, ?, ?, '', ?, ?, ?)",
                (incident_id, _checked_name(name), IncidentStatus.OPEN.value, now, author, now),
            )
        return self.incident(incident_id)

    def incidents(
        self, *, limit: int = 1000, offset: int = 0, words: str = "", open_only: bool = False
    ) -> list[Incident]:
        """Return incidents whose name contains ``words``: open ones first, of them what was changed last."""
        wanted = words.strip().casefold()
        condition = f"AND status = '{IncidentStatus.OPEN}'" if open_only else ""
        rows = self._query(
            f"{_INCIDENTS} WHERE (?1 = '' OR instr(folded(name), ?1) > 0) {condition} "
            "ORDER BY status = 'closed', changed_at DESC, rowid DESC LIMIT ?2 OFFSET ?3",
            wanted,
            limit,
            offset,
        )
        return [read_incident(row) for row in rows]

    def incident(self, incident_id: str) -> Incident:
        """Return one incident.

        Raises:
            LibraryError: There is none of this id.
        """
        rows = self._query(f"{_INCIDENTS} WHERE incident_id = ?", incident_id)
        if not rows:
            raise LibraryError("there is no such incident (any more); `witness report --list` lists them")
        return read_incident(rows[0])

    def find(self, name_or_id: str) -> Incident:
        """Return the incident of this id, beginning of an id, or name.

        Raises:
            LibraryError: There is none, or more than one.
        """
        wanted = name_or_id.strip().casefold()
        known = self.incidents(limit=-1)
        found = [each for each in known if each.incident_id == wanted or each.name.casefold() == wanted]
        if not found and len(wanted) >= 4:
            found = [each for each in known if each.incident_id.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        shown = ", ".join(f"{each.incident_id} ({each.name})" for each in (found or known)[:5])
        if found:
            raise LibraryError(f"several incidents are called {name_or_id!r}; say which by its id: {shown}")
        hint = f"the latest: {shown}" if known else "there is none yet: mark a moment in the browser chat"
        raise LibraryError(f"there is no incident {name_or_id!r}; {hint}")

    def rename(self, incident_id: str, name: str) -> None:
        """Give an incident another name.

        Raises:
            LibraryError: The name is empty or too long.
        """
        self._set(incident_id, "name", _checked_name(name))

    def set_status(self, incident_id: str, status: IncidentStatus) -> None:
        """Open or close an incident."""
        self._set(incident_id, "status", status.value)

    def set_notes(self, incident_id: str, notes: str) -> None:
        """Write the notes on an incident.

        Raises:
            LibraryError: They are too long.
        """
        self._set(incident_id, "notes", _checked_notes(notes))

    def delete(self, incident_id: str) -> None:
        """Remove an incident with its moments, for good."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM incidents WHERE incident_id = ?", (incident_id,))

    # -- moments ----------------------------------------------------------------------------------------

    def add(self, incident_id: str, new: NewMoment, author: str) -> int:
        """Append a moment to an incident; returns its id.

        Raises:
            LibraryError: There is no such incident.
        """
        self.incident(incident_id)
        values = (
            new.video_id, new.span.start_seconds, new.span.end_seconds, json.dumps(new.known), new.question,
            None if new.answer is None else json.dumps(new.answer), _checked_notes(new.note), new.remark,
        )  # fmt: skip
        with self._transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO moments (incident_id, ordinal, video_id, start_seconds, end_seconds, known_json,"
                " question, answer_json, note, remark, created_at, created_by)"
                " SELECT ?1, COALESCE(MAX(ordinal) + 1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11"
                " FROM moments WHERE incident_id = ?1",
                (incident_id, *values, _now(), author),
            )
            moment_id = int(cursor.lastrowid or 0)
            _insert_frames(connection, moment_id, new.frames)
            _touch(connection, incident_id)
        return moment_id

    def moments(self, incident_id: str) -> list[Moment]:
        """Return an incident's moments in their order."""
        rows = self._query("SELECT * FROM moments WHERE incident_id = ? ORDER BY ordinal", incident_id)
        return [read_moment(row, self._frames(row["moment_id"])) for row in rows]

    def moment(self, moment_id: int) -> Moment:
        """Return one moment.

        Raises:
            LibraryError: It was removed.
        """
        rows = self._query("SELECT * FROM moments WHERE moment_id = ?", moment_id)
        if not rows:
            raise LibraryError("this moment was removed from its incident meanwhile; load the page again")
        return read_moment(rows[0], self._frames(moment_id))

    def set_note(self, moment_id: int, note: str) -> None:
        """Write the note on a moment.

        Raises:
            LibraryError: It is too long, or the moment was removed.
        """
        with self._changing(moment_id) as connection:
            connection.execute(
                "UPDATE moments SET note = ? WHERE moment_id = ?", (_checked_notes(note), moment_id)
            )

    def move(self, moment_id: int, places: int) -> None:
        """Move a moment so many places down, or up for a negative number."""
        with self._changing(moment_id) as connection:
            (incident_id,) = connection.execute(
                "SELECT incident_id FROM moments WHERE moment_id = ?", (moment_id,)
            ).fetchone()
            found = connection.execute(
                "SELECT moment_id FROM moments WHERE incident_id = ? ORDER BY ordinal", (incident_id,)
            )
            order = [row["moment_id"] for row in found]
            place = order.index(moment_id)
            order.insert(max(0, min(len(order), place + places)), order.pop(place))
            connection.executemany(
                "UPDATE moments SET ordinal = ? WHERE moment_id = ?", list(enumerate(order))
            )

    def remove(self, moment_id: int) -> None:
        """Take a moment out of its incident, for good."""
        with self._changing(moment_id) as connection:
            connection.execute("DELETE FROM moments WHERE moment_id = ?", (moment_id,))

    def replace_frames(self, moment_id: int, frames: Sequence[NewFrame], remark: str = "") -> None:
        """Keep these frames of a moment instead of those it has."""
        with self._changing(moment_id) as connection:
            connection.execute("DELETE FROM frames WHERE moment_id = ?", (moment_id,))
            connection.execute("UPDATE moments SET remark = ? WHERE moment_id = ?", (remark, moment_id))
            _insert_frames(connection, moment_id, frames)

    def remove_frame(self, moment_id: int, frame_id: int) -> None:
        """Take one frame out of a moment."""
        with self._changing(moment_id) as connection:
            connection.execute(
                "DELETE FROM frames WHERE frame_id = ? AND moment_id = ?", (frame_id, moment_id)
            )

    def picture(self, frame_id: int) -> bytes:
        """Return a kept frame's JPEG; b"" when it was removed."""
        rows = self._query("SELECT jpeg FROM frames WHERE frame_id = ?", frame_id)
        return bytes(rows[0]["jpeg"]) if rows else b""

    # -- people -----------------------------------------------------------------------------------------

    def person(self, owner: str) -> str:
        """Return the name that this owner of a browser gave, "" when none was given."""
        rows = self._query("SELECT name FROM people WHERE owner = ?", owner)
        return str(rows[0]["name"]) if rows else ""

    def set_person(self, owner: str, name: str) -> None:
        """Keep the name of this owner of a browser; an empty one forgets it.

        Raises:
            LibraryError: It is too long.
        """
        said = " ".join(name.split())
        if len(said) > PERSON_NAME_LENGTH:
            raise LibraryError(
                f"a name has at most {PERSON_NAME_LENGTH} characters, this one has {len(said)}"
            )
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO people VALUES (?, ?)", (owner, said))

    # -- inside -----------------------------------------------------------------------------------------

    def _frames(self, moment_id: int) -> tuple[KeptFrame, ...]:
        rows = self._query(
            "SELECT * FROM frames WHERE moment_id = ? ORDER BY pts_seconds, frame_id", moment_id
        )
        return tuple(kept_frame(row) for row in rows)

    def _set(self, incident_id: str, column: str, value: str) -> None:
        self.incident(incident_id)
        with self._transaction() as connection:
            connection.execute(
                f"UPDATE incidents SET {column} = ? WHERE incident_id = ?",  # noqa: S608  # our own names
                (value, incident_id),
            )
            _touch(connection, incident_id)

    @contextmanager
    def _changing(self, moment_id: int) -> Iterator[sqlite3.Connection]:
        incident_id = self.moment(moment_id).incident_id
        with self._transaction() as connection:
            yield connection
            _touch(connection, incident_id)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _query(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


def _insert_frames(connection: sqlite3.Connection, moment_id: int, frames: Sequence[NewFrame]) -> None:
    connection.executemany(
        "INSERT INTO frames (moment_id, asked_seconds, pts, time_base, pts_seconds, width, height,"
        " pixel_format, sha256, miniature, jpeg) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(moment_id, *frame_values(frame)) for frame in frames],
    )


def _touch(connection: sqlite3.Connection, incident_id: str) -> None:
    connection.execute("UPDATE incidents SET changed_at = ? WHERE incident_id = ?", (_now(), incident_id))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _checked_name(name: str) -> str:
    said = " ".join(name.split())
    if not said:
        raise LibraryError("Give the incident a name")
    if len(said) > INCIDENT_NAME_LENGTH:
        raise LibraryError(
            f"The name of an incident has at most {INCIDENT_NAME_LENGTH} characters, not {len(said)}"
        )
    return said


def _checked_notes(notes: str) -> str:
    said = notes.strip()
    if len(said) > NOTES_LENGTH:
        raise LibraryError(f"a note has at most {NOTES_LENGTH} characters, this one has {len(said)}")
    return said
