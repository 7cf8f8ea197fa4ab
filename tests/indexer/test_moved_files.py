"""Files that are renamed, moved, copied, missing or replaced: nothing is looked at twice, nothing is lost."""

import shutil
from datetime import UTC, datetime

import pytest
from indexing_kit import RecordingVision, write_folder, write_video

from indexer.clock.start import RecordingStart, StartSource
from indexer.discovery import find_files
from indexer.errors import MediaError, VideoNotFound
from indexer.identifying import identify
from indexer.library.places import move
from indexer.progress import FileFailed, FileIndexed, FileMoved, FileReplaced, FileSkipped
from indexer.running import IndexRun


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "footage", "a.mp4", "b.mp4")


@pytest.fixture
def index(make_indexer, folder):
    """Index files, by default all of the folder; return what was reported, and the looks."""

    def run(*files, **options):
        events, vision = [], RecordingVision()
        IndexRun(make_indexer(vision), events.append).run(list(files) or find_files([folder]), **options)
        return events, vision.looks

    run()
    return run


def of_kind(events, kind):
    return [event for event in events if isinstance(event, kind)]


def names(library):
    return [library.handle(video) for video in library.videos()]


def test_a_renamed_file_goes_by_its_new_name_and_is_not_looked_at_again(index, library, folder):
    before = library.video("a.mp4")
    segments = library.segments(before.video_id)
    (folder / "a.mp4").rename(folder / "gate.mp4")
    events, looks = index()
    assert of_kind(events, FileMoved) == [FileMoved(folder / "gate.mp4", folder / "a.mp4")]
    assert looks == [] and not of_kind(events, FileFailed)
    for name in ("gate.mp4", "gate", str(folder / "gate.mp4")):
        assert library.video(name).video_id == before.video_id
    assert library.segments(before.video_id) == segments
    assert len(library.frames_at(library.video("gate.mp4").video_id, [0.5])) == 1
    with pytest.raises(VideoNotFound, match=r"a\.mp4 is not there any more.*say gate\.mp4"):
        library.video("a.mp4")
    assert not of_kind(index()[0], FileMoved), "it is told once"


def test_a_copy_changes_nothing_and_says_what_the_video_is_called(index, library, folder):
    shutil.copy(folder / "a.mp4", folder / "copy.mp4")
    events, looks = index()
    reasons = {event.path.name: event.reason for event in of_kind(events, FileSkipped)}
    assert reasons["copy.mp4"] == "same content as a.mp4, and known by that name"
    assert reasons["a.mp4"] == "already indexed"
    assert looks == [] and not of_kind(events, FileMoved)
    for name in ("copy.mp4", str(folder / "copy.mp4")):
        with pytest.raises(VideoNotFound, match=r"same content as .*a\.mp4.*say a\.mp4"):
            library.video(name)
    (folder / "a.mp4").unlink()
    assert of_kind(index()[0], FileMoved) == [FileMoved(folder / "copy.mp4", folder / "a.mp4")]


def test_a_folder_that_vanishes_changes_nothing_until_its_files_are_found_elsewhere(
    index, library, folder, tmp_path
):
    folder.rename(tmp_path / "unmounted")
    other = write_video(tmp_path / "other.mp4", seconds=2, seed=3)
    events, _ = index(other)
    assert [type(event) for event in of_kind(events, FileMoved | FileReplaced | FileFailed)] == []
    assert names(library) == ["a.mp4", "b.mp4", "other.mp4"]
    assert library.video("a.mp4").path == folder / "a.mp4"
    assert not library.has_file(library.video("a.mp4"))
    (tmp_path / "unmounted").rename(folder)
    events, looks = index()
    assert looks == [] and not of_kind(events, FileMoved)
    assert library.has_file(library.video("a.mp4"))


def test_names_that_were_swapped_are_swapped(index, library, folder):
    a, b = (library.video(name).video_id for name in ("a.mp4", "b.mp4"))
    (folder / "a.mp4").rename(folder / "c.tmp")
    (folder / "b.mp4").rename(folder / "a.mp4")
    (folder / "c.tmp").rename(folder / "b.mp4")
    events, looks = index()
    assert (library.video("b.mp4").video_id, library.video("a.mp4").video_id) == (a, b)
    assert looks == [] and not of_kind(events, FileReplaced)


def test_a_recording_that_was_put_aside_for_a_new_one_is_moved_and_not_replaced(index, library, folder):
    old_id = library.video("a.mp4").video_id
    (folder / "a.mp4").rename(folder / "older.mp4")
    write_video(folder / "a.mp4", seconds=2, seed=4)
    events, _ = index()
    assert of_kind(events, FileMoved) == [FileMoved(folder / "older.mp4", folder / "a.mp4")]
    assert not of_kind(events, FileReplaced)
    assert library.video("older.mp4").video_id == old_id
    assert names(library) == ["a.mp4", "b.mp4", "older.mp4"]


