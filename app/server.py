"""The browser chat's server: Streamlit as an ASGI app, with the routes for videos and frames beside it."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from streamlit import file_util
from streamlit.web import bootstrap

from app.media_routes import media_routes
from app.security import LocalOnly, SecurityHeaders, content_security_policy
from app.state import AppState, install
from indexer.errors import SettingsError, WitnessError
from indexer.settings import Settings

_PAGE = Path(__file__).parent / "pages" / "chat.py"
_BACKLOG = 128
_SECONDS_TO_STOP = 3
_LARGEST_MESSAGE_BYTES = 200 * 1024 * 1024

_STREAMLIT_OPTIONS: dict[str, Any] = {
    "global.developmentMode": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "type",
    "client.toolbarMode": "minimal",
    "runner.magicEnabled": False,
    "server.enableAgentApi": False,
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.runOnSave": False,
    "theme.light.primaryColor": "#0f766e",
    "theme.dark.primaryColor": "#2dd4bf",
}


def serve(settings: Settings, *, open_browser: bool = False) -> None:
    """Serve the browser chat until Ctrl-C, and say where it is once it listens.

    Args:
        settings: Library, models, and the ``host`` and ``port`` to listen on.
        open_browser: Also open the page in the person's browser.

    Raises:
        SettingsError: The host is no loopback address, or the port is taken.
        WitnessError: The library or a model cannot be opened, or the server did not start.
    """
    address = _address(settings.host, settings.port)
    state = AppState(settings)
    with closing(_listen(settings.host, settings.port)) as listener, closing(state):
        _ = state.assistant  # opened now, so that what is wrong is said here and not in the page

        def announce() -> None:
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
        )
        server = _AnnouncingServer(config, announce)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
        if not server.started:
            raise WitnessError("the browser chat did not start; the lines above say why")
        _say("Witness has stopped.")
        if not state.wait_for_questions(_SECONDS_TO_STOP):
            _exit_at_once()


def _exit_at_once() -> None:
    """End the process under a question that is still being answered.

    Python cannot interrupt the threads of a look, which may take minutes. They only read, so nothing is lost.
    """
    sys.stdout.flush()
    os._exit(0)


def build_app(state: AppState) -> st.App:
    """Build the ASGI app for this process; Streamlit allows one."""
    bootstrap.load_config_options(_STREAMLIT_OPTIONS)
    install(state)
    policy = content_security_policy(Path(file_util.get_static_dir()) / "index.html")

    return st.App(
        _PAGE,
        routes=media_routes(lambda: state.library),
        middleware=[Middleware(SecurityHeaders, policy=policy), Middleware(LocalOnly)],
    )


class _AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def _address(host: str, port: int) -> str:
    """Return the page's address, or refuse a host that other machines could reach."""
    name = "127.0.0.1" if host == "localhost" else host
    try:
        loopback = ipaddress.ip_address(name).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingsError(
            f"host {host!r} can be reached from other machines, and Witness has no sign-in yet: "
            "use 127.0.0.1, and an SSH tunnel from elsewhere (ssh -L 8501:localhost:8501 …)"
        )
    shown = f"[{name}]" if ":" in name else "localhost"
    return f"http://{shown}:{port}"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"port {port} on {host} cannot be used ({error.strerror}): "
            "another program, perhaps another `witness chat`, has it; choose one with --port"
        ) from error
    return listener


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
