"""The routes by which a page has a playable copy of a video made, follows that, and plays it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.media_routes import find_video
from app.proxies import Proxies, ProxyState

if TYPE_CHECKING:
    from indexer.library.library import Library


def proxy_routes(library: Callable[[], Library], proxies: Callable[[], Proxies]) -> list[BaseRoute]:
    """Build the routes; they stand before the catch-all of `media_routes`.

    ``POST /library/playable/ID`` has a copy made, ``GET`` tells how it stands, and
    ``/library/playable/ID.mp4`` serves it.

    Args:
        library: Gives the library.
        proxies: Gives its copies.
    """

    async def state(request: Request) -> Response:
        return await _told(request, lambda video_id: proxies().state(video_id))

    async def want(request: Request) -> Response:
        return await _told(request, lambda video_id: proxies().want(video_id))

    async def _told(request: Request, ask: Callable[[str], ProxyState]) -> Response:
        def answer() -> ProxyState:
            return ask(find_video(library, request.path_params["video_id"]).video_id)

        told = await anyio.to_thread.run_sync(answer)
        return JSONResponse(asdict(told), headers={"Cache-Control": "no-store"})

    async def play(request: Request) -> Response:
        def found() -> str:
            path = proxies().file(find_video(library, request.path_params["video_id"]).video_id)
            if path is None:
                raise HTTPException(404, "there is no playable copy of this video yet")
            return str(path)

        path = await anyio.to_thread.run_sync(found)
        return FileResponse(path, media_type="video/mp4", headers={"Cache-Control": "private, max-age=3600"})

    return [
        Route("/library/playable/{video_id}.mp4", play),
        Route("/library/playable/{video_id}", state, methods=["GET"]),
        Route("/library/playable/{video_id}", want, methods=["POST"]),
    ]


def playable_url(video_id: str) -> str:
    """Return the address at which a copy is asked for; with ``.mp4`` behind it, that of the copy itself."""
    return f"/library/playable/{video_id}"
