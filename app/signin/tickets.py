"""The signed cookie that a browser carries once somebody has signed in."""

from __future__ import annotations

import secrets
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.signin.passwords import write_private
from indexer.errors import LibraryError

COOKIE = "witness_signed_in"
KEPT_SECONDS = 7 * 24 * 3600
KEY_FILE = "sign-in.key"

_KEY_BYTES = 32


class Tickets:
    """Makes and checks the cookies, with a key that lies in the library's folder."""

    def __init__(self, folder: Path) -> None:
        """Read the key, or make one.

        Raises:
            LibraryError: It cannot be read or written.
        """
        self.key = _key(folder / KEY_FILE)
        self._serializer = URLSafeTimedSerializer(self.key, salt="witness sign-in")

    def make(self, name: str, version: str) -> str:
        """Return the cookie of somebody whose password has this version."""
        return self._serializer.dumps([name, version])

    def read(self, cookie: str) -> tuple[str, str] | None:
        """Return name and version of a cookie that was made here and is not too old; else None."""
        try:
            name, version = self._serializer.loads(cookie, max_age=KEPT_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(name), str(version)


def _key(path: Path) -> str:
    try:
        if not path.exists():
            write_private(path, secrets.token_hex(_KEY_BYTES).encode())
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LibraryError(f"{path} cannot be read: remove it, and everybody signs in anew") from error
    if len(key) < 2 * _KEY_BYTES:
        raise LibraryError(f"{path} is damaged: remove it, and everybody signs in anew")
    return key
