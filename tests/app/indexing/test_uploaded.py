"""What counts as an uploaded copy, which alone may be deleted: an unchanged file of the uploads folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.indexing.uploaded import uploaded_copies
from indexer.library.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with closing(Library(tmp_path / "library")) as opened:
        opened.catalog.add_video("id", tmp_path / "gate.mp4", 5)
        yield opened


@pytest.fixture
def uploads(library: Library) -> Path:
    folder = library.folder / "uploads"
    folder.mkdir()
    return folder


def seen(library: Library, path: Path) -> Path:
    """Let the library have seen its video at a path; a file is written there where none is."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"video")
    facts = path.stat()
    library.catalog.note_file(path, "id", facts.st_size, facts.st_mtime_ns)
    return path


def test_only_files_of_the_folder_itself_count(library: Library, uploads: Path, tmp_path: Path) -> None:
    """Not what lies elsewhere, deeper, beside the folder, or is only reached by way of it."""
    copy = seen(library, uploads / "x.mp4")
    for other in ("gate.mp4", "library/uploads/deeper/x.mp4", "library/uploads-2/x.mp4"):
        seen(library, tmp_path / other)
    seen(library, uploads / ".." / "y.mp4")
    assert uploaded_copies(library, "id") == [copy]
    assert uploaded_copies(library, "another") == []


def test_a_link_in_the_folder_is_not_followed(library: Library, uploads: Path, tmp_path: Path) -> None:
    original = seen(library, tmp_path / "gate.mp4")
    (uploads / "link.mp4").symlink_to(original)
    (uploads / "footage").symlink_to(tmp_path)
    seen(library, uploads / "link.mp4")
    seen(library, uploads / "footage" / "gate.mp4")
    assert uploaded_copies(library, "id") == []


def test_a_folder_that_is_a_link_has_no_copies(library: Library, uploads: Path, tmp_path: Path) -> None:
    """What lies behind it is not known to be the library's own."""
    copy = seen(library, uploads / "x.mp4")
    assert uploaded_copies(library, "id") == [copy]
    shutil.move(uploads, tmp_path / "footage")
    uploads.symlink_to(tmp_path / "footage")
    assert copy.exists() and uploaded_copies(library, "id") == []


def test_a_library_behind_a_link_has_its_copies(library: Library, uploads: Path, tmp_path: Path) -> None:
    """Where the library lies is a person's choice."""
    (tmp_path / "link").symlink_to(library.folder)
    copy = seen(library, tmp_path / "link" / "uploads" / "x.mp4")
    assert uploaded_copies(library, "id") == [copy]


def test_a_file_that_is_another_one_now_is_left_alone(library: Library, uploads: Path) -> None:
    copy = seen(library, uploads / "x.mp4")
    copy.write_bytes(b"something else")
    assert uploaded_copies(library, "id") == []
    copy.unlink()
    assert uploaded_copies(library, "id") == []
