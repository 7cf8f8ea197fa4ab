"""Everything that a library holds, in a form in which two libraries can be compared."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.library.vectors import Vectors

_VOLATILE = {"indexed_at", "queued_at", "mtime_ns", "created_at", "read_at", "generation", "path"}
"""What may differ from run to run: clocks, and how often something was published."""


@dataclass
class Contents:
    """A library, read from its files."""

    tables: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
    """Rows of every table of the catalog, segments named by video and number instead of their id."""
    vectors: dict[tuple[object, ...], NDArray[np.float32]] = field(default_factory=dict)
    """Vectors by video and number; those that belong to no segment stand under their id."""
    segments_ever: int = 0
    """How many segments were ever written, those that were dropped again included."""

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return len(self.tables["segments"])

    def differences(self, wanted: Contents) -> list[str]:
        """Say how this library differs from the wanted one; empty when it does not."""
        found = [
            f"{table}: {len(self.tables.get(table, []))} rows instead of {len(rows)}, or other ones: "
            f"{_first_difference(self.tables.get(table, []), rows)}"
            for table, rows in wanted.tables.items()
            if self.tables.get(table) != rows
        ]
        if self.vectors.keys() != wanted.vectors.keys():
            found.append(f"vectors of {len(self.vectors)} segments instead of {len(wanted.vectors)}")
        elif any(not np.array_equal(self.vectors[key], wanted.vectors[key]) for key in wanted.vectors):
            found.append("vectors with other values")
        if self.segments_ever != self.segments:
            found.append(f"{self.segments_ever} segments were written, {self.segments} are there")
        return found


def read_contents(library: Path) -> Contents:
    """Read a library that nobody writes to."""
    contents = Contents()
    with closing(sqlite3.connect(library / "catalog.sqlite", timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise SystemExit(f"{library}/catalog.sqlite is broken: {verdict}")
        names = {
            row["segment_id"]: (row["video_id"], row["ordinal"])
            for row in connection.execute("SELECT segment_id, video_id, ordinal FROM segments")
        }
        for table in _tables(connection):
            contents.tables[table] = _rows(connection, table, names)
        ever = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'segments'").fetchone()
        contents.segments_ever = ever["seq"] if ever else 0
    for embedder in _collections(library):
        for segment_id, vector in _read_vectors(library, embedder):
            contents.vectors[names.get(segment_id, (segment_id,))] = vector
    return contents


def _tables(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
        if not row["name"].startswith(("sqlite_", "words_")):
            yield row["name"]


def _rows(connection: sqlite3.Connection, table: str, names: dict[int, Any]) -> list[tuple[object, ...]]:
    id_column = ", rowid AS segment_id" if table == "words" else ""
    rows = []
    for row in connection.execute(f"SELECT *{id_column} FROM {table}"):
        if table == "meta" and row["key"] in _VOLATILE:
            continue
        values = {key: row[key] for key in row.keys() if key not in _VOLATILE}  # noqa: SIM118
        if "segment_id" in values:
            values["segment_id"] = names.get(values["segment_id"], ("nothing", values["segment_id"]))
        rows.append(tuple(values.items()))
    return sorted(rows, key=repr)


def _collections(library: Path) -> list[str]:
    with closing(sqlite3.connect(library / "catalog.sqlite", timeout=30)) as connection:
        found = connection.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchone()
    if found is None:
        return []
    from indexer.library.fingerprint import Fingerprint

    return [Fingerprint.from_json(found[0]).embedding]


def _read_vectors(library: Path, embedder: str) -> Iterator[tuple[int, NDArray[np.float32]]]:
    collection = Vectors(library / "vectors", embedder)._collection()  # opened anew, as a new process does
    answer = collection.get(include=["embeddings"])
    for segment_id, vector in zip(answer["ids"], answer["embeddings"], strict=True):
        yield int(segment_id), np.asarray(vector, np.float32)


def _first_difference(found: list[tuple[object, ...]], wanted: list[tuple[object, ...]]) -> str:
    odd = [row for row in found if row not in wanted][:1] + [row for row in wanted if row not in found][:1]
    return " / ".join(str(row)[:300] for row in odd)
