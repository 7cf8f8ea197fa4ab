"""The server as a whole: who may talk to it, what its page may load, and where it refuses to listen."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_fakes import CLIP_BYTES, DOCK, FakeAssistant, FakeLibrary, make_answer, make_record
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app import state as app_state
from app.media_routes import frame_url, video_url
from app.security import content_security_policy
from app.server import build_app, serve
from app.state import AppState
from indexer.errors import SettingsError
from indexer.settings import Settings

HOST = "localhost:8501"
STREAM = "/_stcore/stream"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The real Streamlit app, started once: it is one per process."""
    folder = tmp_path_factory.mktemp("server")
    assistant = FakeAssistant(FakeLibrary([make_record(folder)]), make_answer())
    app = build_app(AppState(Settings(library=folder / "library"), lambda _settings: assistant))  # type: ignore[arg-type,return-value]
    with TestClient(app, base_url=f"http://{HOST}") as client:
        yield client
    app_state._Holder.state = None


def test_page_and_media_are_served_side_by_side(client: TestClient) -> None:
    """Streamlit's page answers at the root, and our routes come before its catch-all."""
    assert "Streamlit" in client.get("/").text
    assert client.get("/_stcore/health").status_code == 200
    part = client.get(video_url(DOCK), headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, CLIP_BYTES[:4])
    assert client.get(frame_url(DOCK, 5.0)).headers["content-type"] == "image/jpeg"
    assert client.get("/library/unknown").status_code == 404
    assert client.get("/library", follow_redirects=False).headers["location"] == "/videos"


@pytest.mark.parametrize(
    "path", ["/library/video/../../../etc/passwd", "/library/video/%2e%2e/%2e%2e/etc/passwd"]
)
def test_traversal_leads_nowhere(client: TestClient, path: str) -> None:
    """Dots in the path never become a file outside the library."""
    reply = client.get(path)
    assert "root:" not in reply.text
    assert reply.status_code in (400, 404) or "<title>Streamlit</title>" in reply.text


@pytest.mark.parametrize("path", ["/", video_url(DOCK), "/library/unknown"])
def test_every_response_carries_the_security_headers(client: TestClient, path: str) -> None:
    """A page that loads nothing from elsewhere cannot be made to fetch what footage says."""
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == policy["media-src"] == "'self' data: blob:"
    assert "unsafe" not in policy["script-src"] and "http" not in policy["script-src"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_policy_allows_the_inline_scripts_of_the_page_by_hash(tmp_path: Path) -> None:
    """The hash is the browser's: SHA-256 of the script's exact text, base64."""
    page = tmp_path / "index.html"
    page.write_text("<script>alert('Hello, world.');</script>")
    assert "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='" in content_security_policy(page)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:8501"}, 200),
        ({"Host": "127.0.0.1:8501"}, 200),
        ({"Host": "[::1]:8501"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost.evil.example:8501"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": ""}, 403),
        ({"Host": HOST, "Origin": f"http://{HOST}"}, 200),
        ({"Host": HOST, "Origin": "http://evil.example"}, 403),
        ({"Host": HOST, "Origin": "http://localhost:9999"}, 403),
        ({"Host": HOST, "Origin": "null"}, 403),
    ],
)
def test_only_local_names_and_the_own_origin_are_answered(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    """Neither a rebound name nor another site's page reaches the videos."""
    assert client.get(video_url(DOCK), headers=headers).status_code == status


def test_websocket_refuses_another_site(client: TestClient) -> None:
    """The page's own channel is closed to a foreign origin and to a foreign host name."""
    with client.websocket_connect(STREAM, headers={"Host": HOST, "Origin": f"http://{HOST}"}):
        pass
    for headers in ({"Host": HOST, "Origin": "http://evil.example"}, {"Host": "evil.example"}):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(STREAM, headers=headers):
            pass


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.com", "::"])
def test_host_that_others_can_reach_is_refused(tmp_path: Path, host: str) -> None:
    """There is no sign-in, so the server stays on this machine, and says what to do instead."""
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1"):
        serve(Settings(library=tmp_path, host=host))


def test_taken_port_is_said(tmp_path: Path) -> None:
    """The message names the port and the option."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"{port}.*--port"):
            serve(Settings(library=tmp_path, port=port))
