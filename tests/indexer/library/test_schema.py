"""A catalog made by the first release is brought up to date in place, and nothing of it is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import LibraryError
from indexer.library.catalog import Catalog
from indexer.timeline import Caption, Segment, Span

_LATER_COLUMNS = (
    "stream",
    "failed_attempts",
    "camera",
    "starts_at",
    "starts_at_source",
    "starts_at_error_seconds",
    "clock_rate",
)


def _make_old(path: Path) -> None:
    """Write a catalog as the first release did: without the columns that came later."""
    with closing(Catalog(path)) as catalog:
        catalog.add_video("v", Path("/films/dock.mp4"), 1)
        catalog.add_segment(Segment("v", 0, Span(0, 5), 0.2, caption=Caption("A box falls.")), "print")
        catalog.publish("v", "print")
    with closing(sqlite3.connect(path)) as connection:
        for trigger in ("index_changes", "index_goes", "frames_go"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for table in ("frames", "published", "inspected"):
            connection.execute(f"DROP TABLE {table}")
        for column in _LATER_COLUMNS:
            connection.execute(f"ALTER TABLE videos DROP COLUMN {column}")
        connection.execute("ALTER TABLE segments DROP COLUMN still")
        connection.execute("DROP TABLE notes")
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
        connection.commit()


def test_an_older_catalog_keeps_its_captions(tmp_path: Path) -> None:
    _make_old(tmp_path / "catalog.sqlite")
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        (segment,) = catalog.segments("v")
        assert segment.caption is not None and segment.caption.summary == "A box falls."
        assert not segment.still
        assert catalog.video("v").segment_count == 1  # type: ignore[union-attr]
        catalog.publish("v", "print")
        assert catalog.query("SELECT segment_count FROM published")[0][0] == 1
        assert [found.ordinal for _, found in catalog.search_words("box", limit=5)] == [0]
        assert catalog.meta("schema_version") == "2"


def test_opening_it_twice_changes_nothing_more(tmp_path: Path) -> None:
    _make_old(tmp_path / "catalog.sqlite")
    Catalog(tmp_path / "catalog.sqlite").close()
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        assert len(catalog.segments("v")) == 1


def test_a_catalog_of_a_later_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
        connection.commit()
    with pytest.raises(LibraryError, match="Update Witness"):
        Catalog(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone() == ("99",)
