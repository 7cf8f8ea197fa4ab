"""A question in, typed events out: the one door through which every face talks to the agent."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, RemoveMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph.message import REMOVE_ALL_MESSAGES

from assistant.agent import build_agent
from assistant.answer import SECOND_LOOK_STEP, Answer, Models, Step, VideoSpan
from assistant.basis import needs_basis, say_basis
from assistant.briefing import say_reading, write_system_prompt
from assistant.citations import MAX_FRAMES, Checked, check_citations
from assistant.conversations import Conversation, Conversations, in_the_librarys_words
from assistant.coverage import build_coverage
from assistant.events import Answered, AskEvent, StepFinished, StepStarted
from assistant.evidence import Evidence
from assistant.follow_up import follow_up, reference_of
from assistant.models.configured import make_chat_model
from assistant.models.planner import OfflinePlanner
from assistant.narrowing import Narrowing, Within
from assistant.run import Run, StopSignal
from assistant.scope import read_question
from assistant.second_look import MAX_CLAIMS, Reviewed, review
from assistant.tools.context import ToolContext
from assistant.tools.toolbox import make_tools
from assistant.turn import DEFAULT_ACTIONS, Mode, Turn, as_actions, read_follow_up, turn_marks
from indexer.errors import WitnessError
from indexer.library.library import Library
from indexer.settings import Settings
from indexer.timeline import Span
from indexer.vision.configured import make_vision
from indexer.vision.model import FrameBudget, VisionModel, close_vision

__all__ = ["CONVERSATIONS_FILE", "DEFAULT_ACTIONS", "Assistant", "Mode", "open_assistant"]

CONVERSATIONS_FILE = "conversations.sqlite"
"""File in the library's folder that keeps the conversations."""


