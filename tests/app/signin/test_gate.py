"""The gate: nothing is behind it for whoever is not signed in, be it a page, a file or a WebSocket."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.signin import oidc
from app.signin.gate import Gate, SignIn
from app.signin.throttle import FREE_TRIES, Throttle
from app.signin.tickets import COOKIE

PATHS = [
    "/",
    "/videos",
    "/library/video/abc",
    "/library/frame/abc/5.jpg",
    "/static/x.js",
    "/_stcore/health",
]
PAGE = {"accept": "text/html"}


async def anything(request) -> PlainTextResponse:
    return PlainTextResponse("secret footage")


async def channel(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("secret footage")
    async for _ in socket.iter_text():
        await socket.send_text("more secret footage")


@pytest.fixture
def sign_in(tmp_path: Path) -> SignIn:
    made = SignIn(tmp_path)
    made.passwords.set("ann", "correct horse")
    return made


@pytest.fixture
def client(sign_in: SignIn) -> TestClient:
    routes = [
        WebSocketRoute("/_stcore/stream", channel),
        Route("/{rest:path}", anything, methods=["GET", "POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Gate, sign_in=sign_in)])
    return TestClient(app, follow_redirects=False)


def post(client: TestClient, password: str = "correct horse", **fields: str):
    return client.post("/sign-in", data={"name": "ann", "password": password, **fields})


@pytest.mark.parametrize("path", PATHS)
def test_every_route_is_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 401 and client.post(path).status_code == 401
    page = client.get(path, headers=PAGE)
    assert page.status_code == 303 and page.headers["location"].startswith("/sign-in?next=")
    assert "secret" not in page.text


def test_the_websocket_is_closed(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream") as socket:
        socket.receive_text()
    post(client)
    with client.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "secret footage"


def test_an_open_channel_ends_when_its_person_may_not_any_more(client: TestClient, sign_in: SignIn) -> None:
    """Also one that was opened before there was any password."""
    post(client)
    with client.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "secret footage"
        socket.send_text("more")
        assert socket.receive_text() == "more secret footage"
        sign_in.passwords.set("ann", "another horse")
        socket.send_text("more")
        assert socket.receive()["type"] == "websocket.close"


def test_the_password_opens_every_route_and_leads_where_one_wanted_to_go(client: TestClient) -> None:
    answer = post(client, next="/timeline?video=abc&at=5")
    assert (answer.status_code, answer.headers["location"]) == (303, "/timeline?video=abc&at=5")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert all(client.get(path).text == "secret footage" for path in PATHS)
    assert 'action="/sign-out"' in client.get("/sign-out").text
    assert client.get("/").status_code == 200  # a link alone signs nobody out
    client.post("/sign-out")
    assert client.get("/").status_code == 401


def test_a_changed_password_signs_out(client: TestClient, sign_in: SignIn) -> None:
    post(client)
    assert client.get("/").status_code == 200
    sign_in.passwords.set("ann", "another horse")
    assert client.get("/").status_code == 401
    sign_in.passwords.set("bob", "somebody else")
    sign_in.passwords.remove("ann")
    assert client.get("/").status_code == 401


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x"]
)
def test_nobody_is_led_to_another_site(client: TestClient, elsewhere: str) -> None:
    assert post(client, next=elsewhere).headers["location"] == "/"


def test_what_somebody_typed_is_shown_as_text(client: TestClient) -> None:
    page = client.get("/sign-in", params={"next": '/"><script>alert(1)</script>'})
    assert "<script>" not in page.text and page.headers["cache-control"] == "no-store"
    assert "correct horse" not in page.text


def test_guessing_is_slowed_down(client: TestClient) -> None:
    """After a few wrong tries even the right one has to wait."""
    tries = [post(client, "wrong").status_code for _ in range(FREE_TRIES)]
    assert tries == [401] * FREE_TRIES
    answer = post(client)
    assert answer.status_code == 429 and "Wait" in answer.text and COOKIE not in client.cookies


def test_the_wait_grows_and_ends() -> None:
    now = 0.0
    throttle = Throttle(lambda: now)
    waits = []
    for _ in range(20):
        throttle.failed("x")
        waits.append(throttle.wait_seconds("x"))
    assert waits[: FREE_TRIES - 1] == [0] * (FREE_TRIES - 1)
    assert waits[FREE_TRIES - 1 : FREE_TRIES + 2] == [2, 4, 8] and max(waits) == 300
    assert throttle.wait_seconds("y") == 0
    now = 301.0
    assert throttle.wait_seconds("x") == 0
    throttle.succeeded("x")
    throttle.failed("x")
    assert throttle.wait_seconds("x") == 0


def test_a_form_that_is_too_large_is_refused(client: TestClient) -> None:
    assert post(client, "x" * 20_000).status_code == 413


def test_without_a_password_everything_is_open(tmp_path: Path) -> None:
    app = Starlette(
        routes=[Route("/{rest:path}", anything)], middleware=[Middleware(Gate, sign_in=SignIn(tmp_path))]
    )
    assert TestClient(app).get("/").text == "secret footage"


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"email": "Ann@Example.org"}, "ann@example.org"),
        ({"email": "bob@desk.example"}, "bob@desk.example"),
        ({"email": "eve@evil.example"}, None),
        ({"email": "x@desk.example", "email_verified": False}, None),
        ({"name": "no address"}, None),
        ("nonsense", None),
    ],
)
def test_a_provider_lets_in_who_is_on_the_list(monkeypatch, tmp_path: Path, user, expected) -> None:
    """The cookie is Streamlit's own, signed with its secret; a forged one is nobody's."""
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    monkeypatch.setattr(oidc.auth_util, "is_authlib_installed", lambda: True)
    monkeypatch.setattr(oidc, "get_cookie_secret", lambda: "s" * 32)
    open_id = oidc.OpenId(["ann@example.org", "@desk.example"])
    cookie = create_signed_value("s" * 32, "_streamlit_user", json.dumps(user)).decode()
    assert SignIn(tmp_path, open_id).name_of({"_streamlit_user": cookie}) == expected
    forged = create_signed_value("t" * 32, "_streamlit_user", json.dumps(user)).decode()
    assert SignIn(tmp_path, open_id).name_of({"_streamlit_user": forged}) is None
