"""Many files: skip what is known, name what fails, and never let two processes write at once."""

import shutil
import threading
import time

import pytest
from indexing_kit import RecordingVision, write_video

from indexer.discovery import find_files
from indexer.errors import FingerprintMismatch, MediaError, VisionError, WitnessError
from indexer.identifying import identify
from indexer.library.library import Library
from indexer.library.ownership import Ownership
from indexer.library.records import VideoStatus
from indexer.progress import FileFailed, FileIndexed, FileProgress, FileSkipped, FilesQueued
from indexer.running import IndexRun


def run(indexer, files, **options):
    events = []
    IndexRun(indexer, events.append).run(files, **options)
    return events


def of_kind(events, kind):
    return [event for event in events if isinstance(event, kind)]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "footage"
    (folder / "deeper").mkdir(parents=True)
    write_video(folder / "a.mp4", seconds=3, seed=1)
    write_video(folder / "deeper" / "b.mp4", seconds=2, seed=2)
    return folder


def test_a_folder_is_indexed_and_a_second_run_does_nothing(make_indexer, library, folder):
    first = run(make_indexer(), find_files([folder]))
    assert {event.path.name for event in of_kind(first, FileIndexed)} == {"a.mp4", "b.mp4"}
    assert of_kind(first, FilesQueued)[0].watching is False
    assert of_kind(first, FileProgress)[-1].done_seconds > 0

    vision = RecordingVision()
    second = run(make_indexer(vision), find_files([folder]))
    assert [type(event) for event in second] == [FileSkipped, FileSkipped]
    assert vision.looks == []


def test_only_what_is_new_is_done(make_indexer, folder):
    run(make_indexer(), find_files([folder]))
    write_video(folder / "c.mp4", seconds=2, seed=3)
    events = run(make_indexer(), find_files([folder]))
    assert [event.path.name for event in of_kind(events, FileIndexed)] == ["c.mp4"]


def test_a_copy_and_a_renamed_file_are_recognised_by_content(make_indexer, library, folder):
    run(make_indexer(), find_files([folder]))
    shutil.copy(folder / "a.mp4", folder / "copy.mp4")
    (folder / "deeper" / "b.mp4").rename(folder / "renamed.mp4")
    vision = RecordingVision()
    events = run(make_indexer(vision), find_files([folder]))
    assert {event.path.name for event in of_kind(events, FileSkipped)} == {"a.mp4", "copy.mp4", "renamed.mp4"}
    assert vision.looks == []
    moved = library.video("renamed.mp4")
    assert library.frames_at(moved.video_id, [0.5]), "frames come from where the content lies now"


