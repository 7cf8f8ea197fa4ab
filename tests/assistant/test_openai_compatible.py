"""The graph over HTTP: the real client of OpenAI-compatible servers, and a small server that speaks to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from assistant_fakes import FakeLibrary, events_of

from assistant.events import Answered, TextDelta
from assistant.models.configured import make_chat_model
from assistant.session import Assistant
from indexer.settings import Settings
from indexer.timeline import Span

Maker = Callable[..., Assistant]

LOOK = {"video": "dock.mp4", "start_seconds": 5, "end_seconds": 6, "question": "what falls?"}


class ChatServer(ThreadingHTTPServer):
    """Calls a tool first and then writes an answer, in pieces as servers stream; keeps the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        self.server.keys.append(self.headers["Authorization"])
        answered = any(message["role"] == "tool" for message in request["messages"])
        deltas = _words() if answered else _tool_call()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for number, delta in enumerate(deltas):
            last = number == len(deltas) - 1
            choice = {"index": 0, "delta": delta, "finish_reason": "stop" if last else None}
            chunk = {
                "id": "1",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": "m",
                "choices": [choice],
            }
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None: ...


def _tool_call() -> list[dict[str, Any]]:
    text = json.dumps(LOOK)
    head = {
        "index": 0,
        "id": "call-1",
        "type": "function",
        "function": {"name": "look_again", "arguments": ""},
    }
    parts = [{"index": 0, "function": {"arguments": part}} for part in (text[:20], text[20:])]
    return [{"role": "assistant", "tool_calls": [part]} for part in (head, *parts)]


def _words() -> list[dict[str, Any]]:
    return [{"content": word} for word in ("It ", "fell ", "[[dock.mp4 ", "0:05–0:06]].")]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_server_plans_looks_and_answers_with_a_checked_citation(
    make_assistant: Maker, library: FakeLibrary, server: ChatServer
) -> None:
    settings = Settings(chat="openai:m", chat_url=server.url, chat_key="sk-own")  # type: ignore[call-arg, arg-type]
    assistant = make_assistant(make_chat_model(settings, library))  # type: ignore[arg-type]
    *events, last = events_of(assistant, "what fell?")
    assert isinstance(last, Answered)
    assert last.answer.text == "It fell (dock.mp4 0:05–0:06)."
    assert [citation.span for citation in last.answer.citations] == [Span(5, 6)]
    assert last.answer.models.chat == "m"
    assert (
        "".join(event.text for event in events if isinstance(event, TextDelta))
        == "It fell [[dock.mp4 0:05–0:06]]."
    )
    assert len([event for event in events if isinstance(event, TextDelta)]) == 4
    first, second = server.requests
    assert set(server.keys) == {"Bearer sk-own"}
    assert {tool["function"]["name"] for tool in first["tools"]} == {
        "list_videos", "recall_span", "search_moments", "list_events", "look_again"
    }  # fmt: skip
    assert "runtime" not in json.dumps(first["tools"]), "what the graph injects is no argument of the model's"
    assert [message["role"] for message in second["messages"]] == ["system", "user", "assistant", "tool"]
    assert first["messages"][1] == {"role": "user", "content": "what fell?"}, "our marks stay with us"
    assert "red region" in second["messages"][3]["content"]
