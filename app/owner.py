"""Whose browser this is: conversations are listed for the one who began them, and for nobody else.

Without a sign-in a browser is known by a random cookie, so that it finds its conversations again after the
server was started anew. With a sign-in it is the person who counts, from whatever browser.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from http.cookies import SimpleCookie

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.state import current
from indexer.library.notes import PERSON

COOKIE = "witness_browser"

_KEPT_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who looks at the page."""

    key: str
    """Stands in the library with what is theirs; tells nothing that would let anybody else pose as them."""
    name: str = PERSON
    """Under which they write notes."""
    signed_in: bool = False
    """Whether they are known by a sign-in, so that several people may use this server."""


def owner_of_session() -> Owner:
    """Return whose session runs this page."""
    if (signed_in := current().sign_in.name_of(dict(st.context.cookies))) is not None:
        return Owner(f"person:{_digest(signed_in)}", signed_in, signed_in=True)
    token = str(st.context.cookies.get(COOKIE, ""))
    if not _TOKEN.fullmatch(token):  # cookies are refused: this visit stands for itself
        token = str(st.session_state.setdefault("browser_token", secrets.token_hex(16)))
    return Owner(f"browser:{_digest(token)}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class BrowserCookie:
    """ASGI middleware that gives a browser its cookie with the page, before the page opens its WebSocket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the cookie with every page, so that it is kept as long as the browser comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token = HTTPConnection(scope).cookies.get(COOKIE, "")
        if not _TOKEN.fullmatch(token):
            token = secrets.token_hex(16)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", _cookie(token, secure=scope["scheme"] == "https"))
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _cookie(token: str, *, secure: bool) -> str:
    cookie = SimpleCookie({COOKIE: token})
    morsel = cookie[COOKIE]
    morsel["path"], morsel["max-age"] = "/", str(_KEPT_SECONDS)
    morsel["httponly"] = True
    morsel["samesite"] = (
        "Lax"  # Strict would hide it when a link leads here, and a new one would take its place
    )
    if secure:
        morsel["secure"] = True
    return morsel.OutputString()
