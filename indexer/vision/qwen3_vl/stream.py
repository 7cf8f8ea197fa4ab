"""One answer as it is written, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue

from indexer.vision.qwen3_vl.request import Request


class AnswerStream(Iterator[str]):
    """The pieces of one answer, each as soon as its text is certain; `close` cancels what is left."""

    def __init__(self, request: Request, pieces: SimpleQueue[str | None]) -> None:
        """Follow a request.

        Args:
            request: Its listener puts the pieces into the queue.
            pieces: None is put at the end, after an error as well.
        """
        self._request = request
        self._pieces = pieces
        self._ended = False

    @property
    def prompt_tokens(self) -> int:
        """Tokens that the model was given, video tokens included."""
        return len(self._request.planned)

    @property
    def new_tokens(self) -> int:
        """Tokens that it has written so far, those of a stop text included."""
        return len(self._request.written)

    def __next__(self) -> str:
        piece = None if self._ended else self._pieces.get()
        if piece is not None:
            return piece
        if not self._ended:
            self._ended = True
            self._request.answer.result()  # raises what went wrong
        raise StopIteration

    def close(self) -> None:
        """Cancel what is not written yet; doing it twice changes nothing."""
        self._request.cancelled.set()
