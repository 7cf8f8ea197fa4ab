"""A vision server for the bench: its captions depend on the very frames it is shown, and it counts."""

from __future__ import annotations

import hashlib
import json
import queue
import random
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_SPAN = re.compile(r"([0-9.]+)–([0-9.]+) s\b")
_ACTORS = ["person", "dog", "cyclist", "van", "courier", "child", "crane", "lorry"]
_ACTIONS = ["crosses", "enters", "leaves", "lifts", "drops", "opens", "follows", "turns"]


class Captioner(ThreadingHTTPServer):
    """An OpenAI-compatible server. The same frames and prompt always get the same caption, others another."""

    daemon_threads = True

    def __init__(self, delay_seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.delay_seconds = delay_seconds
        self.begin(None)

    @property
    def url(self) -> str:
        """Base URL for ``--vision-url``."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def begin(self, catalog: Path | None) -> None:
        """Count from 0 on, for the library with this catalog."""
        self.asked: Counter[str] = Counter()
        self.asked_though_written: list[str] = []
        self.answered: queue.SimpleQueue[str] = queue.SimpleQueue()
        """The digest of each caption, once it was handed out."""
        self._catalog = catalog

    def caption(self, messages: list[dict[str, Any]]) -> str:
        """Return the caption of the frames in a request, as JSON."""
        digest = digest_of(messages)
        self.asked[digest] += 1
        if self._catalog is not None and _is_written(self._catalog, digest):
            self.asked_though_written.append(digest)
        time.sleep(self.delay_seconds)
        spans = _SPAN.findall(messages[0]["content"][-1]["text"])
        start, end = (float(second) for second in spans[0])
        draw = random.Random(digest)
        actor, action = draw.choice(_ACTORS), draw.choice(_ACTIONS)
        event = {"start_seconds": start, "end_seconds": end, "actor": f"the {actor}", "action": action}
        return json.dumps({"summary": f"Picture {digest}: the {actor} {action}.", "events": [event]})

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Captioner

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = {"role": "assistant", "content": self.server.caption(body["messages"])}
        answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.server.answered.put(digest_of(body["messages"]))

    def log_message(self, *_: object) -> None:
        """Nothing is written to the terminal."""


def digest_of(messages: list[dict[str, Any]]) -> str:
    """Return what tells one request from any other; it stands in the caption."""
    return hashlib.sha256(json.dumps(messages).encode()).hexdigest()[:12]


def _is_written(catalog: Path, digest: str) -> bool:
    """Tell whether the caption of a picture is in the catalog already."""
    with closing(sqlite3.connect(f"file:{catalog}?mode=ro", uri=True, timeout=30)) as connection:
        found = connection.execute("SELECT 1 FROM segments WHERE summary LIKE ?", (f"Picture {digest}%",))
        return found.fetchone() is not None


@contextmanager
def captioning(delay_seconds: float) -> Iterator[Captioner]:
    """Run the server while the block lasts."""
    with Captioner(delay_seconds) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