def test_of_a_replaced_file_the_name_means_what_lies_there_and_the_old_index_is_kept(index, library, folder):
    old_id = library.video("a.mp4").video_id
    handle = f"a.mp4#{old_id[:6]}"
    write_video(folder / "a.mp4", seconds=3, seed=5)
    events, _ = index()
    assert of_kind(events, FileReplaced) == [FileReplaced(folder / "a.mp4", handle)]
    new_id = library.video("a.mp4").video_id
    assert new_id != old_id
    assert library.video(handle).video_id == old_id
    assert library.video(handle).replaced_by == new_id and not library.video("a.mp4").replaced_by
    assert library.segments(old_id), "what was seen once stays evidence"
    assert {hit.video.video_id for hit in library.search_words("forklift", limit=9)} >= {old_id, new_id}
    assert not library.has_file(library.video(handle))
    with pytest.raises(MediaError, match=r"was replaced by other content.*put the file back"):
        library.frames_at(old_id, [0.5])
    assert not of_kind(index()[0], FileReplaced), "it is told once"

    write_video(folder / "a.mp4", seconds=2, seed=1)  # put back: now the other one is the replaced one
    events, looks = index()
    assert looks == []
    assert of_kind(events, FileReplaced) == [FileReplaced(folder / "a.mp4", f"a.mp4#{new_id[:6]}")]
    assert library.video("a.mp4").video_id == old_id
    library.remove(new_id)
    assert names(library) == ["a.mp4", "b.mp4"]


def test_a_replaced_file_that_cannot_be_used_leaves_the_old_index_its_own_name(index, library, folder):
    old_id = library.video("a.mp4").video_id
    (folder / "a.mp4").write_text("no video " * 200)
    events, _ = index()
    assert [event.path.name for event in of_kind(events, FileFailed)] == ["a.mp4"]
    assert of_kind(events, FileReplaced) == [FileReplaced(folder / "a.mp4", f"a.mp4#{old_id[:6]}")]
    assert not library.video("a.mp4").answerable
    assert library.segments(library.video(f"a.mp4#{old_id[:6]}").video_id)


def test_a_reindex_names_what_it_cannot_make_anew(index, make_indexer, library, folder):
    handle = f"a.mp4#{library.video('a.mp4').video_id[:6]}"
    write_video(folder / "a.mp4", seconds=2, seed=6)
    index()
    events = []
    IndexRun(make_indexer(RecordingVision("recording-2")), events.append).run([], reindex=True)
    assert {event.path.name for event in of_kind(events, FileIndexed)} == {"a.mp4", "b.mp4"}
    (failed,) = of_kind(events, FileFailed)
    assert f'witness remove "{handle}"' in failed.reason


def test_a_file_that_is_renamed_while_it_waits_is_indexed_where_it_lies(index, library, folder):
    waiting = write_video(folder / "c.mp4", seconds=2, seed=7)
    library.jobs.put(identify(library.catalog, waiting), waiting)  # queued by a run that was then killed
    waiting.rename(folder / "d.mp4")
    events, _ = index()
    assert of_kind(events, FileMoved) == [FileMoved(folder / "d.mp4", waiting)]
    assert [event.path.name for event in of_kind(events, FileIndexed)] == ["d.mp4"]
    assert not of_kind(events, FileFailed)


def test_a_kill_between_finding_and_noting_the_move_is_made_good_by_the_next_run(index, library, folder):
    (folder / "a.mp4").rename(folder / "gate.mp4")
    identify(library.catalog, folder / "gate.mp4")  # and then the kill
    assert library.file_of(library.video("a.mp4").video_id) == folder / "gate.mp4"
    assert of_kind(index()[0], FileMoved) == [FileMoved(folder / "gate.mp4", folder / "a.mp4")]


def test_of_two_processes_that_find_a_moved_file_the_second_changes_nothing(index, library, folder):
    video_id = library.video("a.mp4").video_id
    for name in ("first.mp4", "second.mp4"):
        move(library.catalog, video_id, folder / "a.mp4", folder / name, camera=name, start=None)
    assert library.video(video_id).path == folder / "first.mp4"
    assert library.video(video_id).camera == "first.mp4"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, (StartSource.FILE_NAME, 14)),
        (RecordingStart(datetime(2026, 3, 1, 9, tzinfo=UTC), StartSource.GIVEN), (StartSource.GIVEN, 9)),
    ],
)
def test_a_new_name_tells_a_start_but_never_against_a_person(index, library, folder, known, expected):
    video_id = library.video("a.mp4").video_id
    library.catalog.set_start(video_id, known)
    (folder / "a.mp4").rename(folder / "Gate_20260301_143000.mp4")
    index()
    start = library.video(video_id).start
    assert (start.source, start.starts_at.hour) == expected
