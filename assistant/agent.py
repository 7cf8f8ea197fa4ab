"""The agent's wiring and its limits, nothing else."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    AgentState,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallLimitMiddleware,
    ToolCallRequest,
    ToolErrorMiddleware,
    after_model,
    dynamic_prompt,
    wrap_model_call,
    wrap_tool_call,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from assistant.data import as_data
from assistant.turn import Turn
from indexer.errors import WitnessError

SECONDS_KEY = "witness_seconds"
"""Key in a tool message's ``additional_kwargs`` under which its wall time stands."""

_OUR_BUGS = (TypeError, AttributeError, NameError, LookupError, AssertionError, NotImplementedError)

_log = logging.getLogger(__name__)


class ChatModelFailed(WitnessError):
    """The chat model does not answer."""


def build_agent(
    chat_model: BaseChatModel,
    tools: Sequence[BaseTool],
    *,
    system_prompt: Callable[[Turn], str],
    max_model_calls: int,
    max_tool_calls: int,
    checkpointer: BaseCheckpointSaver[str],
) -> CompiledStateGraph[Any, Turn, Any, Any]:
    """Wire a chat model and tools into a graph that always comes to an end."""

    @dynamic_prompt
    def say_task(request: ModelRequest[Turn]) -> str:
        return system_prompt(request.runtime.context)

    middleware: list[AgentMiddleware[Any, Any, Any]] = [
        ModelCallLimitMiddleware(run_limit=max_model_calls, exit_behavior="end"),
        ToolCallLimitMiddleware(run_limit=max_tool_calls),
        say_task,
        _name_model_failure,
        _ask_again_after_a_broken_call,
        _measure_tool,
        ToolErrorMiddleware(_say_error),
    ]
    return create_agent(
        chat_model, tools, middleware=middleware, context_schema=Turn, checkpointer=checkpointer
    )


def _say_error(error: Exception, request: ToolCallRequest) -> str | None:
    """Turn an expected failure into words for the model; a bug goes on as an exception."""
    if not isinstance(error, WitnessError):
        return None
    _log.info("tool %s: %s", request.tool_call["name"], error)
    return f"{type(error).__name__}: {as_data(str(error))}"


@wrap_tool_call
def _measure_tool(
    request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
) -> ToolMessage | Command[Any]:
    started = time.perf_counter()
    result = handler(request)
    if isinstance(result, ToolMessage):
        result.additional_kwargs[SECONDS_KEY] = time.perf_counter() - started
    return result


@after_model(can_jump_to=["model"])
def _ask_again_after_a_broken_call(state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
    """Let a model try again whose only tool call could not be read; its call limit bounds this."""
    last = state["messages"][-1]
    if isinstance(last, AIMessage) and last.invalid_tool_calls and not last.tool_calls:
        return {"jump_to": "model"}
    return None


@wrap_model_call
def _name_model_failure(
    request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
) -> ModelResponse[Any]:
    """Turn the failure of a chat model (no connection, a refused key) into words; bugs go on as they are."""
    try:
        return handler(request)
    except (WitnessError, *_OUR_BUGS):
        raise
    except Exception as error:
        raise ChatModelFailed(
            f"the chat model does not answer ({type(error).__name__}: {str(error)[:300]}); check the "
            'settings chat, chat_url and chat_key, or set chat = "offline" to do without a language model'
        ) from error
