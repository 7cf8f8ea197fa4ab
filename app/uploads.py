"""The route that takes uploaded videos: streamed to the library's disk, never held in memory.

A client sends the file's bytes as the body and its name in the address. The name only tells people what it
is: whatever it holds, the file lies in the library's ``uploads`` folder.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.indexing.intake import UPLOADS
from indexer.errors import LibraryError, MediaError, WitnessError
from indexer.library.failures import require_space
from indexer.library.records import VideoStatus

if TYPE_CHECKING:
    from app.indexing.worker import Worker

UPLOAD_ADDRESS = "/library/upload"

_PIECE_BYTES = 4 << 20
_LONGEST_NAME_BYTES = 180
_NAMELESS = "video"


class Refused(WitnessError):
    """An upload that is not taken; the text says why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def safe_name(name: str) -> str:
    """Return a name that is one in the uploads folder, whatever a client sends.

    Directories, control characters and leading dots are dropped, and what is too long is shortened before
    its suffix.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(sign for sign in base if sign.isprintable() and sign not in '<>:"|?*')
    shown = shown.encode("utf-8", "ignore").decode().strip(" .")
    stem, dot, suffix = shown.rpartition(".")
    stem, suffix = (stem, dot + suffix) if stem and len(suffix) <= 8 else (shown, "")
    room = _LONGEST_NAME_BYTES - len(suffix.encode())
    return (stem.encode()[:room].decode("utf-8", "ignore").strip() or _NAMELESS) + suffix


def upload_route(worker: Callable[[], Worker], folder: Path, limit_bytes: int) -> Route:
    """Build the route.

    Args:
        worker: Gives the worker that indexes what arrives.
        folder: The library's folder.
        limit_bytes: Largest file that is taken.
    """

    async def upload(request: Request) -> Response:
        try:
            _check_origin(request)
            arriving = await anyio.to_thread.run_sync(
                _begin, folder / UPLOADS, _announced(request, limit_bytes)
            )
        except (Refused, LibraryError) as error:
            return _refusal(error)
        try:
            async for piece in request.stream():
                arriving.waiting += piece
                if len(arriving.waiting) >= _PIECE_BYTES:
                    await anyio.to_thread.run_sync(arriving.write, limit_bytes)
            await anyio.to_thread.run_sync(arriving.write, limit_bytes)
            name = safe_name(request.query_params.get("name", ""))
            said = await anyio.to_thread.run_sync(_finish, arriving, worker(), name)
        except (WitnessError, OSError) as error:
            return _refusal(error)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        finally:
            await anyio.to_thread.run_sync(arriving.discard)
        return JSONResponse({"said": said})

    return Route(UPLOAD_ADDRESS, upload, methods=["POST"])


@dataclass(slots=True)
class _Arriving:
    """A file that is being received, under a name that nothing looks at."""

    path: Path
    file: BinaryIO
    waiting: bytearray = field(default_factory=bytearray)
    size_bytes: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, limit_bytes: int) -> None:
        """Write what waits."""
        self.size_bytes += len(self.waiting)
        if self.size_bytes > limit_bytes:
            raise Refused(413, _too_large(limit_bytes))
        require_space(self.path.parent, len(self.waiting))
        self.file.write(self.waiting)
        self.digest.update(self.waiting)
        self.waiting.clear()

    def discard(self) -> None:
        """Leave nothing behind, unless it became a file of its own."""
        self.file.close()
        self.path.unlink(missing_ok=True)


def _check_origin(request: Request) -> None:
    """Take files from our own page only; a browser tells with every POST which page sent it."""
    if request.headers.get("origin", "").partition("://")[2] != request.headers.get("host"):
        raise Refused(403, "files are taken from the page of this server only")


def _announced(request: Request, limit_bytes: int) -> int:
    length = request.headers.get("content-length", "")
    size_bytes = int(length) if length.isascii() and length.isdigit() else 0
    if size_bytes > limit_bytes:
        raise Refused(413, _too_large(limit_bytes))
    return size_bytes


def _begin(folder: Path, size_bytes: int) -> _Arriving:
    folder.mkdir(parents=True, exist_ok=True)
    require_space(folder, size_bytes)
    path = folder / f".{uuid.uuid4().hex}.unfinished"
    return _Arriving(path, path.open("xb"))


def _finish(arriving: _Arriving, worker: Worker, name: str) -> str:
    """Give the file its name and have it indexed; return what to tell about it."""
    arriving.file.close()
    if not arriving.size_bytes:
        raise Refused(415, f"{name} is empty")
    known = worker.known(arriving.digest.hexdigest())
    if known is not None and known.status is VideoStatus.FAILED:
        worker.retry(known.video_id)
        return f"{known.name} is tried again"
    if known is not None:
        same = "" if known.name == name else f" as {known.name}"
        return f"{name} is in the library already{same}"
    try:
        worker.check_opens(arriving.path)
    except MediaError as error:
        raise Refused(415, str(error).replace(arriving.path.name, name)) from error
    path = _free_path(arriving.path.with_name(name))
    arriving.path.replace(path)
    worker.add_upload(path, arriving.digest.hexdigest())
    return f"{path.name} is added"


def _free_path(path: Path) -> Path:
    """Return the path, or one with a number where another file has it."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free


def _refusal(error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, Refused) else 507
    return JSONResponse({"said": str(error)}, status)


def _too_large(limit_bytes: int) -> str:
    return (
        f"files of up to {limit_bytes / 1e9:g} GB can be uploaded (setting upload_gigabytes); a file on the "
        "machine that runs Witness can be added by its path"
    )
