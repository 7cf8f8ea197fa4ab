"""The media routes: bytes and frames by a video's id, and nothing else of the disk."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from chat_fakes import CLIP_BYTES, DOCK, FakeLibrary, make_record
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.media_routes import FrameCache, content_type, frame_url, media_routes, to_milliseconds, video_url
from indexer.library.records import VideoStatus


@pytest.fixture
def client(library: FakeLibrary) -> TestClient:
    return TestClient(Starlette(routes=media_routes(lambda: library)), raise_server_exceptions=False)  # type: ignore[arg-type,return-value]


def test_video_is_served_whole_and_by_range(client: TestClient) -> None:
    """A player may take the whole file, or seek by ranges."""
    whole = client.get(video_url(DOCK))
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, CLIP_BYTES, "video/mp4")
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"].startswith("private")
    part = client.get(video_url(DOCK), headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, CLIP_BYTES[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(CLIP_BYTES)}"
    assert client.get(video_url(DOCK), headers={"Range": "bytes=9999999-"}).status_code == 416


@pytest.mark.parametrize(
    "address",
    [
        "/library/video/unknown",
        "/library/video/dock.mp4",  # a name, which the library itself would accept
        "/library/video/dock",
        "/library/video/..%2F..%2Fetc%2Fpasswd",
        "/library/video/%2Fetc%2Fpasswd",
        "/library/video/",
        "/library/frame/unknown/5000.jpg",
        "/library/anything/else",
    ],
)
def test_unknown_addresses_are_404(client: TestClient, address: str) -> None:
    """Only an id of the library leads to a file."""
    assert client.get(address).status_code == 404


def test_path_of_a_record_is_no_address(client: TestClient, library: FakeLibrary) -> None:
    """Even the true path of an indexed video is refused."""
    path = str(library.records[0].path).replace("/", "%2F")
    assert client.get(f"/library/video/{path}").status_code == 404


def test_file_that_failed_or_is_gone_is_not_served(
    client: TestClient, library: FakeLibrary, tmp_path: Path
) -> None:
    """A failed file may be anything, so its bytes stay where they are."""
    library.records[:] = [
        make_record(tmp_path, video_id="b" * 16, name="notes.mp4", status=VideoStatus.FAILED),
        make_record(tmp_path, video_id="c" * 16, name="gone.mp4"),
    ]
    (tmp_path / "gone.mp4").unlink()
    assert client.get(video_url("b" * 16)).status_code == 404
    assert client.get(video_url("c" * 16)).status_code == 404


def test_frame_is_the_jpeg_displayed_then(client: TestClient, library: FakeLibrary) -> None:
    """The frame's second and size reach the decoder, its colours the client, and it is decoded once."""
    for _ in range(2):
        reply = client.get(frame_url(DOCK, 20.0, side=320))
        assert (reply.status_code, reply.headers["content-type"]) == (200, "image/jpeg")
    pixels = cv2.imdecode(np.frombuffer(reply.content, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert pixels.shape == (180, 320, 3)
    assert np.abs(pixels.mean(axis=(0, 1)) - [20, 0, 200]).max() < 6
    assert library.decoded == [(DOCK, 20.0, 320)]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/library/frame/{DOCK}/30000.jpg", 404),  # the video ends there
        (f"/library/frame/{DOCK}/-1.jpg", 404),
        (f"/library/frame/{DOCK}/5.5.jpg", 404),
        (f"/library/frame/{DOCK}/{'9' * 5000}.jpg", 404),
        (f"/library/frame/{DOCK}/5000.jpg?side=100000", 400),
        (f"/library/frame/{DOCK}/5000.jpg?side=-5", 400),
        (f"/library/frame/{DOCK}/5000.jpg?side=²", 400),
    ],
)
def test_frame_outside_its_bounds_is_refused(client: TestClient, address: str, status: int) -> None:
    """Times outside the video and sizes that would cost memory are told apart, and nothing crashes."""
    assert client.get(address).status_code == status


def test_milliseconds_never_fall_before_the_frame() -> None:
    """A PTS between two milliseconds is rounded up, else the frame before it would be displayed."""
    assert to_milliseconds(5.2333333) == 5234
    assert to_milliseconds(5.04) == 5040
    assert to_milliseconds(0.1 + 0.2) == 300


def test_content_type_follows_the_bytes_and_not_the_name(tmp_path: Path) -> None:
    """A Matroska file that is called .mp4 is served as what browsers play it as."""
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(20))
    assert content_type(path) == "video/webm"
    path.write_bytes(b"#!/bin/sh")
    assert content_type(path) == "application/octet-stream"


def test_cache_stays_within_its_bytes_and_drops_the_least_wanted() -> None:
    """Three images of 40 bytes do not fit into 100; the one not wanted lately goes."""
    cache = FrameCache(100)
    for name in "abc":
        cache.put((name, 0, 0), bytes(40))
        assert cache.get(("a", 0, 0)) is not None
    assert cache.get(("b", 0, 0)) is None
    assert cache.get(("c", 0, 0)) is not None
    cache.put(("a", 0, 0), bytes(101))
    assert cache.get(("a", 0, 0)) is None
