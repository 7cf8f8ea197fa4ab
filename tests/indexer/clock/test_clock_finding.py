"""Indexing notes when a video was recorded; what a person said is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from indexing_kit import write_video

from indexer.clock.finding import note_start
from indexer.clock.start import RecordingStart, StartSource
from indexer.library.library import Library
from indexer.media.decoder import Decoder
from indexer.pipeline import index_video


def index(make_indexer, library: Library, path: Path, **changes) -> None:
    library.catalog.add_video("v", path, path.stat().st_size)
    index_video(make_indexer(timezone="Europe/Berlin", **changes), "v", path, lambda _: None)


def with_creation_time(path: Path, source: Path, text: str) -> Path:
    """Copy a video's packets into a file that says when it was recorded."""
    with av.open(str(source)) as given, av.open(str(path), "w") as made:
        made.metadata["creation_time"] = text
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    return path


def test_the_name_of_the_file_gives_start_and_camera(make_indexer, library, tmp_path):
    index(make_indexer, library, write_video(tmp_path / "gate_20260301_143000.mp4", seconds=3))
    video = library.video("v")
    assert video.camera == "gate"
    assert video.start.starts_at.isoformat() == "2026-03-01T14:30:00+01:00"
    assert video.start.source is StartSource.FILE_NAME


def test_the_creation_time_comes_through_the_decoding_child(make_indexer, library, tmp_path):
    plain = write_video(tmp_path / "plain.mp4", seconds=3)
    dated = with_creation_time(tmp_path / "dated.mp4", plain, "2026-03-01T13:30:00.000000Z")
    index(make_indexer, library, dated)
    start = library.video("v").start
    assert start.starts_at == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
    assert (start.source, start.error_seconds) == (StartSource.CONTAINER, pytest.approx(5.0, abs=0.2))


def test_nothing_known_stays_nothing(make_indexer, library, tmp_path):
    index(make_indexer, library, write_video(tmp_path / "plain.mp4", seconds=3))
    assert library.video("v").start is None


def test_what_a_person_said_is_kept_when_the_video_is_indexed_again(make_indexer, library, tmp_path):
    path = write_video(tmp_path / "gate_20260301_143000.mp4", seconds=3)
    library.catalog.add_video("v", path, 1)
    given = RecordingStart(datetime(2025, 1, 1, tzinfo=UTC), StartSource.GIVEN)
    library.catalog.set_start("v", given)
    library.catalog.set_camera("v", "the gate")
    index(make_indexer, library, path)
    assert (library.video("v").start, library.video("v").camera) == (given, "the gate")


def test_a_reader_that_fails_ends_nothing(library, settings, tmp_path):
    """The start is a help: a clock that cannot be read is no reason to refuse a video."""
    path = write_video(tmp_path / "gate_20260301_143000.mp4", seconds=3)
    library.catalog.add_video("v", path, 1)
    decoder = Decoder()
    try:
        info = decoder.probe(path)
        path.unlink()
        note_start(
            library.catalog, decoder, settings.model_copy(update={"read_clock": True}), "v", path, info
        )
    finally:
        decoder.close()
    assert library.video("v").start.source is StartSource.FILE_NAME