def test_bad_files_are_named_with_reasons_and_the_good_one_is_indexed(make_indexer, library, folder):
    (folder / "text.mp4").write_text("not a video " * 100)
    (folder / "empty.mp4").touch()
    whole = (folder / "a.mp4").read_bytes()
    (folder / "cut-off.mp4").write_bytes(whole[: len(whole) // 2])
    events = run(make_indexer(), find_files([folder]))
    failed = {event.path.name: event.reason for event in of_kind(events, FileFailed)}
    assert set(failed) == {"text.mp4", "empty.mp4", "cut-off.mp4"}
    assert all(reason for reason in failed.values())
    assert "empty" in failed["empty.mp4"]
    statuses = {video.name: video.status for video in library.videos()}
    assert statuses["a.mp4"] is VideoStatus.READY
    assert statuses["text.mp4"] is VideoStatus.FAILED
    assert {hit.video.name for hit in library.search_words("forklift", limit=50)} == {"a.mp4", "b.mp4"}


def test_other_settings_are_refused_until_a_reindex_is_asked_for(make_indexer, library, folder):
    run(make_indexer(), find_files([folder]))
    other = make_indexer(RecordingVision("recording-2"))
    with pytest.raises(FingerprintMismatch, match=r"recording-1 -> recording-2.*--reindex"):
        run(other, find_files([folder]))
    assert library.fingerprint.vision == "recording-1"
    events = run(other, [folder / "a.mp4"], reindex=True)
    assert {event.path.name for event in of_kind(events, FileIndexed)} == {"a.mp4", "b.mp4"}
    assert library.fingerprint.vision == "recording-2"


def test_a_vision_model_that_fails_stops_the_run_and_keeps_the_queue(make_indexer, library, folder):
    def fail(look):
        raise VisionError("no answer")

    with pytest.raises(VisionError):
        run(make_indexer(RecordingVision(on_look=fail)), find_files([folder]))
    assert {video.status for video in library.videos()} == {VideoStatus.QUEUED}
    assert len(of_kind(run(make_indexer(), find_files([folder])), FileIndexed)) == 2


def test_a_second_process_hands_its_files_to_the_owner(make_indexer, library, folder):
    ownership = Ownership(library.folder)
    assert ownership.try_acquire()
    events = []
    indexer = make_indexer()
    watcher = threading.Thread(target=IndexRun(indexer, events.append).run, args=(find_files([folder]),))
    watcher.start()
    deadline = time.monotonic() + 60
    while not of_kind(events, FilesQueued) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert of_kind(events, FilesQueued)[0].watching is True
    assert not of_kind(events, FileIndexed), "nobody writes while another process owns the library"
    ownership.release()  # the owner is gone, so the one that waited takes over
    watcher.join(timeout=60)
    assert len(of_kind(events, FileIndexed)) == 2


def test_a_reader_that_is_open_sees_what_is_indexed_later(make_indexer, settings, folder):
    reader = Library.open(settings)
    assert reader.search_meaning("forklift", limit=3) == []
    run(make_indexer(), [folder / "a.mp4"])
    assert len(reader.search_meaning("forklift", limit=3)) == 2
    run(make_indexer(), [folder / "deeper" / "b.mp4"])
    assert {hit.video.name for hit in reader.search_meaning("forklift", limit=9)} == {"a.mp4", "b.mp4"}
    reader.close()


def test_discovery_skips_hidden_linked_and_other_files(tmp_path, folder):
    (folder / ".hidden.mp4").touch()
    (folder / "readme.txt").touch()
    (folder / "link.mp4").symlink_to(folder / "a.mp4")
    assert [path.name for path in find_files([folder, folder / "a.mp4"])] == ["a.mp4", "b.mp4"]
    with pytest.raises(WitnessError, match="no video files"):
        find_files([_empty(tmp_path)])
    with pytest.raises(WitnessError, match="there is no file or folder"):
        find_files([tmp_path / "absent"])


def _empty(tmp_path):
    empty = tmp_path / "empty-folder"
    empty.mkdir()
    return empty


def test_a_file_that_was_replaced_does_not_stand_for_the_one_that_was_indexed(make_indexer, library, folder):
    run(make_indexer(), [folder / "a.mp4"])
    video = library.video("a.mp4")
    assert library.file_of(video.video_id) == folder / "a.mp4"
    shutil.copy(folder / "deeper" / "b.mp4", folder / "a.mp4")
    with pytest.raises(MediaError, match="changed since it was indexed"):
        library.frames_at(video.video_id, [0.5])
    (folder / "a.mp4").unlink()
    with pytest.raises(MediaError, match="gone"):
        library.file_of(video.video_id)
    write_video(folder / "a.mp4", seconds=3, seed=1)  # the same content again, at another time
    assert len(library.frames_at(video.video_id, [0.5])) == 1


def test_a_repaired_file_takes_the_place_of_its_failure(make_indexer, library, folder):
    broken = folder / "broken.mp4"
    broken.touch()
    run(make_indexer(), [broken])
    assert library.video("broken.mp4").status is VideoStatus.FAILED
    shutil.copy(folder / "a.mp4", broken)
    run(make_indexer(), [broken])
    assert [video.name for video in library.videos()] == ["broken.mp4"]
    assert library.video("broken.mp4").status is VideoStatus.READY


def test_a_removed_video_is_gone_from_every_search_and_its_file_is_not_touched(make_indexer, library, folder):
    run(make_indexer(), find_files([folder]))
    library.remove(library.video("a.mp4").video_id)
    assert [video.name for video in library.videos()] == ["b.mp4"]
    assert {hit.video.name for hit in library.search_words("forklift", limit=9)} == {"b.mp4"}
    assert {hit.video.name for hit in library.search_meaning("forklift", limit=9)} == {"b.mp4"}
    assert (folder / "a.mp4").exists()
    again = run(make_indexer(), [folder / "a.mp4"])
    assert [event.path.name for event in of_kind(again, FileIndexed)] == ["a.mp4"]


def test_a_file_that_is_replaced_while_it_waits_is_never_indexed_as_the_old_one(
    make_indexer, library, folder
):
    """A recording that is still being written when it is queued, say."""
    waiting = folder / "a.mp4"
    old_id = identify(library.catalog, waiting)
    library.jobs.put(old_id, waiting)  # queued by a run that was then killed
    shutil.copy(folder / "deeper" / "b.mp4", waiting)
    vision = RecordingVision()
    events = run(make_indexer(vision), [waiting])
    assert [event.path.name for event in of_kind(events, FileIndexed)] == ["a.mp4"]
    (video,) = [video for video in library.videos() if video.answerable]
    assert video.video_id != old_id
    assert library.file_of(video.video_id) == waiting
    assert len(vision.looks) == 1, "two seconds of the new file, looked at once"
    assert library.jobs.outstanding({old_id}) == []
