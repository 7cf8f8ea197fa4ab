"""One run of the graph, turned into events; keeps what this turn alone brought to light."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from assistant.agent import SECONDS_KEY
from assistant.answer import LookDone, Looked, Retrieved, Source, Step
from assistant.data import without_delimiters, without_error_name
from assistant.events import AskEvent, StepFinished, StepStarted, TextDelta
from assistant.evidence import Findings
from assistant.turn import WHY_KEY
from indexer.errors import WitnessError

_MODEL_NODE = "model"
"""Name that `create_agent` gives to the node that calls the chat model."""
_RESULT_LENGTH = 240
_OVER_LIMIT = "Tool call limit"
"""How LangChain's limit on tool calls begins what it tells the model."""


class QuestionStopped(WitnessError):
    """Somebody stopped the question before it was answered."""


class StopSignal(BaseCallbackHandler):
    """Ends a question at its next step or its model's next piece of text, once `stop` was called.

    A graph waits for its model's thread, and a thread cannot be interrupted from outside.
    """

    raise_error = True

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End what is being done; may be called from any thread."""
        self._stopped.set()

    def check(self) -> None:
        """Go no further once `stop` was called.

        Raises:
            QuestionStopped: It was.
        """
        if self._stopped.is_set():
            raise QuestionStopped("the question was stopped")

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to begin another reply."""
        self.check()

    def on_llm_new_token(self, token: str | list[str | dict[str, Any]], **kwargs: Any) -> None:
        """Refuse the next piece of a reply that nobody reads."""
        self.check()


class Run:
    """Follows the stream of one question; afterwards holds its steps, findings and final text."""

    def __init__(self, signal: StopSignal | None = None) -> None:
        self.text = ""
        """The model's last message, as it wrote it."""
        self.stopped = False
        """Whether a limit ended the run before the model had answered."""
        self.signal = signal or StopSignal()
        """A callback of the graph, which ends the model's writing when the run is no longer followed."""
        self.refused_calls = 0
        """Tool calls that came after the limit, and were not made."""
        self._calls: dict[str, tuple[str, dict[str, Any]]] = {}
        self._why: dict[str, str] = {}
        self._results: dict[str, tuple[Step, Findings]] = {}

    @property
    def steps(self) -> list[Step]:
        """What was done, in the order in which the model asked for it; tools end in any order."""
        return [step for step, _ in self._in_order()]

    @property
    def findings(self) -> list[Findings]:
        """What each step brought to light."""
        return [findings for _, findings in self._in_order()]

    def _in_order(self) -> list[tuple[Step, Findings]]:
        return [self._results[call_id] for call_id in self._calls if call_id in self._results]

    def follow(self, stream: Iterable[Any]) -> Iterator[AskEvent]:
        """Turn the graph's stream (modes "messages" and "updates") into events."""
        try:
            yield from self._events(stream)
        except BaseException:
            self.signal.stop()  # whoever follows has gone: a model that still writes would write for nobody
            raise

    def _events(self, stream: Iterable[Any]) -> Iterator[AskEvent]:
        for kind, payload in stream:
            self.signal.check()
            if kind == "messages":
                message, metadata = payload
                if (
                    isinstance(message, AIMessage)
                    and metadata.get("langgraph_node") == _MODEL_NODE
                    and message.text
                ):
                    yield TextDelta(message.text)
            else:
                for node, update in payload.items():
                    for message in (update or {}).get("messages", ()):
                        yield from self._take(node, message)

    def _take(self, node: str, message: BaseMessage) -> Iterator[AskEvent]:
        if isinstance(message, AIMessage):
            self.text = message.text
            self.stopped = node != _MODEL_NODE
            reasons = message.additional_kwargs.get(WHY_KEY, {})
            for call in message.tool_calls:
                self._why[call["id"] or ""] = str(reasons.get(call["id"]) or _shorten(message.text))
                self._calls[call["id"] or ""] = (call["name"], call["args"])
                yield StepStarted(call["id"] or "", call["name"], call["args"])
        elif isinstance(message, ToolMessage):
            yield self._finish(message)

    def _finish(self, message: ToolMessage) -> StepFinished:
        call_id = message.tool_call_id
        tool, arguments = self._calls.setdefault(call_id, (message.name or "", {}))
        seconds = float(message.additional_kwargs.get(SECONDS_KEY, 0.0))
        failed = message.status == "error"
        text = without_error_name(message.text) if failed else message.text
        self.refused_calls += failed and text.startswith(_OVER_LIMIT)
        findings = Findings.from_artifact(message.artifact)
        step = Step(
            tool,
            arguments,
            seconds,
            _shorten(without_delimiters(text)),
            self._why.get(call_id, ""),
            _retrieved(findings),
            _looks(findings),
        )
        self._results[call_id] = (step, findings)
        return StepFinished(call_id, step, failed=failed)


def _retrieved(findings: Findings) -> tuple[Retrieved, ...]:
    """Return what a search found, best first, with the ranks that made it so."""
    return tuple(
        Retrieved(entry.video, entry.span, entry.ranks) for entry in findings.evidence if entry.ranks
    )


def _looks(findings: Findings) -> tuple[LookDone, ...]:
    return tuple(
        LookDone(entry.video, Looked(entry.span, len(entry.frame_seconds)), findings.vision)
        for entry in findings.evidence
        if entry.source is Source.LOOK
    )


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _RESULT_LENGTH else f"{line[: _RESULT_LENGTH - 1]}…"
