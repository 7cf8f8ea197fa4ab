"""An OpenAI-compatible server on loopback that records what it is sent and answers as it is told."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np

from indexer.timeline import Frame, Span
from indexer.vision.endpoint import Endpoint, EndpointOptions
from indexer.vision.model import Look, Reply

CAPTION = '{"summary": "A forklift passes.", "events": []}'


@dataclass
class Request:
    """What the server was sent, once."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def parts(self) -> list[dict[str, Any]]:
        (message,) = self.body["messages"]
        return message["content"]

    @property
    def marks(self) -> list[str]:
        return [part["text"] for part in self.parts[:-1] if part["type"] == "text"]

    @property
    def prompt(self) -> str:
        return self.parts[-1]["text"]

    @property
    def pictures(self) -> list[np.ndarray]:
        """The pictures as RGB, decoded from the JPEGs."""
        urls = [part["image_url"]["url"] for part in self.parts if part["type"] == "image_url"]
        datas = [base64.b64decode(url.removeprefix("data:image/jpeg;base64,"), validate=True) for url in urls]
        assert all(data.startswith(b"\xff\xd8\xff") for data in datas), "every picture is a JPEG"
        return [cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB) for data in datas]


@dataclass
class Answer:
    """What the server says."""

    status: int = 200
    body: bytes | str | dict[str, Any] = ""
    headers: dict[str, str] = field(default_factory=dict)
    before_seconds: float = 0.0
    """Time that it thinks before the first byte."""
    drip_seconds: float = 0.0
    """Time between two bytes of the body."""
    cut_off: bool = False
    """Close the connection without a word."""


def completion(content: object = CAPTION, finish_reason: str = "stop", **more: Any) -> Answer:
    """A chat completion."""
    message = {"role": "assistant", "content": content}
    return Answer(
        body={"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}], **more}
    )


def refusal(status: int, message: str, **headers: str) -> Answer:
    """An error in OpenAI's form."""
    return Answer(status, {"error": {"message": message, "type": "error", "code": status}}, headers)


class Server(ThreadingHTTPServer):
    """Answers with the function that it is given; counts how many requests it works on at once."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.requests: list[Request] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def chats(self) -> list[Request]:
        return [request for request in self.requests if request.method == "POST"]

    @contextmanager
    def working(self, request: Request) -> Iterator[None]:
        with self._lock:
            self.requests.append(request)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        self._serve("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def do_GET(self) -> None:
        self._serve("GET", {})

    def _serve(self, method: str, body: dict[str, Any]) -> None:
        request = Request(method, self.path, dict(self.headers), body)
        with self.server.working(request):
            answer = self.server.answer(request)
            time.sleep(answer.before_seconds)
        if answer.cut_off:
            self.close_connection = True
            return
        data = json.dumps(answer.body).encode() if isinstance(answer.body, dict) else answer.body
        data = data.encode() if isinstance(data, str) else data
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(data)), **answer.headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if not answer.drip_seconds:
            self.wfile.write(data)
            return
        for byte in data:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(answer.drip_seconds)

    def log_message(self, *_: object) -> None:
        """Nothing is written to the terminal."""


@contextmanager
def serving(answer: Callable[[Request], Answer]) -> Iterator[Server]:
    """Run a server while the block lasts."""
    with Server(answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    """Answer with each in turn, and with the last for ever."""
    left = list(answers)
    lock = threading.Lock()

    def answer(_: Request) -> Answer:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return answer


class Pauses:
    """Stands in for the waiting between attempts: notes the seconds and goes on at once."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, stop: threading.Event, seconds: float) -> bool:
        self.seconds.append(seconds)
        return stop.is_set()


def endpoint(
    url: str, *, wait: Callable[[threading.Event, float], bool] | None = None, **options: Any
) -> Endpoint:
    """An endpoint that does not sleep between attempts."""
    return Endpoint(EndpointOptions(model="m", base_url=url, **options), wait=wait or Pauses())


def look(
    *seconds: float,
    prompt: str = "What happens?",
    reply: Reply = Reply.CAPTION,
    size: tuple[int, int] = (64, 36),
) -> Look:
    """A look at flat grey frames, each as bright as its second."""
    width, height = size
    times = seconds or (5.0,)
    frames = tuple(Frame(time, np.full((height, width, 3), round(time) % 256, np.uint8)) for time in times)
    return Look(frames, Span(times[0], times[-1] + 1), prompt, reply, max_new_tokens=77)
