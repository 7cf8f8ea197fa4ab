"""Uploads: whatever a client calls its file, it lands in the uploads folder, once, if it is a video."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_video import write_video
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.indexing.worker import Worker
from app.uploads import UPLOAD_ADDRESS, safe_name, upload_route
from indexer.settings import Settings

ORIGIN = "http://localhost:8501"
LIMIT_BYTES = 200_000


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker that is not started: what is uploaded stays in the queue."""
    worker = Worker(Settings(library=tmp_path / "library"), lambda: None)
    yield worker
    worker.close()


@pytest.fixture
def client(worker: Worker, tmp_path: Path) -> TestClient:
    route = upload_route(lambda: worker, tmp_path / "library", LIMIT_BYTES)
    return TestClient(Starlette(routes=[route]), base_url=ORIGIN, headers={"Origin": ORIGIN})


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_video(tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1).read_bytes()


def uploaded(folder: Path) -> list[str]:
    """Every file beneath the test's folder that an upload may have made."""
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path) for path in files if not path.name.startswith(("catalog.", "owner.")))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../x.mp4", "x.mp4"),
        ("..\\..\\x.mp4", "x.mp4"),
        ("/etc/passwd", "passwd"),
        ("C:\\videos\\a.mp4", "a.mp4"),
        ("..", "video"),
        ("", "video"),
        (".hidden.mp4", "hidden.mp4"),
        ("a\x00b\nc\u202e.mp4", "abc.mp4"),
        ("  dock 4.MP4 ", "dock 4.MP4"),
        ("Tür.mp4", "Tür.mp4"),
        ("x" * 300 + ".mp4", "x" * 176 + ".mp4"),
        ("門" * 100 + ".mkv", "門" * 58 + ".mkv"),
    ],
)
def test_name_is_one_in_the_folder(name: str, safe: str) -> None:
    """No name leads out of the folder, hides the file or is too long for the disk."""
    assert safe_name(name) == safe
    assert len(safe.encode()) <= 180 and "/" not in safe


def test_upload_lands_in_the_library_and_waits_to_be_indexed(
    client: TestClient, worker: Worker, clip: bytes, tmp_path: Path
) -> None:
    """The bytes are the file's, under a safe name, and nothing else is written anywhere."""
    reply = client.post(UPLOAD_ADDRESS, params={"name": "../../x.mp4"}, content=clip)
    assert (reply.status_code, reply.json()["said"]) == (200, "x.mp4 is added")
    assert uploaded(tmp_path) == ["library/uploads/x.mp4"]
    assert (tmp_path / "library/uploads/x.mp4").read_bytes() == clip
    assert worker.busy


def test_same_content_is_one_video_and_another_of_its_name_is_two(
    client: TestClient, clip: bytes, tmp_path: Path
) -> None:
    """A second copy is not kept; another video of the same name does not overwrite the first."""
    other = write_video(tmp_path / "other.mp4", seconds=1, seed=1)
    said = [
        client.post(UPLOAD_ADDRESS, params={"name": name}, content=content).json()["said"]
        for name, content in [("a.mp4", clip), ("b.mp4", clip), ("a.mp4", other.read_bytes())]
    ]
    assert said == ["a.mp4 is added", "b.mp4 is in the library already as a.mp4", "a (2).mp4 is added"]
    assert uploaded(tmp_path / "library") == ["uploads/a (2).mp4", "uploads/a.mp4"]


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [
        (b"no video " * 50, 415, "notes.mp4"),
        (b"", 415, "empty"),
        (b"x" * (LIMIT_BYTES + 1), 413, "0.0002 GB"),
    ],
)
def test_what_is_no_video_or_too_large_leaves_nothing_behind(
    client: TestClient, worker: Worker, tmp_path: Path, content: bytes, status: int, why: str
) -> None:
    """The reason is told in words, by the file's own name."""
    reply = client.post(UPLOAD_ADDRESS, params={"name": "notes.mp4"}, content=content)
    assert reply.status_code == status and why in reply.json()["said"]
    assert uploaded(tmp_path) == [] and not worker.busy


def test_size_that_was_not_announced_is_bounded_too(client: TestClient, tmp_path: Path) -> None:
    """A body in pieces ends where the limit is, not when the disk is full."""
    reply = client.post(UPLOAD_ADDRESS, params={"name": "a.mp4"}, content=(b"x" * 50_000 for _ in range(200)))
    assert reply.status_code == 413 and uploaded(tmp_path) == []


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_another_page_cannot_send_files(client: TestClient, clip: bytes, tmp_path: Path, origin: str) -> None:
    """A page of another site, or a request that hides where it comes from, is refused."""
    reply = client.post(UPLOAD_ADDRESS, params={"name": "a.mp4"}, content=clip, headers={"Origin": origin})
    assert reply.status_code == 403 and uploaded(tmp_path) == []
