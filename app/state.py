"""What the browser chat's server process holds: the settings and the assistant.

Streamlit runs the page as a script, again and again, and hands it nothing. So the server installs the one
`AppState` of the process here before it listens, and the page asks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from indexer.settings import Settings

if TYPE_CHECKING:
    from assistant.session import Assistant
    from indexer.library.library import Library


def _open_assistant(settings: Settings) -> Assistant:
    from assistant.session import open_assistant  # loads LangChain and Chroma, so only when needed

    return open_assistant(settings)


class AppState:
    """One per server process, shared by every browser session and thread."""

    def __init__(
        self, settings: Settings, open_assistant: Callable[[Settings], Assistant] = _open_assistant
    ) -> None:
        self.settings = settings
        self._open_assistant = open_assistant
        self._assistant: Assistant | None = None
        self._lock = threading.Lock()
        self._questions = 0
        self._question_ended = threading.Condition()

    @property
    def assistant(self) -> Assistant:
        """The assistant, opened at first use.

        Raises:
            WitnessError: The library or a model cannot be opened.
        """
        with self._lock:
            if self._assistant is None:
                self._assistant = self._open_assistant(self.settings)
            return self._assistant

    @property
    def library(self) -> Library:
        """The library that the assistant answers from."""
        return self.assistant.library

    @contextmanager
    def answering(self) -> Iterator[Assistant]:
        """Lend the assistant for one question, and count it."""
        with self._question_ended:
            self._questions += 1
        try:
            yield self.assistant
        finally:
            with self._question_ended:
                self._questions -= 1
                self._question_ended.notify_all()

    def wait_for_questions(self, timeout_seconds: float) -> bool:
        """Wait until no question is being answered; tells whether it came to that in time."""
        with self._question_ended:
            return self._question_ended.wait_for(lambda: self._questions == 0, timeout_seconds)

    def close(self) -> None:
        """Close the assistant and its library; the next use opens them again."""
        with self._lock:
            if self._assistant is not None:
                self._assistant.close()
                self._assistant.library.close()
                self._assistant = None


class _Holder:
    state: AppState | None = None


def install(state: AppState) -> None:
    """Make this the state that the page sees."""
    _Holder.state = state


def current() -> AppState:
    """Return the state that the server installed.

    Raises:
        RuntimeError: The page was started by ``streamlit run`` and not by ``witness chat``.
    """
    if _Holder.state is None:
        raise RuntimeError("no server state: start the browser chat with `witness chat`")
    return _Holder.state
