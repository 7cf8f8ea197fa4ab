"""Whether the servers that the settings name answer, take the key, and have the model."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from pydantic import SecretStr

from app.findings import Finding, Level
from indexer.plurals import counted
from indexer.settings import Settings
from indexer.vision.configured import ENDPOINT, choose_vision

_TIMEOUT_SECONDS = 3.0
_MOST_BYTES = 1 << 20
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Server:
    """A server of the settings: what it is for, where, and the model that is wanted of it."""

    use: str
    url: str
    key: SecretStr | None = None
    model: str = ""
    """"" where it is no server of models."""

    def found(self, level: Level, fact: str, remedy: str = "") -> Finding:
        """Return what was found of it, without the password that its address may hold."""
        return Finding("endpoint", level, f"{self.use} at {_shown(self.url)} {fact}", remedy)


def diagnose_servers(settings: Settings) -> Iterator[Finding]:
    """Ask each server that is set whether it is there, and what models it has; no frame is sent."""
    servers = [server for server in _servers(settings) if server.url]
    if not servers:
        yield Finding("endpoint", Level.OK, "none set; everything runs in this process")
    for server in servers:
        yield _ask(server)


def _servers(settings: Settings) -> Iterator[Server]:
    vision, chat = choose_vision(settings), settings.chat
    looks = vision.removeprefix(ENDPOINT) if vision.startswith(ENDPOINT) else ""
    words = chat.removeprefix(ENDPOINT) if chat.startswith(ENDPOINT) else ""
    yield Server("vision", settings.vision_url or "", settings.vision_key, looks)
    yield Server("chat", settings.chat_url or "", settings.chat_key, words)
    yield Server("chroma", settings.chroma_url or "")


def _ask(server: Server) -> Finding:
    if not server.url.startswith(("http://", "https://")):
        return server.found(Level.PROBLEM, "is no http address", "Write it as http://HOST:PORT/v1")
    try:
        listed = _listed(server)
    except urllib.error.HTTPError as error:
        return _refused(server, error.code)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return server.found(
            Level.PROBLEM, f"does not answer: {reason}", "Start the server or mend the address"
        )
    if listed is None or server.model in listed:
        return server.found(Level.OK, f"has {server.model}" if listed else "answers")
    named = ", ".join(listed[:_MOST_NAMED]) or "none"
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    fact = f"has no model {server.model}; it has {counted(len(listed), 'model')}: {named}{more}"
    return server.found(Level.PROBLEM, fact, f"Name one of these: --{server.use} openai:NAME")


def _refused(server: Server, status: int) -> Finding:
    """Say what a refusal means. Where no model is asked for, that it answers is all that is wanted."""
    if status in (401, 403):
        said = "refuses the key" if server.key else "wants a key"
        return server.found(Level.PROBLEM, f"{said} ({status})", f"Set WITNESS_{server.use.upper()}_KEY")
    if status == 404 and server.model:
        remedy = "Is it the address of the API? It usually ends in /v1"
        return server.found(Level.NOTE, "answers, but lists no models", remedy)
    return server.found(Level.OK if status < 500 else Level.NOTE, f"answers with status {status}")


def _listed(server: Server) -> list[str] | None:
    """Return the models that the server lists; None where none are asked for, or what it says is no list."""
    url = server.url
    if server.model:
        url = url.rstrip("/").removesuffix("/chat/completions")
        url = f"{url}/models" if urlsplit(url).path else f"{url}/v1/models"
    with urllib.request.urlopen(_request(server, url), timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - see _ask
        text = answer.read(_MOST_BYTES)
    try:
        entries: Any = json.loads(text)["data"]
        return sorted(str(entry["id"]) for entry in entries)
    except (ValueError, KeyError, TypeError):
        return None


def _request(server: Server, url: str) -> urllib.request.Request:
    """Make a request that carries the key, or the user and the password of the address."""
    parts = urlsplit(url)
    headers = {}
    if server.key:
        headers["Authorization"] = f"Bearer {server.key.get_secret_value().strip()}"
    elif parts.username:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {b64encode(user.encode()).decode()}"
    return urllib.request.Request(_without_password(url), headers=headers)  # noqa: S310 - see _ask


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _shown(url: str) -> str:
    return _without_password(url) if "@" in url else url
