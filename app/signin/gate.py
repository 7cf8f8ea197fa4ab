"""The gate before every route and every WebSocket: whoever is not signed in gets no further than its page."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from app.signin import oidc
from app.signin.page import sign_in_page, sign_out_page
from app.signin.passwords import Passwords
from app.signin.throttle import Throttle
from app.signin.tickets import COOKIE, KEPT_SECONDS, Tickets

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"

_POLICY_VIOLATION = 1008
_LARGEST_FORM_BYTES = 8192
_NOT_KEPT = {"Cache-Control": "no-store"}
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")
"""A path of this server: ``//host`` and ``/\\host`` would lead a browser elsewhere."""


class SignIn:
    """Who may come in, and how; one per server."""

    def __init__(self, folder: Path, open_id: oidc.OpenId | None = None) -> None:
        """Use the passwords of a library's folder, and a provider where there is one.

        Raises:
            LibraryError: The passwords cannot be read.
        """
        self.passwords = Passwords(folder)
        self.open_id = open_id
        self.throttle = Throttle()
        self._folder = folder
        self._tickets: Tickets | None = None

    @property
    def required(self) -> bool:
        """Whether anybody has a password, or a provider is set up."""
        return self.open_id is not None or bool(self.passwords.names())

    @property
    def tickets(self) -> Tickets:
        """The cookies; their key is made when the first one is."""
        if self._tickets is None:
            self._tickets = Tickets(self._folder)
        return self._tickets

    def name_of(self, cookies: dict[str, str]) -> str | None:
        """Return the name of whoever is signed in; None where nobody is."""
        if ticket := self.tickets.read(cookies.get(COOKIE, "")):
            name, version = ticket
            if version and version == self.passwords.version(name):
                return name
        return self.open_id.name_of(cookies) if self.open_id is not None else None


class Gate:
    """ASGI middleware that lets through who is signed in, and answers for signing in and out itself."""

    def __init__(self, app: ASGIApp, *, sign_in: SignIn) -> None:
        self._app = app
        self._sign_in = sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, answer with the sign-in page, or refuse."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and not self._sign_in.required):
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] in (SIGN_IN, SIGN_OUT):
            response = await self._own(Request(scope, receive))
            await response(scope, receive, send)
        elif self._may_pass(scope) and scope["type"] == "websocket":
            await self._app(scope, self._while_allowed(scope, receive, send), send)
        elif self._may_pass(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(_POLICY_VIOLATION)(scope, receive, send)
        else:
            await _refusal(scope)(scope, receive, send)

    def _while_allowed(self, scope: Scope, receive: Receive, send: Send) -> Receive:
        """Hear a page out only while its person is signed in: a channel stays open for a day's work."""

        async def receive_if_allowed() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and not self._may_pass(scope):
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
                return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
            return message

        return receive_if_allowed

    def _may_pass(self, scope: Scope) -> bool:
        if not self._sign_in.required:
            return True
        if self._sign_in.open_id is not None and scope["path"] in oidc.PATHS:
            return True
        return self._sign_in.name_of(HTTPConnection(scope).cookies) is not None

    async def _own(self, request: Request) -> Response:
        if request.method != "POST":
            if request.url.path == SIGN_OUT:
                return HTMLResponse(sign_out_page(), headers=_NOT_KEPT)
            return self._page(request.query_params.get("next", "/"))
        if request.url.path == SIGN_OUT:
            # Streamlit's route ends a provider's session too.
            leads_to = SIGN_IN if self._sign_in.open_id is None else oidc.SIGN_OUT
            response = RedirectResponse(leads_to, 303)
            response.delete_cookie(COOKIE)
            return response
        form = await _form(request)
        if form is None:
            return PlainTextResponse("That is more than a name and a password.\n", 413)
        return await self._try(request, form)

    async def _try(self, request: Request, form: dict[str, str]) -> Response:
        who = request.client.host if request.client is not None else ""
        leads_to, throttle = form.get("next", "/"), self._sign_in.throttle
        if (wait := throttle.wait_seconds(who)) > 0:
            return self._page(leads_to, f"Too many tries. Wait {wait:.0f} seconds, then try again.", 429)
        name = form.get("name", "")
        passwords = self._sign_in.passwords
        if not await anyio.to_thread.run_sync(passwords.check, name, form.get("password", "")):
            throttle.failed(who)
            return self._page(leads_to, "The name or the password is wrong.", 401)
        throttle.succeeded(who)
        response = RedirectResponse(_own_path(leads_to), 303)
        response.set_cookie(
            COOKIE,
            self._sign_in.tickets.make(name, passwords.version(name)),
            max_age=KEPT_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    def _page(self, leads_to: str, problem: str = "", status: int = 200) -> Response:
        open_id = self._sign_in.open_id
        page = sign_in_page(
            names=self._sign_in.passwords.names(),
            providers=open_id.providers() if open_id is not None else (),
            leads_to=_own_path(leads_to),
            problem=problem,
        )
        return HTMLResponse(page, status, headers=_NOT_KEPT)


def _refusal(scope: Scope) -> Response:
    """Send a person to the sign-in page, and tell a program that it may not."""
    if scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        wanted = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"{SIGN_IN}?{urlencode({'next': wanted})}", 303)
    return PlainTextResponse("Sign in first.\n", 401, headers=_NOT_KEPT)


def _own_path(text: str) -> str:
    return text if _OWN_PATH.fullmatch(text) else "/"


async def _form(request: Request) -> dict[str, str] | None:
    """Read a form of names and values; None when it is too large to be one."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_FORM_BYTES:
            return None
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}
