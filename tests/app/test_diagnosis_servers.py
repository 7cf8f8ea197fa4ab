"""What ``witness doctor`` says of servers: whether they answer, take the key, and have the model."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app import diagnosis_servers
from app.diagnosis_servers import diagnose_servers
from app.findings import Finding, Level
from indexer.settings import load_settings


class Listing(BaseHTTPRequestHandler):
    """Lists models to whoever has the right key; notes where it was asked, and with what."""

    models = ("small", "large")
    wanted = ""
    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        given = self.headers.get("Authorization", "")
        self.asked.append((self.path, given))
        listed = {"data": [{"id": name} for name in self.models]}
        body = json.dumps(listed if self.path == "/v1/models" else {}).encode()
        self.send_response(200 if self.wanted in given else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def listing(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Listing]]:
    """A server's handler, whose answers can be changed, and the address at ``url``."""
    monkeypatch.setattr(diagnosis_servers, "_TIMEOUT_SECONDS", 60.0)
    handler = type("Handler", (Listing,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        handler.url = f"http://127.0.0.1:{server.server_port}/v1"  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield handler
        server.shutdown()
        thread.join()


def found(**settings: object) -> Finding:
    (finding,) = diagnose_servers(load_settings(**{"vision": "observer", **settings}))
    return finding


@pytest.mark.parametrize("use", ["vision", "chat"])
def test_a_model_that_the_server_has_is_fine_and_another_one_comes_with_the_names(listing, use):
    there = found(**{use: "openai:small", f"{use}_url": listing.url})
    assert (there.level, "has small" in there.fact) == (Level.OK, True)
    absent = found(**{use: "openai:smal", f"{use}_url": listing.url})
    assert absent.level is Level.PROBLEM
    assert f"{use} at {listing.url} has no model smal; it has 2 models: large, small" in absent.fact
    assert absent.remedy == f"Name one of these: --{use} openai:NAME"
    assert {path for path, _ in listing.asked} == {"/v1/models"}


def test_a_key_is_sent_and_one_that_is_refused_or_missing_is_told(listing):
    listing.wanted = "Bearer right"
    server = {"vision": "openai:small", "vision_url": listing.url}
    assert found(**server, vision_key="right").level is Level.OK
    for key, said in (("wrong", "refuses the key (401)"), (None, "wants a key (401)")):
        refused = found(**server, vision_key=key)
        assert (refused.level, refused.remedy) == (Level.PROBLEM, "Set WITNESS_VISION_KEY")
        assert said in refused.fact and "wrong" not in refused.fact


def test_a_password_in_the_address_is_used_and_not_shown(listing):
    url = listing.url.replace("http://", "http://me:s%20cret@")
    finding = found(vision="openai:small", vision_url=url)
    assert finding.level is Level.OK and "s%20cret" not in finding.fact
    assert listing.asked[-1][1] == f"Basic {b64encode(b'me:s cret').decode()}"


def test_a_server_that_lists_nothing_is_no_fault(listing):
    listing.models = ()
    listing.do_GET = lambda self: self.send_error(404)  # type: ignore[method-assign]
    finding = found(vision="openai:small", vision_url=listing.url)
    assert (finding.level, "lists no models" in finding.fact) == (Level.NOTE, True)


@pytest.mark.parametrize(
    ("url", "said"), [("http://127.0.0.1:9/v1", "does not answer"), ("localhost:8000", "is no http address")]
)
def test_a_server_that_is_not_there_and_an_address_that_is_none(url, said):
    finding = found(chat="openai:m", chat_url=url)
    assert finding.level is Level.PROBLEM and said in finding.fact and finding.remedy
