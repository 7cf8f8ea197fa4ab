"""Playable copies: right in time, made once, bounded, and nothing of a hostile file reaches the server."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from chat_fakes import DOCK, FakeLibrary, make_record
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.media_routes import media_routes
from app.proxies import Proxies
from app.proxy_routes import playable_url, proxy_routes

TIMES = (0.0, 0.2, 0.5, 1.4, 2.0, 2.1)
"""Seconds of the frames of the original, unevenly spaced; frame n is drawn with grey 40 n."""


def write_mpeg4(path: Path, start_seconds: float = 3.0) -> Path:
    """Write a video as browsers do not play them, whose container clock does not begin at zero."""
    with av.open(str(path), "w", format="matroska") as target:
        stream = target.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, seconds in enumerate(TIMES):
            picture = np.full((90, 160, 3), 40 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round((start_seconds + seconds) * 1000), Fraction(1, 1000)
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    return path


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    write_mpeg4(tmp_path / "old.mkv")
    return FakeLibrary([make_record(tmp_path, name="old.mkv", codec="mpeg4", duration_seconds=2.2)])


@pytest.fixture
def proxies(library: FakeLibrary, tmp_path: Path):
    made = Proxies(tmp_path / "playable", lambda: library)  # type: ignore[arg-type,return-value]
    yield made
    made.close()


def settled(proxies: Proxies, video_id: str = DOCK) -> str:
    """Wait until a copy is made or has failed; returns its state."""
    deadline = time.monotonic() + 30
    while (state := proxies.state(video_id)).state in ("waiting", "working"):
        assert time.monotonic() < deadline, state
        time.sleep(0.05)
    return state.state


def test_every_frame_of_the_copy_has_the_time_of_the_original(proxies: Proxies) -> None:
    """A player sent to a second shows the frame that the answer cites, in a file of a codec that it plays."""
    assert proxies.state(DOCK).state == "absent" and proxies.file(DOCK) is None
    proxies.want(DOCK)
    assert settled(proxies) == "ready"
    with av.open(str(proxies.file(DOCK))) as copy:
        stream = copy.streams.video[0]
        assert stream.codec_context.name == "h264" and stream.codec_context.pix_fmt == "yuv420p"
        frames = [
            (float(frame.time), frame.to_ndarray(format="gray").mean()) for frame in copy.decode(video=0)
        ]
    assert [seconds for seconds, _ in frames] == pytest.approx(TIMES, abs=0.001)
    assert [grey for _, grey in frames] == pytest.approx([40 * number for number in range(len(TIMES))], abs=6)


def test_a_copy_is_made_once_and_served_by_range(library: FakeLibrary, proxies: Proxies) -> None:
    """The page asks, follows the progress, and plays; a second page gets the same copy."""
    routes = proxy_routes(lambda: library, lambda: proxies) + media_routes(lambda: library)  # type: ignore[arg-type,return-value]
    client = TestClient(Starlette(routes=routes), raise_server_exceptions=False)
    assert client.get(playable_url(DOCK)).json()["state"] == "absent"
    assert client.get(playable_url(DOCK) + ".mp4").status_code == 404
    assert client.post(playable_url(DOCK)).json()["state"] in ("waiting", "working", "ready")
    assert settled(proxies) == "ready"
    written = proxies.file(DOCK).stat().st_ino
    assert client.post(playable_url(DOCK)).json() == {"state": "ready", "progress": 1.0, "reason": ""}
    assert proxies.file(DOCK).stat().st_ino == written
    part = client.get(playable_url(DOCK) + ".mp4", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, b"ftyp", "video/mp4")


@pytest.mark.parametrize("name", ["unknown", "old.mkv", "..%2F..%2Fetc%2Fpasswd", f"{DOCK}.mp4.mp4"])
def test_only_an_id_of_the_library_leads_to_a_copy(library: FakeLibrary, proxies: Proxies, name: str) -> None:
    routes = proxy_routes(lambda: library, lambda: proxies) + media_routes(lambda: library)  # type: ignore[arg-type,return-value]
    client = TestClient(Starlette(routes=routes), raise_server_exceptions=False)
    assert client.get(playable_url(name)).status_code == 404
    assert client.post(playable_url(name)).status_code in (404, 405)


def test_a_file_that_cannot_be_decoded_says_why_and_can_be_tried_again(
    library: FakeLibrary, proxies: Proxies, tmp_path: Path
) -> None:
    whole = (tmp_path / "old.mkv").read_bytes()
    (tmp_path / "old.mkv").write_bytes(b"no video at all " * 100)
    proxies.want(DOCK)
    assert settled(proxies) == "failed"
    assert "old.mkv" in proxies.state(DOCK).reason
    (tmp_path / "old.mkv").write_bytes(whole)
    proxies.want(DOCK)
    assert settled(proxies) == "ready"
    assert [path.name for path in (tmp_path / "playable").iterdir()] == [f"{DOCK}.mp4"]


def test_a_copy_that_would_be_too_large_is_not_made(library: FakeLibrary, tmp_path: Path) -> None:
    """The bound holds while the copy is written, not only afterwards."""
    proxies = Proxies(tmp_path / "playable", lambda: library, limit_bytes=1000)  # type: ignore[arg-type,return-value]
    proxies.want(DOCK)
    assert settled(proxies) == "failed" and proxies.state(DOCK).reason
    assert list((tmp_path / "playable").iterdir()) == []


def test_what_was_not_played_for_longest_makes_room(tmp_path: Path) -> None:
    """Playing a copy keeps it; the one that nobody plays goes."""
    ids = [letter * 16 for letter in "abc"]
    records = []
    for number, video_id in enumerate(ids):
        name = f"{number}.mkv"
        write_mpeg4(tmp_path / name)
        records.append(make_record(tmp_path, name=name, video_id=video_id, duration_seconds=2.2))
    library = FakeLibrary(records)
    probe = Proxies(tmp_path / "probe", lambda: library)  # type: ignore[arg-type,return-value]
    probe.want(ids[0])
    assert settled(probe, ids[0]) == "ready"
    size = probe.file(ids[0]).stat().st_size
    proxies = Proxies(tmp_path / "playable", lambda: library, limit_bytes=int(size * 2.5))  # type: ignore[arg-type,return-value]
    for video_id in ids:
        proxies.want(video_id)
        assert settled(proxies, video_id) == "ready"
        if video_id == ids[1]:
            time.sleep(0.02)
            proxies.file(ids[0])
    assert [video_id for video_id in ids if proxies.state(video_id).state == "ready"] == [ids[0], ids[2]]
