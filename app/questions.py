"""Questions that are being answered, each in a thread of its own: no page waits, and any page can stop it.

A question belongs to its conversation, not to the page that asked it: closing the browser changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, NamedTuple

from assistant.events import Answered, AskEvent
from indexer.errors import WitnessError

if TYPE_CHECKING:
    from assistant.narrowing import Narrowing
    from assistant.run import StopSignal
    from assistant.session import Assistant

_log = logging.getLogger(__name__)

_UNEXPECTED = "something went wrong that should not have; the terminal in which Witness runs says what"


class Happened(NamedTuple):
    """One event of a question, and when it came."""

    seconds: float
    """Since the question was asked."""
    event: AskEvent


class RunningQuestion:
    """One question on its way; read from any thread."""

    def __init__(
        self, question: str, conversation: str, narrowing: Narrowing | None, signal: StopSignal
    ) -> None:
        self.key = uuid.uuid4().hex
        self.question = question
        self.conversation = conversation
        self.narrowing = narrowing
        self.error = ""
        """Why it could not be answered, in words."""
        self.stopped = False
        """Whether a person stopped it; its thread may still be about to notice."""
        self._signal = signal
        self._happened: list[Happened] = []
        self._started = time.monotonic()
        self._ended: float | None = None
        self._changed = threading.Condition()

    @property
    def happened(self) -> Sequence[Happened]:
        """What happened so far, in its order."""
        with self._changed:
            return tuple(self._happened)

    @property
    def done(self) -> bool:
        """Whether there is nothing more to wait for: it was answered, it failed, or a person stopped it."""
        return self._ended is not None

    @property
    def answered(self) -> bool:
        """Whether its answer is kept in the conversation."""
        return any(isinstance(each.event, Answered) for each in self.happened)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return (self._ended or time.monotonic()) - self._started

    def stop(self) -> None:
        """Have it end at its next step or its model's next word; nothing of it is kept."""
        self._signal.stop()
        with self._changed:
            if self._ended is None:
                self.stopped, self._ended = True, time.monotonic()
                self._changed.notify_all()

    def wait(self, timeout_seconds: float) -> bool:
        """Wait for its end, at most so long; tells whether it came."""
        with self._changed:
            return self._changed.wait_for(lambda: self.done, timeout_seconds)

    def wait_for_more(self, known: int, timeout_seconds: float) -> Sequence[Happened]:
        """Wait until more has happened than is known, or its end, at most so long; returns what happened."""
        with self._changed:
            self._changed.wait_for(lambda: self.done or len(self._happened) > known, timeout_seconds)
            return tuple(self._happened)

    def take(self, events: Iterator[AskEvent]) -> None:
        """Follow it to its end; called in its thread."""
        try:
            for event in events:
                with self._changed:
                    self._happened.append(Happened(self.seconds, event))
                    self._changed.notify_all()
        except WitnessError as error:
            if not self.stopped:
                _log.warning("a question could not be answered: %s", error)
            self.error = str(error)
        except Exception:  # noqa: BLE001 - a thread has nobody else to tell it to
            _log.exception("a question could not be answered")
            self.error = _UNEXPECTED
        finally:
            with self._changed:
                self._ended = self._ended or time.monotonic()
                self._changed.notify_all()


class Questions:
    """The questions of all conversations; at most one at a time in each."""

    def __init__(self, answering: Callable[[], AbstractContextManager[Assistant]]) -> None:
        """Begin with none.

        Args:
            answering: Lends the assistant for one question.
        """
        self._answering = answering
        self._running: dict[str, tuple[RunningQuestion, threading.Thread]] = {}
        self._lock = threading.Lock()

    def start(self, question: str, conversation: str, narrowing: Narrowing | None = None) -> RunningQuestion:
        """Ask a question in a conversation.

        A question that was stopped there may still be at a look, which cannot be interrupted; this one begins
        when that is over. While one still runs there, nothing is asked: that one is returned, and
        the caller tells the person if it is not the one that they meant.
        """
        from assistant.run import StopSignal  # LangChain takes seconds to import

        with self._lock:
            running, before = self._running.get(conversation, (None, None))
            if running is not None and not running.done:
                return running
            begun = RunningQuestion(question, conversation, narrowing, signal := StopSignal())
            thread = threading.Thread(
                target=self._answer, args=(begun, signal, before), name="question", daemon=True
            )
            self._running = {key: each for key, each in self._running.items() if each[1].is_alive()}
            self._running[conversation] = (begun, thread)
            thread.start()
        return begun

    def of(self, conversation: str) -> RunningQuestion | None:
        """Return the question that was asked last in a conversation, unless its answer is kept there."""
        with self._lock:
            running, _ = self._running.get(conversation, (None, None))
        return None if running is None or running.answered else running

    def stop_all(self) -> None:
        """Stop every question: the server ends."""
        with self._lock:
            running = [question for question, _ in self._running.values()]
        for question in running:
            question.stop()

    def _answer(self, running: RunningQuestion, signal: StopSignal, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        running.take(self._events(running, signal))

    def _events(self, running: RunningQuestion, signal: StopSignal) -> Iterator[AskEvent]:
        with self._answering() as assistant:
            yield from assistant.ask(
                running.question,
                conversation_id=running.conversation,
                narrowing=running.narrowing,
                signal=signal,
            )