class Assistant:
    """Answers questions about a library; safe to share between threads."""

    def __init__(
        self,
        library: Library,
        vision: VisionModel,
        chat_model: BaseChatModel,
        *,
        checkpoint_path: Path | None,
        language: str = "English",
        max_model_calls: int = 8,
        max_tool_calls: int = 12,
    ) -> None:
        """Wire the parts together.

        Args:
            library: The videos; closed with the assistant.
            vision: Who looks again at frames.
            chat_model: Who plans and words the answers.
            checkpoint_path: SQLite file for the conversations; None keeps them in memory.
            language: Language of the answers.
            max_model_calls: Model calls allowed for one question.
            max_tool_calls: Tool calls allowed for one question.
        """
        self.library = library
        self._vision = vision
        self._chat_name = _model_name(chat_model)
        self._max_model_calls, self._max_tool_calls = max_model_calls, max_tool_calls
        self._context = ToolContext(library, vision, language)
        # The planner's sentences without citation are about the search; a language model's may be anything.
        self._marks_uncited = not isinstance(chat_model, OfflinePlanner)
        self.history = Conversations(checkpoint_path)
        self._failing = in_the_librarys_words(checkpoint_path)
        self._connection = sqlite3.connect(
            checkpoint_path or ":memory:", check_same_thread=False, timeout=30.0
        )
        # Checkpoints hold messages and plain JSON only; nothing else is ever built from the file.
        self._saver = SqliteSaver(self._connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        limits = f"{max_model_calls} model calls and {max_tool_calls} tool calls"
        self._graph = build_agent(
            chat_model,
            make_tools(self._context),
            system_prompt=lambda turn: write_system_prompt(library, turn, language, limits),
            max_model_calls=max_model_calls,
            max_tool_calls=max_tool_calls,
            checkpointer=self._saver,
        )

    @property
    def vision(self) -> VisionModel:
        """Who looks at frames; to share its weights or its server."""
        return self._vision

    @property
    def models(self) -> Models:
        """Which models the answers come from."""
        return Models(self._chat_name, self._vision.name, self.library.embedder_name)

    def ask(
        self,
        question: str,
        *,
        conversation_id: str | None = None,
        video: str | None = None,
        mode: Mode = Mode.ANSWER,
        actions: Sequence[str] | None = None,
        narrowing: Narrowing | None = None,
        signal: StopSignal | None = None,
    ) -> Iterator[AskEvent]:
        """Answer a question, step by step.

        Args:
            question: The person's words.
            conversation_id: Continue (or begin) this conversation; None asks outside any, and keeps nothing.
            video: Narrow the question to this video, by name, handle or id.
            mode: The form in which the answer is wanted.
            actions: What to choose from in `Mode.CLASSIFY`.
            narrowing: Narrow the question to a camera, a day or a stretch; it may name the video too.
            signal: Ends the question from another thread; nothing of it is kept then.

        Yields:
            Steps as they begin and end, the text as it is written, and at last `Answered`.

        Raises:
            WitnessError: The question is empty, the video unknown, or the chat model does not answer.
            QuestionStopped: The signal was given.
        """
        question = question.strip()
        if not question:
            raise WitnessError('the question is empty; ask, for example, "what happened at second 5?"')
        within = narrowing.resolve(self.library) if narrowing else None
        turn = self._read(question, conversation_id, video, mode, as_actions(actions), within)
        thread = conversation_id or f"once-{uuid.uuid4().hex}"
        run = Run(signal)
        try:
            with self._failing():
                yield from run.follow(
                    self._graph.stream(
                        {"messages": [*self._without_broken_turn(thread), _message(turn)]},
                        {"configurable": {"thread_id": thread}, "callbacks": [run.signal]},
                        context=turn,
                        stream_mode=["messages", "updates"],
                    )
                )
        finally:
            if conversation_id is None:
                with suppress(sqlite3.Error):  # on a full disk it stays, and nobody asks for it again
                    self._saver.delete_thread(thread)
        run.signal.check()
        answer = yield from self._answer(turn, run)
        run.signal.check()
        if conversation_id is not None:
            self.history.add(conversation_id, answer)
        yield Answered(answer)

    def _read(
        self,
        question: str,
        conversation_id: str | None,
        video: str | None,
        mode: Mode,
        actions: tuple[str, ...],
        within: Within | None,
    ) -> Turn:
        """Read a question, which may go on from the conversation so far."""
        goes_on = None
        if conversation_id is not None and video is None and within is None:
            reference = reference_of(self.history.answers(conversation_id))
            goes_on = follow_up(self.library, question, reference)
        scope = read_question(self.library, goes_on.question if goes_on else question, video, within)
        return Turn(question, mode, video, actions, read_follow_up(scope, goes_on), goes_on, within)

    def conversation(self, conversation_id: str) -> list[Answer]:
        """Return the finished answers of a conversation, each with its question, in their order."""
        return self.history.answers(conversation_id)

    def conversations(self) -> list[Conversation]:
        """Return every conversation as (conversation_id, title, updated_at), the latest first."""
        return self.history.all()

    def forget(self, conversation_id: str) -> None:
        """Remove a conversation for good."""
        self.history.forget(conversation_id)
        self._saver.delete_thread(conversation_id)

    def close(self) -> None:
        """Close the conversations, the library, and what the vision model holds open."""
        self.library.close()
        self.history.close()
        self._connection.close()
        close_vision(self._vision)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _without_broken_turn(self, thread: str) -> list[BaseMessage]:
        """Return what puts the conversation back to its last kept turn; nothing where it stands there.

        A tool call that never got its result would make every later call of a hosted model fail, and a turn
        that was stopped is to be forgotten.
        """
        state = self._graph.get_state({"configurable": {"thread_id": thread}})
        messages: list[BaseMessage] = state.values.get("messages", [])
        starts = [i for i, message in enumerate(messages) if isinstance(message, HumanMessage)]
        kept = self.history.count(thread)
        if kept >= len(starts) and (not messages or _ends_a_turn(messages[-1])):
            return []
        start = starts[kept] if kept < len(starts) else starts[-1]
        return [RemoveMessage(id=REMOVE_ALL_MESSAGES), *messages[:start]]

    def _answer(self, turn: Turn, run: Run) -> Generator[AskEvent, None, Answer]:
        """Check what the model wrote against what the tools returned in this turn, and against the frames."""
        evidence = [entry for findings in run.findings for entry in findings.evidence]
        checked = check_citations(self._text(run), evidence, self.library, self._frames_of)
        coverage = build_coverage(self.library, run.findings, whole_library=not turn.scope.named)
        reviewed, second_look = yield from self._review(checked, evidence, run)
        remarks = []
        if needs_basis(turn.question, checked.text):
            basis = say_basis(coverage, self.models, self.library.vision_name, self._vision)
            remarks.append(basis)
        if run.refused_calls:
            limit = f"{self._max_tool_calls} tool calls (setting max_tool_calls)"
            remarks.append(f"I stopped looking things up after {limit}.")
        return Answer(
            question=turn.question,
            text="\n\n".join(filter(None, [reviewed.text, *remarks])),
            citations=checked.citations,
            coverage=coverage,
            steps=(*run.steps, *second_look),
            models=self.models,
            refused_citations=checked.refused,
            asked=tuple(VideoSpan(each.video_id, span) for each in turn.scope.videos for span in each.spans),
            claims=reviewed.claims,
            reading=tuple(say_reading(turn)),
        )

    def _review(
        self, checked: Checked, evidence: Sequence[Evidence], run: Run
    ) -> Generator[AskEvent, None, tuple[Reviewed, tuple[Step, ...]]]:
        """Ask the answer's statements once more, within what the limit on tool calls leaves."""
        if run.stopped or not evidence:
            return Reviewed(checked.text), ()
        most = max(0, min(MAX_CLAIMS, self._max_tool_calls - len(run.steps)))
        started = time.perf_counter()
        starts = self._vision.judges and bool(checked.citations) and most > 0
        if starts:
            yield StepStarted(SECOND_LOOK_STEP, SECOND_LOOK_STEP, {"at_most": most})
        reviewed = review(
            self._context,
            checked.text,
            checked.citations,
            evidence,
            most=most,
            mark_uncited=self._marks_uncited,
        )
        if not starts:
            return reviewed, ()
        counts = Counter(claim.verdict.value for claim in reviewed.claims)
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        step = Step(
            SECOND_LOOK_STEP, {"at_most": most}, time.perf_counter() - started, told,
            "each statement is asked once more of the frames that it cites",
        )  # fmt: skip
        yield StepFinished(SECOND_LOOK_STEP, step)
        return reviewed, (step,)

    def _text(self, run: Run) -> str:
        if run.stopped:
            return (
                f"I stopped without an answer: the question took more than {self._max_model_calls} model "
                "calls. Ask about a shorter span or a single video, or raise the setting max_model_calls."
            )
        return run.text.strip() or (
            "The chat model ended without a word. The steps show what was looked at; please ask again, "
            "perhaps in other words."
        )

    def _frames_of(self, video_id: str, span: Span) -> Sequence[float]:
        """Return the PTS of a few frames of a span not looked at again; none where decoding fails."""
        budget = FrameBudget(MAX_FRAMES, MAX_FRAMES / span.duration_seconds, 64)
        try:
            frames = self.library.frames_in(video_id, span, budget)
        except WitnessError:
            return ()
        return [frame.pts_seconds for frame in frames]


def open_assistant(settings: Settings) -> Assistant:
    """Build the library, the vision model and the chat model that the settings ask for.

    Raises:
        WitnessError: One of them cannot be built; the text says which and what to do.
    """
    library = Library.open(settings)
    vision = make_vision(settings)
    return Assistant(
        library,
        vision,
        make_chat_model(settings, library, vision),
        checkpoint_path=library.folder / CONVERSATIONS_FILE,
        language=settings.language,
        max_model_calls=settings.max_model_calls,
        max_tool_calls=settings.max_tool_calls,
    )


def _message(turn: Turn) -> HumanMessage:
    return HumanMessage(content=turn.question, additional_kwargs=turn_marks(turn))


def _ends_a_turn(message: BaseMessage) -> bool:
    return isinstance(message, AIMessage) and not message.tool_calls


def _model_name(chat_model: BaseChatModel) -> str:
    parameters: Any = chat_model._get_ls_params()
    return str(parameters.get("ls_model_name") or chat_model._llm_type)
