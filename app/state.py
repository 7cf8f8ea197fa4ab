"""What the browser chat's server process holds: the settings and the assistant.

Streamlit runs the page as a script, again and again, and hands it nothing. So the server installs the one
`AppState` of the process here before it listens, and the page asks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.proxies import FOLDER_NAME, Proxies
from app.questions import Questions
from app.signin.gate import SignIn
from indexer.settings import Settings

if TYPE_CHECKING:
    from app.incidents.desk import IncidentDesk
    from app.indexing.worker import Worker
    from assistant.session import Assistant
    from indexer.library.library import Library
    from indexer.rules.store import Rules
    from indexer.vision.model import VisionModel


def _open_assistant(settings: Settings) -> Assistant:
    from assistant.session import open_assistant  # loads LangChain and Chroma, so only when needed

    return open_assistant(settings)


class AppState:
    """One per server process, shared by every browser session and thread."""

    def __init__(
        self,
        settings: Settings,
        open_assistant: Callable[[Settings], Assistant] = _open_assistant,
        *,
        sign_in: SignIn | None = None,
    ) -> None:
        self.settings = settings
        self.sign_in = sign_in or SignIn(settings.library)
        self._open_assistant = open_assistant
        self._assistant: Assistant | None = None
        self._worker: Worker | None = None
        self._rules: Rules | None = None
        self._incidents: IncidentDesk | None = None
        self._proxies: Proxies | None = None
        self._lock, self._worker_lock = threading.Lock(), threading.Lock()
        self.questions = Questions(self.answering)
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

    @property
    def rules(self) -> Rules:
        """The watch rules of the library, opened at first use."""
        with self._lock:
            if self._rules is None:
                from indexer.rules.store import Rules

                self.settings.library.mkdir(parents=True, exist_ok=True)
                self._rules = Rules(self.settings.library)
            return self._rules

    @property
    def incidents(self) -> IncidentDesk:
        """The incidents of the library, opened at first use.

        Raises:
            WitnessError: The library or the incidents' file cannot be opened.
        """
        library = self.library
        with self._lock:
            if self._incidents is None:
                from app.incidents.desk import IncidentDesk

                self._incidents = IncidentDesk(library, self.settings)
            return self._incidents

    @property
    def proxies(self) -> Proxies:
        """The copies of videos that browsers do not play."""
        with self._lock:
            if self._proxies is None:
                self._proxies = Proxies(self.settings.library / FOLDER_NAME, lambda: self.library)
            return self._proxies

    @property
    def worker(self) -> Worker:
        """What indexes in the background; the server starts and stops it.

        Raises:
            LibraryError: The library cannot be opened.
        """
        from app.indexing.worker import Worker  # brings the whole indexer along

        with self._worker_lock:
            if self._worker is None:
                self._worker = Worker(self.settings, self._vision_to_share)
            return self._worker

    def _vision_to_share(self) -> VisionModel | None:
        """Return the model whose weights or server the chat uses too; the observer has neither."""
        from indexer.vision.configured import OBSERVER, choose_vision

        return None if choose_vision(self.settings) == OBSERVER else self.assistant.vision

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
        """Stop the questions and wait until none is being answered; tells whether that was in time."""
        self.questions.stop_all()
        with self._question_ended:
            return self._question_ended.wait_for(lambda: self._questions == 0, timeout_seconds)

    def close(self) -> None:
        """Close the assistant and its library, and the worker; the next use opens them again."""
        with self._worker_lock:
            if self._worker is not None:
                self._worker.close()
                self._worker = None
        with self._lock:
            proxies, self._proxies = self._proxies, None
        if proxies is not None:
            proxies.close()  # outside of the lock: its thread may be waiting for the library
        with self._lock:
            if self._rules is not None:
                self._rules.close()
                self._rules = None
            if self._incidents is not None:
                self._incidents.close()
                self._incidents = None
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
