"""When a file of a watched folder is finished, told by a clock that the test moves."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app.indexing.watching import PATIENCE_SECONDS, SETTLE_SECONDS, FolderWatch


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "nvr"
    folder.mkdir()
    return folder


def test_file_is_handed_over_once_when_it_stands_still(folder: Path, clock: Clock) -> None:
    """Not while it grows; after it has stood still, once, also when it lies there for good."""
    watch = FolderWatch(lambda _: True, lambda *_: False, clock=clock)
    file = folder / "gate.mp4"
    for size in (1, 2, 3):
        file.write_bytes(b"x" * size)
        assert list(watch.look([folder])) == [] and watch.unfinished == 1
        clock.seconds += SETTLE_SECONDS - 1
    clock.seconds += 1
    assert list(watch.look([folder])) == [file]
    clock.seconds += PATIENCE_SECONDS
    assert list(watch.look([folder])) == [] and watch.unfinished == 0


def test_time_alone_counts_as_a_change(folder: Path, clock: Clock) -> None:
    """A recorder that writes in place keeps the size; the file is new again after it was handed over, too."""
    watch = FolderWatch(lambda _: True, lambda *_: False, clock=clock)
    file = folder / "loop.mp4"
    file.write_bytes(b"x")
    list(watch.look([folder]))
    clock.seconds += SETTLE_SECONDS
    os.utime(file, ns=(1, 1))
    assert list(watch.look([folder])) == []
    clock.seconds += SETTLE_SECONDS
    assert list(watch.look([folder])) == [file]
    os.utime(file, ns=(2, 2))
    assert list(watch.look([folder])) == []


def test_container_that_does_not_open_waits_and_is_told_in_the_end(folder: Path, clock: Clock) -> None:
    """An MP4 without its index is being written or broken: looked into once, handed over in the end."""
    tried: list[Path] = []

    def opens(path: Path) -> bool:
        tried.append(path)
        return False

    watch = FolderWatch(opens, lambda *_: False, clock=clock)
    file = folder / "cut.mp4"
    file.write_bytes(b"x")
    list(watch.look([folder]))
    for _ in range(3):
        clock.seconds += SETTLE_SECONDS
        assert list(watch.look([folder])) == []
    assert tried == [file]
    clock.seconds += PATIENCE_SECONDS
    assert list(watch.look([folder])) == [file]


def test_folder_that_goes_away_is_told_and_its_files_are_not_new_when_it_is_back(
    folder: Path, clock: Clock, tmp_path: Path
) -> None:
    """A drive is unmounted and mounted again."""
    watch = FolderWatch(lambda _: True, lambda *_: False, clock=clock)
    (folder / "a.mp4").write_bytes(b"x")
    list(watch.look([folder]))
    clock.seconds += SETTLE_SECONDS
    assert len(list(watch.look([folder]))) == 1
    away = shutil.move(folder, tmp_path / "away")
    assert list(watch.look([folder])) == [] and "No such file" in watch.unreadable[folder]
    shutil.move(away, folder)
    clock.seconds += SETTLE_SECONDS
    assert list(watch.look([folder])) == [] and watch.unreadable == {}


def test_what_is_known_is_passed_over(folder: Path, clock: Clock) -> None:
    """A restart does not open what the library has; only videos count, hidden files and others do not."""
    for name in ("known.mp4", "notes.txt", ".hidden.mp4"):
        (folder / name).write_bytes(b"x")
    tried: list[Path] = []
    watch = FolderWatch(lambda path: not tried.append(path), lambda *_: True, clock=clock)
    list(watch.look([folder]))
    clock.seconds += SETTLE_SECONDS
    assert list(watch.look([folder])) == [] and tried == []
