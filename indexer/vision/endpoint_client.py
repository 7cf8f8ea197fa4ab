"""HTTP to an OpenAI-compatible server: what may pass is tried again, what is final is said in words."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic

import httpx2

from indexer.errors import VisionError
from indexer.vision.endpoint_failures import (
    complaint_of,
    explain_images,
    explain_missing,
    misses_model,
    refuses_images,
    seconds_to_wait,
)
from indexer.vision.endpoint_messages import Json
from indexer.vision.endpoint_options import Address, EndpointOptions

logger = logging.getLogger(__name__)

Wait = Callable[[Event, float], bool]
"""Waits for an event for so many seconds at most, and tells whether it came."""

_FIRST_WAIT_SECONDS = 0.5
_LONGEST_BACKOFF_SECONDS = 30.0
_LONGEST_RETRY_AFTER_SECONDS = 120.0
_CONNECT_SECONDS = 10.0
_MOST_BYTES = 8 * 2**20
"""Longest answer that is read; a chat completion is a few kilobytes."""
_TRIED_AGAIN = {408, 425, 429}
"""Beside the statuses from 500 on."""


class Refused(Exception):
    """The server took the request for wrong: a 4xx that is final for this body."""

    def __init__(self, status: int, complaint: str) -> None:
        super().__init__(f"{status} {complaint}")
        self.status = status
        self.complaint = complaint


class _Passing(Exception):
    """Something that may be over at the next attempt."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    headers: httpx2.Headers
    data: bytes


