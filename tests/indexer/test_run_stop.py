"""A run that is asked to stop ends soon, and the next one does what it left as if nothing had been."""

from __future__ import annotations

import threading

from indexing_kit import RecordingVision, write_video

from indexer.identifying import identify
from indexer.library.records import VideoStatus
from indexer.progress import FileProgress
from indexer.running import IndexRun


def test_queue_is_worked_off_across_a_stop(make_indexer, library, tmp_path):
    """Stopped after its first segment, the file waits without blame; the next run looks at the rest only."""
    video = write_video(tmp_path / "a.mp4", seconds=6)
    library.jobs.put(identify(library.catalog, video), video)
    stop = threading.Event()
    events = []

    def report(event):
        events.append(event)
        if isinstance(event, FileProgress) and event.done_seconds > 0:
            stop.set()

    IndexRun(make_indexer(RecordingVision()), report, stop).work_off()
    [job] = library.jobs.all()
    assert (job.running, job.attempts) == (False, 0) and job.progress < 1
    done = len(library.catalog.drafts(job.video_id, make_indexer(RecordingVision()).fingerprint.key))
    second = RecordingVision()
    IndexRun(make_indexer(second), events.append).work_off()
    assert library.video("a.mp4").status is VideoStatus.READY and not library.jobs.count()
    assert len(second.looks) == len(library.segments(job.video_id)) - done > 0


def test_nothing_queued_is_nothing_to_do(make_indexer, library):
    """An empty queue makes no fingerprint and asks no model."""
    vision = RecordingVision()
    IndexRun(make_indexer(vision), lambda event: None).work_off()
    assert vision.looks == [] and library.fingerprint is None
