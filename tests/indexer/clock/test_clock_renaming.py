"""A renamed file keeps what is known of its start, and takes what its new name tells."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.clock.renaming import camera_after_renaming, start_after_renaming
from indexer.clock.start import RecordingStart, StartSource

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMED = Path("/footage/Gate_20260301_143000.mp4")
LATER = Path("/footage/Gate_20260302_080000.mp4")
PLAIN = Path("/footage/forklift accident.mp4")


def renamed(known, old, new):
    return start_after_renaming(known, old, new, zone_name="UTC", now=NOW)


def start(source, hour=14, remark=""):
    return RecordingStart(datetime(2026, 3, 1, hour, 30, tzinfo=UTC), source, 1.0, remark=remark)


@pytest.mark.parametrize("source", [StartSource.GIVEN, StartSource.BURNED_IN])
def test_what_a_person_said_or_the_picture_shows_stays(source):
    known = start(source)
    assert renamed(known, PLAIN, LATER) is known


def test_a_name_that_tells_the_same_time_changes_nothing():
    known = start(StartSource.FILE_NAME, remark="the container says something else")
    assert renamed(known, NAMED, Path("/archive") / NAMED.name) is known


def test_a_name_that_tells_no_time_takes_none_away_and_says_where_it_is_from():
    kept = renamed(start(StartSource.FILE_NAME), NAMED, PLAIN)
    assert kept.starts_at == start(StartSource.FILE_NAME).starts_at
    assert "had before it was renamed" in kept.remark
    assert renamed(kept, PLAIN, Path("/other.mp4")) == kept, "the remark is not repeated"


def test_a_name_that_tells_another_time_is_believed_and_the_old_one_is_told():
    changed = renamed(start(StartSource.FILE_NAME), NAMED, LATER)
    assert changed.starts_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert "2026-03-01 14:30:00" in changed.remark


def test_a_name_is_believed_before_the_container_which_has_its_say():
    changed = renamed(start(StartSource.CONTAINER), PLAIN, LATER)
    assert changed.source is StartSource.FILE_NAME
    assert "the container says 2026-03-01 14:30:00" in changed.remark
    assert renamed(start(StartSource.CONTAINER), PLAIN, Path("/other.mp4")) == start(StartSource.CONTAINER)


def test_a_start_that_nobody_knew_comes_from_the_new_name():
    assert renamed(None, PLAIN, LATER).starts_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert renamed(None, PLAIN, Path("/other.mp4")) is None


@pytest.mark.parametrize(
    ("known", "old", "new", "expected"),
    [
        ("Gate", NAMED, Path("/footage/Yard_20260301_143000.mp4"), "Yard"),
        ("Gate", NAMED, PLAIN, "Gate"),
        ("north", NAMED, Path("/footage/Yard_20260301_143000.mp4"), "north"),
        ("", PLAIN, NAMED, "Gate"),
    ],
)
def test_a_camera_follows_the_name_that_told_it_and_stays_where_a_person_did(known, old, new, expected):
    assert camera_after_renaming(known, old, new) == expected