class ChatClient:
    """One server's chat completions. Safe to share between threads."""

    def __init__(self, options: EndpointOptions, *, wait: Wait = Event.wait) -> None:
        self._options = options
        self._address = Address.of(options.base_url)
        self._wait = wait
        self._has_answered = False
        self._secrets = tuple(filter(None, [options.bearer, *(self._address.credentials or ())]))
        headers = {"User-Agent": "witness", "Accept": "application/json"}
        if options.bearer:
            headers["Authorization"] = f"Bearer {options.bearer}"
        self._http = httpx2.Client(
            headers=headers,
            auth=self._address.credentials,
            follow_redirects=False,  # the key and the frames go where the person said, and nowhere else
            trust_env=not self._address.is_this_machine,  # a proxy cannot reach a server on this machine
            limits=httpx2.Limits(max_connections=None),
        )

    @property
    def where(self) -> str:
        """The API's address, without credentials."""
        return str(self._address.root)

    @property
    def machine(self) -> str:
        """The server's machine; "localhost" for this one, by whatever name or number it is called."""
        return "localhost" if self._address.is_this_machine else self._address.host

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def complete(self, body: Json, stop: Event, deadline: float | None = None) -> Json:
        """Return the answer to a chat completion request, a dict with at least one choice.

        Args:
            body: The request.
            stop: Set when nobody waits for the answer any more.
            deadline: Time of the monotonic clock at which to give up.

        Raises:
            Refused: The server refuses this body, and would again.
            VisionError: The server cannot be used, or failed at every attempt.
        """
        content = json.dumps(body).encode()
        started, most = monotonic(), self._options.max_retries + 1
        for attempt in range(1, most + 1):
            try:
                return self._attempt(content, deadline)
            except _Passing as fault:
                last = fault
            pause = _pause(attempt, last.wait_seconds)
            if attempt == most or (deadline is not None and monotonic() + pause >= deadline):
                break
            logger.info("%s, attempt %d of %d: %s; again in %.1f s", self.where, attempt, most, last, pause)
            if self._wait(stop, pause):
                raise VisionError(f"the request to {self.where} was given up: another one failed for good")
        tries = "once" if attempt == 1 else f"{attempt} times"
        raise VisionError(
            f"{self.where} does not answer for {self._options.model}: {last}; tried {tries} in "
            f"{monotonic() - started:.0f} s. Look at the server's own log, and run the same again: what was "
            "captioned is kept"
        )

    def models(self) -> list[str] | None:
        """Return the names of the models that the server lists, or None when it lists none."""
        try:
            response = self._send("GET", "/models", None, monotonic() + _CONNECT_SECONDS)
            listed = json.loads(response.data)["data"] if response.status == 200 else None
            return sorted(str(entry["id"]) for entry in listed) if listed is not None else None
        except (httpx2.HTTPError, VisionError, _Passing, ValueError, KeyError, TypeError):
            return None  # this only serves the words of an error that is on its way already

    def _attempt(self, content: bytes, deadline: float | None) -> Json:
        end = monotonic() + self._options.timeout_seconds
        try:
            response = self._send("POST", "/chat/completions", content, min(end, deadline or end))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            reason = str(error) or type(error).__name__
            if self._has_answered:
                raise _Passing(f"it cannot be reached any more ({reason})") from None
            raise VisionError(
                f"no server can be reached at {self.where} ({reason}). Start it, or correct vision_url; "
                "docs/models.md has the start lines"
            ) from None
        except httpx2.TimeoutException:
            raise _Passing(f"no whole answer within {self._options.timeout_seconds:g} s") from None
        except httpx2.TransportError as error:
            raise _Passing(f"the connection broke off ({error or type(error).__name__})") from None
        self._has_answered = True
        return self._judge(response)

    def _send(self, method: str, path: str, content: bytes | None, end: float) -> _Response:
        """Send a request and read the answer, up to a time and a length."""
        left = max(0.001, end - monotonic())
        timeout = httpx2.Timeout(left, connect=min(left, _CONNECT_SECONDS))
        headers = {"Content-Type": "application/json"} if content is not None else {}
        with self._http.stream(
            method, self._address.at(path), content=content, headers=headers, timeout=timeout
        ) as response:
            data = bytearray()
            for chunk in response.iter_bytes():
                data += chunk
                if monotonic() > end:  # the timeouts of HTTP clients start anew with every byte
                    raise httpx2.ReadTimeout("the answer trickles in too slowly")
                if len(data) > _MOST_BYTES:
                    raise VisionError(f"{self.where} answers without end; is it a chat completions API?")
            return _Response(response.status_code, response.headers, bytes(data))

    def _judge(self, response: _Response) -> Json:
        """Return the completion, or raise what the response means."""
        status = response.status
        if status == 200:
            payload = _as_object(response.data)
            if payload.get("choices"):
                return payload
            status = _status_within(payload)
        if 300 <= status < 400:
            raise VisionError(
                f"{self.where} redirects to {_place(response.headers.get('Location', ''))}; this is not "
                "followed, for the key and the frames would go there. If it is right, put it into vision_url"
            )
        complaint = complaint_of(response.data, self._secrets)
        if status == 200:
            raise VisionError(
                f"{self.where} answers, but not with a chat completion: “{complaint}”. Is vision_url the "
                "address of the API? It usually ends in /v1"
            )
        if refuses_images(complaint):
            raise VisionError(explain_images(self._options.model, self.where, complaint))
        if misses_model(status, complaint):
            model, models = self._options.model, self.models()
            raise VisionError(explain_missing(model, self.where, complaint, models))
        if status not in _TRIED_AGAIN and status < 500:
            raise Refused(status, complaint)
        wait_seconds = seconds_to_wait(response.headers.get("Retry-After"))
        if "insufficient_quota" in complaint or (wait_seconds or 0) > _LONGEST_RETRY_AFTER_SECONDS:
            until = f" It asks to wait {wait_seconds:.0f} s." if wait_seconds else ""
            raise VisionError(
                f"{self.where} serves no more for now ({status}): “{complaint}”.{until} Try later"
            )
        raise _Passing(f"it answers {status}, “{complaint}”", wait_seconds)


def _pause(attempt: int, wanted_seconds: float | None) -> float:
    """Return the seconds to wait before another attempt: spread, so that threads do not come back as one."""
    if wanted_seconds is not None:
        return wanted_seconds * random.uniform(1.0, 1.1)  # noqa: S311 - nothing secret hangs on it
    longest = min(_LONGEST_BACKOFF_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
    return float(longest * random.uniform(0.5, 1.0))  # noqa: S311


def _as_object(data: bytes) -> Json:
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _status_within(payload: Json) -> int:
    """Return the status that routers such as OpenRouter put into the body of a 200."""
    error = payload.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 200


def _place(location: str) -> str:
    """Return a redirect's target without anything secret in it."""
    try:
        url = httpx2.URL(location)
    except httpx2.InvalidURL:
        return "another address"
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}" if url.host else url.path
