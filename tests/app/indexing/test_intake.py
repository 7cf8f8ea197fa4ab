"""What the browser's desk makes of a path: queued, known already, or moved."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.indexing.activity import Activity
from app.indexing.intake import Intake
from indexer.identifying import identify
from indexer.library.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with closing(Library(tmp_path / "library")) as opened:
        yield opened


@pytest.fixture
def known(library: Library, tmp_path: Path) -> Path:
    """A file that the library has an index of."""
    path = tmp_path / "gate.mp4"
    path.write_bytes(b"the content of a video")
    library.catalog.publish(identify(library.catalog, path), "index")
    return path


def test_a_renamed_file_is_called_by_its_new_name_and_not_queued(library: Library, known: Path) -> None:
    activity, renamed = Activity(), known.with_name("yard.mp4")
    known.rename(renamed)
    assert not Intake(library, activity).add(renamed)
    assert library.video("yard.mp4").path == renamed
    assert [notice.text for notice in activity.notices()] == [f"{known} was moved: it is {renamed} now"]
    assert not library.jobs.count()


def test_a_copy_is_told_by_the_name_that_the_library_has(library: Library, known: Path) -> None:
    activity, copy = Activity(), known.with_name("copy.mp4")
    shutil.copy(known, copy)
    assert not Intake(library, activity).add(copy)
    assert library.video("gate.mp4").path == known
    (notice,) = activity.notices()
    assert notice.text == "copy.mp4 is in the library already as gate.mp4"
