"""Qwen3-VL in this process as a chat model: the weights that caption and look also plan and answer.

What reaches the model is written by its own chat template, with whatever looks like a control token taken
out of every message; what it writes back is taken apart by `hermes`.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, Protocol

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, SkipValidation

from assistant.models.chat_form import write_messages
from assistant.models.hermes import StreamSplitter, begin_tool_call
from indexer.vision.qwen3_vl.prompt import Prompt
from indexer.vision.qwen3_vl.sampling import GenerationOptions

_INVENTED_RESULT = "<tool_response>"
"""Only tools give tool results: where the model begins to write one itself, its answer ends."""
_ANY_TOOL = ("any", "required", True)

_log = logging.getLogger(__name__)


class Writing(Protocol):
    """What the chat model needs of `indexer.vision.qwen3_vl.stream.AnswerStream`."""

    @property
    def prompt_tokens(self) -> int:
        """Tokens that the model was given."""
        ...

    @property
    def new_tokens(self) -> int:
        """Tokens that it has written so far."""
        ...

    def __iter__(self) -> Iterator[str]:
        """Give the pieces of the reply."""
        ...

    def close(self) -> None:
        """Cancel what is not written yet."""
        ...


class ChatEngine(Protocol):
    """What the chat model needs of `indexer.vision.qwen3_vl.engine.Engine`."""

    def render(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] | None = None
    ) -> Prompt:
        """Write messages in the model's chat form."""
        ...

    def stream(self, prompt: Prompt, *, options: GenerationOptions, interactive: bool = True) -> Writing:
        """Answer a prompt piece by piece."""
        ...


class HasEngine(Protocol):
    """Whose engine is used: a `Qwen3VL`, which loads its weights when the engine is first asked for."""

    @property
    def engine(self) -> ChatEngine:
        """The engine that is shared."""
        ...


class Qwen3VLChat(BaseChatModel):
    """A chat model on a vision model's engine; what it is asked goes ahead of indexing."""

    vision: SkipValidation[HasEngine] = Field(exclude=True, repr=False)
    """Whose weights are used."""
    model: str = "qwen3-vl"
    """Name under which answers mention it."""
    max_tokens: int = Field(default=1_024, ge=1)
    """Longest reply, tool calls and thoughts included."""
    temperature: float = Field(default=0.7, ge=0)
    """0 takes the most likely token each time, which reproduces."""
    top_p: float = Field(default=0.8, gt=0, le=1)
    top_k: int = Field(default=20, ge=1)
    presence_penalty: float = 0.0
    """1.5 is advised for prose; but tool calls repeat names and quotes, and citations repeat file names."""
    seed: int | None = None
    stop: list[str] = Field(default_factory=list)
    """Texts that end a reply, unless a call gives its own."""

    @property
    def _llm_type(self) -> str:
        return "qwen3-vl"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Keep the tools beside the model.

        Args:
            tools: What the model may call.
            tool_choice: A tool's name, or "any", makes the model call it; "none" hides the tools.
            **kwargs: Bound as they are.

        Raises:
            ValueError: The tool that is chosen is not among the tools.
        """
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        names = [schema["function"]["name"] for schema in schemas]
        if isinstance(tool_choice, str) and tool_choice not in ("auto", "none", *_ANY_TOOL, *names):
            raise ValueError(
                f"tool_choice = {tool_choice!r} is no tool; give auto, any, none or one of {names}"
            )
        return self.bind(tools=schemas, tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        engine = self.vision.engine
        tools, opening = _offered(kwargs.get("tools"), kwargs.get("tool_choice"))
        prompt = engine.render(write_messages(messages), tools)
        splitter = StreamSplitter(thinking=prompt.text.rstrip().endswith("<think>"))
        splitter.feed(opening)
        prompt = replace(prompt, text=prompt.text + opening)
        pieces = engine.stream(prompt, options=self._options(stop, kwargs), interactive=True)
        # Whether the caller leaves or a callback raises, the reply is cancelled at once.
        with closing(_chunks(pieces, splitter, self.model)) as chunks:
            for chunk in chunks:
                generation = ChatGenerationChunk(message=chunk)
                if run_manager:
                    run_manager.on_llm_new_token(str(chunk.content), chunk=generation)
                yield generation

    def _options(self, stop: list[str] | None, given: Mapping[str, Any]) -> GenerationOptions:
        """Return how a reply is written: what a call gives goes before the model's own settings."""
        return GenerationOptions(
            max_new_tokens=given.get("max_tokens", self.max_tokens),
            temperature=given.get("temperature", self.temperature),
            top_p=given.get("top_p", self.top_p),
            top_k=given.get("top_k", self.top_k),
            presence_penalty=given.get("presence_penalty", self.presence_penalty),
            seed=given.get("seed", self.seed),
            stop=(*filter(None, stop or self.stop), _INVENTED_RESULT),
        )


def _offered(
    tools: Sequence[Mapping[str, Any]] | None, choice: str | bool | None
) -> tuple[Sequence[Mapping[str, Any]] | None, str]:
    """Return the tools that are shown to the model, and with which words its reply has to begin."""
    if not tools or choice == "none":
        return None, ""
    if choice in _ANY_TOOL:
        return tools, begin_tool_call()
    return tools, begin_tool_call(choice) if isinstance(choice, str) and choice != "auto" else ""


def _chunks(pieces: Writing, splitter: StreamSplitter, model: str) -> Generator[AIMessageChunk]:
    """Give the text as it becomes certain, and at the end calls and cost; closing it cancels the reply."""
    try:
        for piece in pieces:
            if text := splitter.feed(piece):
                yield AIMessageChunk(content=text)
    finally:
        pieces.close()
    yield AIMessageChunk(
        content=splitter.finish(),
        tool_call_chunks=_call_chunks(splitter),
        usage_metadata=UsageMetadata(
            input_tokens=pieces.prompt_tokens,
            output_tokens=pieces.new_tokens,
            total_tokens=pieces.prompt_tokens + pieces.new_tokens,
        ),
        response_metadata={"model_name": model},
        chunk_position="last",
    )


def _call_chunks(splitter: StreamSplitter) -> list[ToolCallChunk]:
    written: list[tuple[str | None, str]] = [
        (call.name, json.dumps(call.arguments, ensure_ascii=False)) for call in splitter.calls
    ]
    for call in splitter.broken:
        _log.info("the chat model wrote a tool call that cannot be read: %s", call.reason)
        # LangChain completes cut-off JSON by itself. As one JSON text it stays what it is: an invalid call.
        written.append((None, json.dumps(call.text)))
    return [
        tool_call_chunk(name=name, args=arguments, id=f"call_{uuid.uuid4().hex}", index=index)
        for index, (name, arguments) in enumerate(written)
    ]
