"""The chat model for machines without one: it chooses tools by rule and reports the evidence in sentences.

It runs in the same graph as any language model, gets the same messages and writes the same citations. It
claims nothing that the tools did not return. Of earlier turns it knows what `assistant.follow_up` wrote into
the question's marks.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    ToolMessage,
)
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from assistant.data import without_delimiters, without_error_name
from assistant.evidence import Findings
from assistant.models.plan import Call, as_planned, first_calls, next_calls
from assistant.models.report import write_report
from assistant.narrowing import Within
from assistant.scope import Scope
from assistant.turn import WHY_KEY, read_follow_up, read_marks

NAME = "offline-planner"

QuestionReader = Callable[[str, str | None, Within | None], Scope]
"""Reads a question, the name of the video and the part of the library it is narrowed to, into a scope."""


class OfflinePlanner(BaseChatModel):
    """Plans by rule and words what was found, without any language model."""

    model: str = NAME
    reader: QuestionReader | None = Field(default=None, exclude=True, repr=False)
    """Knows the library's videos and times; without it every question is searched for as it stands."""

    @property
    def _llm_type(self) -> str:
        return NAME

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "witness"
        return params

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Keep the tools beside the model; it calls only those that it was given."""
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=schemas, tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = self._reply(messages, kwargs.get("tools", ()))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in _chunks(self._reply(messages, kwargs.get("tools", ()))):
            generation = ChatGenerationChunk(message=chunk)
            if run_manager:
                run_manager.on_llm_new_token(str(chunk.content), chunk=generation)
            yield generation

    def _reply(self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> AIMessage:
        """Call tools while they add something, then report."""
        question, turn = _current_turn(messages)
        marks = read_marks(question.additional_kwargs)
        mode, follow_up = marks.mode, marks.goes_on
        text = follow_up.question if follow_up else question.text
        scope = self.reader(text, marks.video, marks.within) if self.reader else Scope(words=text)
        scope = as_planned(read_follow_up(scope, follow_up), text, mode)
        results = [message for message in turn if isinstance(message, ToolMessage)]
        findings = [Findings.from_artifact(result.artifact) for result in results]
        calls_before = sum(1 for message in turn if isinstance(message, AIMessage))
        calls: list[Call] = []
        if calls_before == 0:
            calls = first_calls(scope, text, mode)
        elif calls_before == 1:
            calls = next_calls(scope, text, mode, findings)
        offered = {tool["function"]["name"] for tool in tools}
        calls = [call for call in calls if call.tool in offered]
        if calls:
            return _message(calls)
        failed = (result.text for result in results if result.status == "error")
        errors = [without_delimiters(without_error_name(text)) for text in failed]
        return AIMessage(content=write_report(scope, text, mode, findings, errors))


def _current_turn(messages: Sequence[BaseMessage]) -> tuple[HumanMessage, list[BaseMessage]]:
    """Return the last question and everything after it."""
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if isinstance(message, HumanMessage):
            return message, list(messages[index + 1 :])
    return HumanMessage(content=""), list(messages)


def _message(calls: Sequence[Call]) -> AIMessage:
    """Return a message that calls tools and says of each why."""
    made = [_tool_call(call) for call in calls]
    why = {str(one["id"]): call.why for one, call in zip(made, calls, strict=True)}
    return AIMessage(content="", tool_calls=made, additional_kwargs={WHY_KEY: why})


def _tool_call(call: Call) -> dict[str, Any]:
    return {"name": call.tool, "args": call.arguments, "id": f"call_{uuid.uuid4().hex}", "type": "tool_call"}


def _chunks(message: AIMessage) -> Iterator[AIMessageChunk]:
    """Cut a message into the pieces in which it is streamed: its tool calls, or word by word."""
    for index, call in enumerate(message.tool_calls):
        chunk = tool_call_chunk(
            name=call["name"], args=json.dumps(call["args"], ensure_ascii=False), id=call["id"], index=index
        )
        yield AIMessageChunk(content="", tool_call_chunks=[chunk])
    if message.additional_kwargs:
        yield AIMessageChunk(content="", additional_kwargs=message.additional_kwargs)
    for word in re.findall(r"\s*\S+\s*$|\s*\S+", message.text):
        yield AIMessageChunk(content=word)
    yield AIMessageChunk(content="", chunk_position="last")
