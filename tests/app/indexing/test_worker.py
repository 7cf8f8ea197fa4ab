"""The worker in the server: what waits is indexed, a stop or a failure loses nothing, one process writes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from held_vision import HeldVision, wait_until
from small_video import write_video

from app.indexing.worker import Worker
from indexer.errors import VisionError
from indexer.library.library import Library
from indexer.library.ownership import Ownership
from indexer.library.records import VideoStatus
from indexer.settings import Settings

MakeWorker = Callable[..., Worker]


def status_of(library: Library, name: str = "gate.mp4") -> VideoStatus | None:
    """The status as another connection to the library sees it; None where nothing is called so."""
    return next((video.status for video in library.videos() if video.name == name), None)


def test_path_is_indexed_and_the_model_is_not_made_before(
    make_worker: MakeWorker, settings: Settings, vision: HeldVision, video: Path
) -> None:
    """A server without anything to index loads nothing; then a folder becomes answerable, and it is told."""
    worker = make_worker()
    time.sleep(0.4)
    assert vision.asked_for == 0 and not worker.busy
    library = Library.open(settings)
    worker.add(video.parent)
    wait_until(lambda: status_of(library) is VideoStatus.READY)
    wait_until(lambda: not worker.busy)
    assert "1 videos added" in worker.activity.notices()[0].text
    assert worker.activity.doing is None and vision.asked_for == 1
    library.close()


def test_stop_in_the_middle_of_a_look_keeps_the_queue_for_the_next_start(
    make_worker: MakeWorker, settings: Settings, vision: HeldVision, video: Path
) -> None:
    """Stopping takes seconds although the model hangs; the file waits, and the next start does it."""
    vision.may_go_on.clear()
    first = make_worker()
    first.add(video)
    assert vision.looking.wait(60)
    assert first.stop(30)
    library = Library.open(settings)
    [job] = library.jobs.all()
    assert (job.running, job.attempts) == (False, 0)
    vision.may_go_on.set()
    make_worker()
    wait_until(lambda: status_of(library) is VideoStatus.READY)
    library.close()


def test_what_was_asked_for_survives_a_stop_before_it_was_read(
    make_worker: MakeWorker, settings: Settings, video: Path
) -> None:
    """A path that nobody got round to is taken up at the next start."""
    unstarted = Worker(settings, lambda: None)
    unstarted.add(video)
    unstarted.close()
    make_worker()
    library = Library.open(settings)
    wait_until(lambda: status_of(library) is VideoStatus.READY)
    library.close()


def test_vision_that_fails_is_told_and_the_file_waits(
    make_worker: MakeWorker, settings: Settings, vision: HeldVision, video: Path
) -> None:
    """The reason stands on the page with the time of the next attempt; once it is mended, it goes on."""
    vision.error = VisionError("the vision server does not answer: start it")
    worker = make_worker()
    worker.add(video)
    wait_until(lambda: worker.activity.problem)
    assert worker.activity.problem is not None
    assert "start it" in worker.activity.problem.text
    library = Library.open(settings)
    wait_until(lambda: status_of(library) is VideoStatus.QUEUED)
    vision.error = None
    worker.retry_now()
    wait_until(lambda: status_of(library) is VideoStatus.READY)
    wait_until(lambda: worker.activity.problem is None)
    library.close()


def test_new_file_of_a_watched_folder_is_indexed_and_a_removed_one_stays_away(
    make_worker: MakeWorker, settings: Settings, video: Path, tmp_path: Path
) -> None:
    """A finished file comes by itself; one that a person removed stays away, though its file lies there."""
    watched = tmp_path / "nvr"
    watched.mkdir()
    worker = make_worker()
    worker.watch(watched)
    shutil.copy(video, watched / "night.mp4")
    library = Library.open(settings)
    wait_until(lambda: status_of(library, "night.mp4") is VideoStatus.READY)
    worker.remove(library.video("night.mp4").video_id)
    wait_until(lambda: status_of(library, "night.mp4") is None)
    assert worker.stop(30)
    again = make_worker()
    assert again.watched == [(watched, False)]
    time.sleep(1.0)
    assert status_of(library, "night.mp4") is None and (watched / "night.mp4").exists()
    library.close()


def test_removing_what_is_being_indexed_interrupts_it(
    make_worker: MakeWorker, settings: Settings, vision: HeldVision, video: Path
) -> None:
    """Nobody waits for the rest of a long video; the file is not touched, and other files go on."""
    vision.may_go_on.clear()
    worker = make_worker()
    worker.add(video)
    assert vision.looking.wait(60)
    library = Library.open(settings)
    video_id = library.video("gate.mp4").video_id
    worker.remove(video_id)
    assert video_id in worker.removing
    wait_until(lambda: not library.videos(), 30)
    assert video.exists() and not library.jobs.count()
    library.close()


def test_an_uploaded_copy_is_deleted_when_a_person_asks_for_it(
    make_worker: MakeWorker, settings: Settings, video: Path
) -> None:
    """The copy goes; the file with the same content elsewhere stays. Not asked for, the copy stays too."""
    library = Library.open(settings)
    copy = settings.library / "uploads" / "gate.mp4"
    copy.parent.mkdir()
    shutil.copy(video, copy)
    worker = make_worker()
    for delete_copy in (False, True):
        worker.add(video)
        worker.add(copy)
        wait_until(lambda: [len(library.catalog.paths(each.video_id)) for each in library.videos()] == [2])
        worker.remove(library.video("gate.mp4").video_id, delete_copy=delete_copy)
        wait_until(lambda: not library.videos() and not worker.removing)
        assert (copy.exists(), video.exists()) == (not delete_copy, True)
    assert any("uploaded copy was deleted" in notice.text for notice in worker.activity.notices())
    library.close()


def test_another_process_that_owns_the_library_does_the_work(
    make_worker: MakeWorker, settings: Settings, vision: HeldVision, video: Path
) -> None:
    """While it owns the library, this one only watches, and says why it cannot remove; then it takes over."""
    worker = make_worker()
    owner = Ownership(settings.library)
    assert owner.try_acquire()
    worker.add(video)
    library = Library.open(settings)
    wait_until(lambda: status_of(library) is VideoStatus.QUEUED)
    worker.remove(library.video("gate.mp4").video_id)
    wait_until(lambda: any("another Witness" in notice.text for notice in worker.activity.notices()))
    assert not vision.looking.is_set()
    owner.release()
    wait_until(lambda: status_of(library) is VideoStatus.READY)
    library.close()


def test_failed_file_can_be_tried_again(make_worker: MakeWorker, settings: Settings, tmp_path: Path) -> None:
    """Why it failed is told; a retry begins a new attempt, and a changed file is a new video."""
    worker = make_worker()
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video " * 100)
    worker.add(bad)
    library = Library.open(settings)
    wait_until(lambda: status_of(library, "bad.mp4") is VideoStatus.FAILED and not worker.busy)
    failed = library.video("bad.mp4")
    assert failed.failure
    worker.activity.forget_notices()
    worker.retry(failed.video_id)
    wait_until(lambda: worker.activity.notices())
    assert status_of(library, "bad.mp4") is VideoStatus.FAILED
    library.close()


def test_bad_file_among_good_ones_holds_nobody_up(
    make_worker: MakeWorker, settings: Settings, video: Path
) -> None:
    """It fails with its reason, and those before and after it become answerable."""
    (video.parent / "bad.mp4").write_bytes(b"no video " * 100)
    write_video(video.parent / "aisle.mp4", seconds=2, seed=3)
    worker = make_worker()
    worker.add(video.parent)
    library = Library.open(settings)
    wait_until(lambda: len(library.videos()) == 3 and not worker.busy)
    found = [status_of(library, name) for name in ("aisle.mp4", "bad.mp4", "gate.mp4")]
    assert found == [VideoStatus.READY, VideoStatus.FAILED, VideoStatus.READY]
    library.close()
