"""Recordings are found by any part of their name, camera and day, the latest first."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from indexer.clock.start import RecordingStart, StartSource
from indexer.library.library import Library
from indexer.library.recordings import cameras, find_recordings, placed_recordings, recording, recordings_of
from indexer.timeline import Caption, Segment, Span


def publish(library: Library, name: str, camera: str = "", starts_at: str = "") -> str:
    video_id = f"{name:0>16}"
    library.catalog.add_video(video_id, Path(f"/videos/{name}.mp4"), 1)
    library.catalog.query("UPDATE videos SET duration_seconds = 60 WHERE video_id = ?", video_id)
    library.catalog.set_camera(video_id, camera)
    if starts_at:
        start = RecordingStart(datetime.fromisoformat(starts_at), StartSource.FILE_NAME)
        library.catalog.set_start(video_id, start)
    library.catalog.add_segment(Segment(video_id, 0, Span(0, 60), 0.1, caption=Caption("x")), "f")
    library.catalog.publish(video_id, "f")
    return video_id


def test_recordings_are_found_and_sorted(tmp_path: Path) -> None:
    """Offsets count: noon in UTC is later than half past noon an hour to the east."""
    library = Library(tmp_path)
    publish(library, "early", "gate", "2026-03-01T12:30:00+01:00")
    publish(library, "late", "Yard", "2026-03-01T12:00:00+00:00")
    publish(library, "undated")
    library.catalog.add_video("f" * 16, Path("/videos/queued.mp4"), 1)
    assert [each.name for each in find_recordings(library.catalog)] == [
        "late.mp4",
        "early.mp4",
        "undated.mp4",
    ]
    assert [each.name for each in find_recordings(library.catalog, "GATE 2026-03")] == ["early.mp4"]
    assert [each.name for each in find_recordings(library.catalog, "%")] == [], "no pattern, just a character"
    assert len(find_recordings(library.catalog, limit=1)) == 1
    assert [each.name for each in placed_recordings(library.catalog)] == ["late.mp4", "early.mp4"]
    assert cameras(library.catalog) == ["gate", "Yard"]
    assert [each.name for each in recordings_of(library.catalog, "gate")] == ["early.mp4"]
    assert recording(library.catalog, "f" * 16) is None, "it has no index yet"
    library.close()
