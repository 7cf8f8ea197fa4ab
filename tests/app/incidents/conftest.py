"""A library with two small videos whose captions were imported, and the desk over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from app.incidents.desk import IncidentDesk
from app.incidents.record import Report, build_report
from indexer.clock.start import RecordingStart, StartSource
from indexer.library.library import Library
from indexer.media.evidence import EvidenceDecoder
from indexer.settings import Settings
from indexer.timeline import Span

CAPTIONS = [(0.0, 2.0, "A <b>red</b> van & a pallet stand at the gate."), (2.0, 4.0, "=HYPERLINK(1) falls")]
HOSTILE = "Gate <script>alert(1)</script> & 码头 **bold**"


def write_video(path: Path, *, shade: int = 0, frames: int = 100) -> None:
    """Write H.264 at 25 frames a second, B-frames and a key frame each second; every frame is different."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"g": "25", "bf": "2", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 162, 98, "yuv420p"  # odd enough to need padded rows
        stream.time_base = Fraction(1, 12800)
        for number in range(frames):
            pixels = np.full((98, 162, 3), shade, np.uint8)
            pixels[:, : number + 20] = 90 + number
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number * 512, Fraction(1, 12800)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())


class SharedDecoder(EvidenceDecoder):
    """A decoder that all tests use: to start one takes longer than most of them."""

    def close(self) -> None:
        """Go on."""

    def end(self) -> None:
        super().close()


@pytest.fixture(scope="session")
def decoder() -> Iterator[SharedDecoder]:
    shared = SharedDecoder()
    yield shared
    shared.end()


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two videos, drawn once."""
    folder = tmp_path_factory.mktemp("drawn")
    write_video(folder / "gate.mp4")
    write_video(folder / "yard.mp4", shade=60)
    return folder


@pytest.fixture
def clips(tmp_path: Path, drawn: Path) -> Path:
    """A test's own copies."""
    return Path(shutil.copytree(drawn, tmp_path / "clips"))


@pytest.fixture
def library(tmp_path: Path, clips: Path) -> Iterator[Library]:
    """Two videos; it is known when gate.mp4 was recorded."""
    with closing(Library(tmp_path / "library")) as opened:
        for name in ("gate.mp4", "yard.mp4"):
            opened.import_captions(name, 4.0, CAPTIONS, path=clips / name)
        start = RecordingStart(datetime(2026, 3, 1, 14, 30, tzinfo=UTC), StartSource.GIVEN)
        opened.catalog.set_start(opened.video("gate.mp4").video_id, start)
        yield opened


@pytest.fixture
def desk(library: Library, decoder: SharedDecoder) -> Iterator[IncidentDesk]:
    with closing(IncidentDesk(library, Settings(library=library.folder), decoder)) as opened:
        yield opened


@pytest.fixture
def incident_id(desk: IncidentDesk) -> str:
    """An incident with a moment of each video, and hostile words everywhere."""
    incident = desk.store.create(HOSTILE, "anna")
    desk.store.set_notes(
        incident.incident_id, "First line </script><img src=x onerror=alert(2)>\nsecond line"
    )
    for name, seconds in (("gate.mp4", (1.3, 1.9)), ("yard.mp4", (2.5,))):
        desk.mark(
            incident.incident_id,
            desk.library.video(name).video_id,
            Span(1.2, 2.6),
            author="anna",
            frame_seconds=seconds,
            question="What fell?",
            answer="A pallet <i>fell</i> (gate.mp4 0:01–0:02).",
            note="“Seen” by *two* people",
        )
    return incident.incident_id


@pytest.fixture
def report(desk: IncidentDesk, incident_id: str, tmp_path: Path) -> Report:
    folder = tmp_path / "made"
    folder.mkdir()
    return build_report(desk, incident_id, folder, author="anna")
