"""The routes that serve a video's bytes and its frames to the page.

A client names a video by its id only; the path comes from the library's own record. Frames are addressed in
whole milliseconds on the one clock: `frame_url` and `video_url` are the only writers of these addresses.
(They cannot begin with ``/media/``, which Streamlit keeps for itself.)
"""

from __future__ import annotations

import math
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from indexer.errors import (
    AmbiguousVideo,
    DecoderFailed,
    MediaError,
    TimeOutsideVideo,
    VideoNotFound,
    WitnessError,
)
from indexer.library.records import VideoRecord
from indexer.media.images import encode_jpeg

if TYPE_CHECKING:
    from indexer.library.library import Library

SMALLEST_SIDE, LARGEST_SIDE = 64, 1920
DEFAULT_SIDE = 480

_CACHE_BYTES = 64 * 1024 * 1024
_JPEG_QUALITY = 85
_KEEP = {"Cache-Control": "private, max-age=3600"}
_PICTURE = re.compile(r"([0-9]{1,10})\.jpg")
_TIMES = re.compile(r"([0-9]{1,10})\.json")
_TIMES_AROUND = 100
_SIGNATURES = (
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),  # Matroska too: browsers play it under WebM's name only
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"FLV", "video/x-flv"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"\x47", "video/mp2t"),
)


def to_milliseconds(seconds: float) -> int:
    """Round a PTS up to the millisecond, so that this frame is displayed then, not the one before."""
    return math.ceil(seconds * 1000 - 1e-6)


def video_url(video_id: str) -> str:
    """Return the address of a video's bytes."""
    return f"/library/video/{video_id}"


def times_url(video_id: str) -> str:
    """Return the address under which the times of frames are told: ``…/MILLISECONDS.json`` is added to it."""
    return f"/library/times/{video_id}"


def frame_pattern(video_id: str, side: int) -> str:
    """Return a frame's address with ``{milliseconds}`` in place of its time, for code in the browser."""
    return f"/library/frame/{video_id}/{{milliseconds}}.jpg?side={side}"


def frame_url(video_id: str, seconds: float, side: int = DEFAULT_SIDE) -> str:
    """Return the address of the frame displayed at a PTS, its longer side bounded by ``side`` pixels."""
    return f"/library/frame/{video_id}/{to_milliseconds(seconds)}.jpg?side={side}"


def content_type(path: Path) -> str:
    """Tell a file's content type by its container's first bytes, whatever its name ends in."""
    with path.open("rb") as file:
        head = file.read(16)
    for offset, signature, name in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return name
    return "application/octet-stream"


def media_routes(library: Callable[[], Library]) -> list[BaseRoute]:
    """Build the routes.

    Args:
        library: Gives the library, opened when the first request needs it.
    """
    cache = FrameCache(_CACHE_BYTES)

    async def video(request: Request) -> Response:
        path = await anyio.to_thread.run_sync(_find_file, library, request.path_params["video_id"])
        return FileResponse(path, media_type=content_type(path), headers=_KEEP)

    async def frame(request: Request) -> Response:
        key = (request.path_params["video_id"], _milliseconds(request), _side(request))
        image = cache.get(key)
        if image is None:
            image = await anyio.to_thread.run_sync(_draw_frame, library, *key)
            cache.put(key, image)
        return Response(image, media_type="image/jpeg", headers=_KEEP)

    async def times(request: Request) -> Response:
        found = await anyio.to_thread.run_sync(
            _frame_times, library, request.path_params["video_id"], _milliseconds(request, _TIMES)
        )
        return JSONResponse({"seconds": found}, headers=_KEEP)

    return [
        Route("/library/video/{video_id}", video),
        Route("/library/times/{video_id}/{picture}", times),
        Route("/library/frame/{video_id}/{picture}", frame),
        Route("/library/{rest:path}", _not_found),  # else Streamlit would answer with its page
    ]


class FrameCache:
    """The JPEGs that were asked for last, bounded by their bytes; safe to use from several threads."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._size_bytes = 0
        self._images: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, int, int]) -> bytes | None:
        """Return an image, and remember that it was wanted."""
        with self._lock:
            if key in self._images:
                self._images.move_to_end(key)
            return self._images.get(key)

    def put(self, key: tuple[str, int, int], image: bytes) -> None:
        """Keep an image, and drop those that were not wanted for the longest time."""
        with self._lock:
            self._size_bytes += len(image) - len(self._images.pop(key, b""))
            self._images[key] = image
            while self._size_bytes > self._limit_bytes:
                _, dropped = self._images.popitem(last=False)
                self._size_bytes -= len(dropped)


async def _not_found(_request: Request) -> Response:
    raise HTTPException(404)


def _milliseconds(request: Request, form: re.Pattern[str] = _PICTURE) -> int:
    address = form.fullmatch(request.path_params["picture"])
    if address is None:
        raise HTTPException(404, "an address of this kind ends in the frame's milliseconds")
    return int(address[1])


def _side(request: Request) -> int:
    text = request.query_params.get("side", str(DEFAULT_SIDE))
    if not text.isascii() or not text.isdigit() or not SMALLEST_SIDE <= int(text[:6]) <= LARGEST_SIDE:
        raise HTTPException(400, f"side is a number of pixels from {SMALLEST_SIDE} to {LARGEST_SIDE}")
    return int(text)


def find_video(library: Callable[[], Library], video_id: str) -> VideoRecord:
    """Return the record of exactly this id; a name or a path, which the library accepts too, is refused."""
    try:
        record = library().video(video_id)
    except (VideoNotFound, AmbiguousVideo):
        raise HTTPException(404, "no such video") from None
    except WitnessError as error:
        raise HTTPException(503, str(error)) from error
    if record.video_id != video_id or not record.answerable:
        raise HTTPException(404, "no such video")
    return record


def _find_file(library: Callable[[], Library], video_id: str) -> Path:
    record = find_video(library, video_id)
    try:
        return library().file_of(record.video_id)
    except MediaError:
        raise HTTPException(404, f"{record.name} is no longer as it was indexed") from None


def _frame_times(library: Callable[[], Library], video_id: str, milliseconds: int) -> list[float]:
    """Return when the frames around a time are displayed, in seconds at which a player shows them."""
    record = find_video(library, video_id)
    try:
        times = library().frame_times(record.video_id, milliseconds / 1000, count=_TIMES_AROUND)
    except MediaError as error:
        raise HTTPException(404, str(error)) from error
    return [to_milliseconds(time) / 1000 for time in times]


def _draw_frame(library: Callable[[], Library], video_id: str, milliseconds: int, side: int) -> bytes:
    record = find_video(library, video_id)
    try:
        [frame] = library().frames_at(record.video_id, [milliseconds / 1000], max_side=side)
    except TimeOutsideVideo as error:
        raise HTTPException(404, str(error)) from error
    except DecoderFailed as error:
        raise HTTPException(503, str(error)) from error
    except MediaError as error:
        raise HTTPException(404, str(error)) from error
    return encode_jpeg(frame, _JPEG_QUALITY)
