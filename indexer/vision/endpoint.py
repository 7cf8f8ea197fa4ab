"""Vision through any OpenAI-compatible server: vLLM, SGLang, Ollama, llama.cpp, a hosted service."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from dataclasses import replace
from threading import BoundedSemaphore, Event, Thread
from time import monotonic

from indexer.errors import VisionError
from indexer.timeline import Frame
from indexer.vision.endpoint_client import ChatClient, Refused, Wait
from indexer.vision.endpoint_failures import explain_refusal, pictures_that_fit
from indexer.vision.endpoint_messages import Dialect, chat_body, read_reply
from indexer.vision.endpoint_options import EndpointOptions
from indexer.vision.endpoint_pictures import thin_to
from indexer.vision.model import FrameBudget, Look, Reply

__all__ = ["Endpoint", "EndpointOptions"]

logger = logging.getLogger(__name__)


class Endpoint:
    """A vision model behind HTTP. Nothing is sent before the first look; safe to share between threads.

    Captions share ``parallel`` places; a look in plain text is a question that a person waits for, and has
    places of its own, so that it reaches the server at once while indexing goes on in the same process. What
    the server does then is the server's affair: one that answers one request at a time ends that one first.
    """

    judges = True

    def __init__(self, options: EndpointOptions, *, wait: Wait = Event.wait) -> None:
        """Prepare the connection.

        Args:
            options: Where the server is, and how it is used.
            wait: Waits between two attempts; for tests.

        Raises:
            SettingsError: The base URL is none.
        """
        self._options = options
        self._client = ChatClient(options, wait=wait)
        self._dialect = Dialect()
        self._most_pictures: int | None = None
        """Most pictures of a second look that the server was found to have room for."""
        self._places = {reply: BoundedSemaphore(options.parallel) for reply in Reply}

    def __repr__(self) -> str:
        return f"Endpoint({self.name!r})"

    @property
    def name(self) -> str:
        """The model and the machine that serves it, this one by one name; neither key nor password."""
        return f"openai:{self._options.model}@{self._client.machine}"

    @property
    def looks_at_once(self) -> int:
        """Twice as many as are under way at once, so that a slow answer at the end idles fewer places."""
        return 2 * self._options.parallel

    @property
    def caption_budget(self) -> FrameBudget:
        """Frames wanted for captioning one segment."""
        return self._options.caption_budget

    @property
    def look_budget(self) -> FrameBudget:
        """Frames wanted for looking again at a moment."""
        return self._options.look_budget

    def look(self, requests: Sequence[Look]) -> list[str]:
        """Answer each request, in order, several at a time.

        Raises:
            VisionError: The server cannot be used, refuses a request, or failed at every attempt. Its
                ``replies`` are the answers that had come by then.
        """
        stop = Event()
        try:
            if len(requests) < 2:
                return [self._answer(request, stop) for request in requests]
            return _in_order(lambda request: self._answer(request, stop), requests, self._options.parallel)
        finally:
            stop.set()  # whoever still waits for another attempt need not

    def frames_shown(self, request: Look) -> tuple[Frame, ...]:
        """Return the frames of a look that are sent: fewer where its tokens or the server's context end."""
        most = self._most_pictures if request.reply is Reply.TEXT else None
        return thin_to(request.frames, self._options.max_tokens(request.reply), most)

    def close(self) -> None:
        """Close the connections; the endpoint cannot be used afterwards."""
        self._client.close()

    def _answer(self, request: Look, stop: Event) -> str:
        with self._places[request.reply]:
            deadline = monotonic() + self._options.timeout_seconds if request.reply is Reply.TEXT else None
            while True:
                shown = replace(request, frames=self.frames_shown(request))
                sent = self._dialect.speak(chat_body(shown, self._options))
                try:
                    return read_reply(self._client.complete(sent, stop, deadline))
                except Refused as refusal:
                    learnt = self._dialect.learn(refusal.complaint, sent)
                    if not learnt and not self._thins(shown, refusal):
                        raise VisionError(self._explain(refusal)) from None

    def _thins(self, sent: Look, refusal: Refused) -> bool:
        """Note how many pictures a server has room for; tell whether to ask again with fewer.

        Only for second looks, which say how densely they looked. A caption that silently saw half of its
        frames would stay in the index for good: there the person is told to give the server more room.
        """
        fewer = pictures_that_fit(refusal.status, refusal.complaint, len(sent.frames))
        if fewer is None or sent.reply is not Reply.TEXT:
            return False
        self._most_pictures = min(fewer, self._most_pictures or fewer)
        logger.warning(
            "%s has no room for %d frames (“%s”); %d are sent from now on",
            self._client.where, len(sent.frames), refusal.complaint, self._most_pictures,
        )  # fmt: skip
        return True

    def _explain(self, refusal: Refused) -> str:
        has_key = bool(self._options.bearer)
        return explain_refusal(refusal.status, refusal.complaint, self._client.where, has_key=has_key)


def _in_order(answer: Callable[[Look], str], requests: Sequence[Look], threads: int) -> list[str]:
    """Answer requests in several threads and return the answers in order; the first failure ends it.

    The failure carries the answers that had come, so that they need not be paid for again.

    The threads are daemons, which a pool's are not: an interrupted program ends at once, and not after the
    timeouts of the requests under way.
    """
    futures: list[Future[str]] = [Future() for _ in requests]
    queue = deque(zip(futures, requests, strict=True))

    def work() -> None:
        while queue:
            try:
                future, request = queue.popleft()
            except IndexError:  # another thread was faster
                return
            try:
                future.set_result(answer(request))
            except Exception as error:  # noqa: BLE001 - handed to the caller, which raises it
                queue.clear()
                future.set_exception(error)

    for _ in range(min(threads, len(requests))):
        Thread(target=work, name="endpoint", daemon=True).start()
    try:
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
    finally:
        queue.clear()
    failure = next(filter(None, (future.exception() for future in done)), None)
    if failure is not None:
        if isinstance(failure, VisionError):
            failure.replies = [_reply_of(future) for future in futures]
        raise failure
    return [future.result() for future in futures]


def _reply_of(future: Future[str]) -> str | None:
    return future.result() if future.done() and future.exception() is None else None
