"""The passwords of the people who may sign in, as salted hashes in the library's folder."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from indexer.errors import LibraryError, SettingsError

FILE_NAME = "passwords.json"
MIN_LENGTH = 8
MAX_LENGTH = 1024
MAX_NAME_LENGTH = 60

_COST, _BLOCK, _PARALLEL = 2**15, 8, 1
"""scrypt's parameters: 32 MiB and some 0.1 s a try."""
_MAX_MEMORY = 128 * 1024**2


@dataclass(frozen=True, slots=True)
class _Entry:
    salt: str
    hash: str
    cost: int = _COST

    @classmethod
    def of(cls, password: str, salt: str, cost: int = _COST) -> _Entry:
        key = hashlib.scrypt(
            password.encode(),
            salt=bytes.fromhex(salt),
            n=cost,
            r=_BLOCK,
            p=_PARALLEL,
            maxmem=_MAX_MEMORY,
        )
        return cls(salt, key.hex(), cost)


class Passwords:
    """The passwords of one library's people; read anew whenever the file has changed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._read_at: tuple[int, int] | None = None
        self._entries: dict[str, _Entry] = {}

    def names(self) -> list[str]:
        """Return the people who have a password, sorted.

        Raises:
            LibraryError: The file cannot be read.
        """
        return sorted(self._known())

    def set(self, name: str, password: str) -> None:
        """Give somebody a password; whoever was signed in with an older one is signed out.

        Raises:
            SettingsError: The name is empty or too long, or the password too short.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= MAX_NAME_LENGTH:
            raise SettingsError(f"a name has 1 to {MAX_NAME_LENGTH} characters")
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise SettingsError(f"a password has at least {MIN_LENGTH} characters")
        self._write({**self._known(), name: _Entry.of(password, secrets.token_hex(16))})

    def remove(self, name: str) -> None:
        """Take somebody's password away.

        Raises:
            SettingsError: Nobody of that name has one.
        """
        known = dict(self._known())
        if known.pop(name, None) is None:
            raise SettingsError(f"{name!r} has no password; `witness passwd --list` names those who have")
        self._write(known)

    def check(self, name: str, password: str) -> bool:
        """Tell whether this is somebody's password, in the same time for people who have none."""
        entry = self._known().get(name)
        salt, cost = (entry.salt, entry.cost) if entry is not None else ("00" * 16, _COST)
        tried = _Entry.of(password[:MAX_LENGTH], salt, cost)
        return entry is not None and hmac.compare_digest(tried.hash, entry.hash)

    def version(self, name: str) -> str:
        """Return what changes with the person's password and tells nothing of it; "" without one."""
        entry = self._known().get(name)
        return hashlib.sha256(f"{entry.salt}{entry.hash}".encode()).hexdigest()[:16] if entry else ""

    def _known(self) -> dict[str, _Entry]:
        try:
            facts = self._path.stat()
            if (facts.st_mtime_ns, facts.st_ino) != self._read_at:
                told = json.loads(self._path.read_text("utf-8"))
                self._entries = {name: _Entry(**entry) for name, entry in told.items()}
                self._read_at = facts.st_mtime_ns, facts.st_ino
        except FileNotFoundError:
            self._entries, self._read_at = {}, None
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise LibraryError(
                f"{self._path} cannot be read ({error}): remove it and set the passwords anew"
            ) from error
        return self._entries

    def _write(self, entries: dict[str, _Entry]) -> None:
        text = json.dumps({name: asdict(entry) for name, entry in entries.items()}, indent=2)
        write_private(self._path, text.encode())


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all.

    Raises:
        LibraryError: It cannot be written.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise LibraryError(f"{path} cannot be written: {error.strerror}") from error
