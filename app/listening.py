"""Where the browser chat listens, and by which names it may be called."""

from __future__ import annotations

import ipaddress
import socket

from app.security import LOCAL_NAMES, Hosts
from indexer.errors import SettingsError
from indexer.settings import Settings

_BACKLOG = 128


def page_address(settings: Settings, *, guarded: bool) -> str:
    """Return the page's address, or refuse a host that other machines could reach unguarded.

    Args:
        settings: Host, port and certificate.
        guarded: Whether people have to sign in.

    Raises:
        SettingsError: Other machines could reach it, and nobody would have to sign in; or half a certificate.
    """
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise SettingsError("for HTTPS both are needed: --tls-cert and --tls-key")
    name = _plain_name(settings.host)
    if not is_loopback(settings.host) and not guarded:
        raise SettingsError(
            f"host {settings.host!r} can be reached from other machines, and nobody would have to sign in. "
            "Set a password first (witness passwd), or use 127.0.0.1 and an SSH tunnel from elsewhere "
            "(ssh -L 8501:localhost:8501 …)"
        )
    shown = "localhost" if name in ("127.0.0.1", "0.0.0.0", "::") else name  # noqa: S104  # shown, not bound
    scheme = "https" if settings.tls_cert is not None else "http"
    return f"{scheme}://{f'[{shown}]' if ':' in shown else shown}:{settings.port}"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address; a name that is no address may be anything."""
    try:
        return ipaddress.ip_address(_plain_name(host)).is_loopback
    except ValueError:
        return False


def accepted_hosts(settings: Settings) -> Hosts:
    """Return the names by which a server with these settings may be called."""
    named = {name.lower() for name in settings.allowed_hosts}
    if is_loopback(settings.host):
        return Hosts(LOCAL_NAMES | named)
    own = {settings.host.lower(), socket.gethostname().lower(), socket.getfqdn().lower()}
    return Hosts(LOCAL_NAMES | named | own, any_address=True)


def listen(host: str, port: int) -> socket.socket:
    """Take the port.

    Raises:
        SettingsError: It cannot be had.
    """
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


def _plain_name(host: str) -> str:
    return "127.0.0.1" if host == "localhost" else host
