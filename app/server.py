"""The browser chat's server: Streamlit as an ASGI app, with the routes for videos and frames beside it."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import anyio.to_thread
import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route
from streamlit import file_util
from streamlit.web import bootstrap

from app.listening import accepted_hosts, listen, page_address
from app.media_routes import media_routes
from app.memory import free_memory, share_one_heap
from app.owner import BrowserCookie
from app.proxy_routes import proxy_routes
from app.security import HostCheck, SecurityHeaders, content_security_policy
from app.signin.gate import Gate
from app.signin.opening import open_sign_in
from app.state import AppState, install
from app.uploads import upload_route
from indexer.errors import WitnessError
from indexer.settings import Settings

_PAGE = Path(__file__).parent / "pages" / "home.py"
_SECONDS_TO_STOP = 3
_SECONDS_TO_STOP_INDEXING = 8.0
_SECONDS_BETWEEN_CLEANINGS = 30.0
_LARGEST_MESSAGE_BYTES = 200 * 1024 * 1024

_STREAMLIT_OPTIONS: dict[str, Any] = {
    "global.developmentMode": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "type",
    "client.toolbarMode": "minimal",
    "runner.magicEnabled": False,
    # Every page's every run and poll would look through all objects, and nothing else runs meanwhile.
    "runner.postScriptGC": False,
    "server.enableAgentApi": False,
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.runOnSave": False,
    "theme.light.primaryColor": "#0f766e",
    "theme.dark.primaryColor": "#0d8a7f",
}


def serve(settings: Settings, *, open_browser: bool = False) -> None:
    """Serve the browser chat until Ctrl-C, and say where it is once it listens.

    Args:
        settings: Library, models, and the ``host`` and ``port`` to listen on.
        open_browser: Also open the page in the person's browser.

    Raises:
        SettingsError: The host can be reached from elsewhere and nobody has to sign in, or the port is taken.
        WitnessError: The library or a model cannot be opened, or the server did not start.
    """
    share_one_heap()
    _configure_streamlit()
    sign_in = open_sign_in(settings)
    address = page_address(settings, guarded=sign_in.required)
    state = AppState(settings, sign_in=sign_in)
    with closing(listen(settings.host, settings.port)) as listener, closing(state):
        _ = state.assistant  # opened now, so that what is wrong is said here and not in the page

        def announce() -> None:
            gc.freeze()  # what was imported and opened stays for good: the collector need not look there
            _say(f"Witness is at {address} (Ctrl-C stops it).")
            if open_browser:
                webbrowser.open(address)

        config = uvicorn.Config(
            build_app(state),
            ws="websockets-sansio",
            ws_max_size=_LARGEST_MESSAGE_BYTES,
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=_SECONDS_TO_STOP,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
        )
        server = _AnnouncingServer(config, announce)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
        if not server.started:
            raise WitnessError("the browser chat did not start; the lines above say why")
        _say("Witness has stopped.")
        if not state.wait_for_questions(_SECONDS_TO_STOP) or not state.worker.stopped:
            _exit_at_once()


def _exit_at_once() -> None:
    """End the process under a look that is still going on, of a question or of indexing.

    Python cannot interrupt the threads of a look, which may take minutes. Nothing is lost: a question only
    reads, and indexing goes on at the next start with what was not written.
    """
    sys.stdout.flush()
    os._exit(0)


@functools.cache
def _configure_streamlit() -> None:
    """Set Streamlit's options before anything reads them."""
    bootstrap.load_config_options(_STREAMLIT_OPTIONS)


def build_app(state: AppState) -> st.App:
    """Build the ASGI app for this process; Streamlit allows one."""
    _configure_streamlit()
    install(state)
    policy = content_security_policy(Path(file_util.get_static_dir()) / "index.html")

    return st.App(
        _PAGE,
        lifespan=_indexing(state),
        routes=[
            upload_route(
                lambda: state.worker,
                state.settings.library,
                round(state.settings.upload_gigabytes * 1e9),
            ),
            *proxy_routes(lambda: state.library, lambda: state.proxies),
            Route("/library", _to_library_page),
            *media_routes(lambda: state.library),
        ],
        middleware=[
            Middleware(SecurityHeaders, policy=policy),
            Middleware(HostCheck, hosts=accepted_hosts(state.settings)),
            Middleware(BrowserCookie),
            Middleware(Gate, sign_in=state.sign_in),
        ],
    )


async def _to_library_page(_request: Request) -> RedirectResponse:
    """Bring whoever guesses the address from the menu's word to the page."""
    return RedirectResponse("/videos")


def _indexing(state: AppState) -> Callable[[st.App], AbstractAsyncContextManager[None]]:
    """Return the app's lifespan, in which the library is worked on in the background."""

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        worker = state.worker
        worker.start()
        collecting = asyncio.create_task(_keep_memory_small())
        try:
            yield
        finally:
            collecting.cancel()
            await anyio.to_thread.run_sync(worker.stop, _SECONDS_TO_STOP_INDEXING)

    return lifespan


async def _keep_memory_small() -> None:
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN_CLEANINGS)
        await anyio.to_thread.run_sync(free_memory)


class _AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
