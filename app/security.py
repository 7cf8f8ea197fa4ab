"""What stands between the local server and the web: who may talk to it, and what its page may load.

A page of another site that points its own name at this server (DNS rebinding) is told apart by the Host
header, a plain cross-site request by the Origin header. Who may come in at all is the matter of `app.signin`.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_POLICY_VIOLATION = 1008
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def content_security_policy(index_page: Path) -> str:
    """Return the policy that lets Streamlit's page work and load nothing from elsewhere.

    Streamlit imports a component's code from a ``blob:`` URL and writes its styles into the page. Its few
    inline scripts are allowed by their hash.

    Args:
        index_page: Streamlit's ``index.html``.
    """
    hashes = " ".join(_script_hash(code) for code in _INLINE_SCRIPT.findall(index_page.read_text()))
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ]
    )


def _script_hash(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


@dataclass(frozen=True, slots=True)
class Hosts:
    """By which names the server may be called."""

    names: frozenset[str] = LOCAL_NAMES
    """In lower case."""
    any_address: bool = False
    """Whether any IP address is fine too: nobody else can make a browser send one of theirs."""

    def accepts(self, host: str) -> bool:
        """Tell whether a ``Host`` header names this server."""
        name = _host_name(host)
        if name is None or name in self.names:
            return name is not None
        return self.any_address and _is_address(name)


class HostCheck:
    """ASGI middleware that turns away requests for another host name or from another site."""

    def __init__(self, app: ASGIApp, *, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for this server; answer 403, or refuse the WebSocket, otherwise."""
        if scope["type"] == "lifespan" or self._is_ours(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(_POLICY_VIOLATION)(scope, receive, send)
        else:
            names = ", ".join(sorted(self._hosts.names))
            text = f"Witness answers to {names} only; other names are set by WITNESS_ALLOWED_HOSTS.\n"
            await PlainTextResponse(text, 403)(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        host, origin = headers.get("host", ""), headers.get("origin")
        return self._hosts.accepts(host) and (origin is None or origin.partition("://")[2] == host)


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:  # brackets that do not match
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class SecurityHeaders:
    """ASGI middleware that sends the security headers with every response."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",  # with "no-referrer" a form has no origin either
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers on the way out."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)
