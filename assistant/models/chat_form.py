"""LangChain's messages in the form that chat templates take: dicts of role and content."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.models.images import read_image
from indexer.errors import VisionError
from indexer.vision.qwen3_vl.prompt import FRAMES

_ROLES: tuple[tuple[type[BaseMessage], str], ...] = (
    (HumanMessage, "user"),
    (AIMessage, "assistant"),
    (ToolMessage, "tool"),
)


def write_messages(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """Write messages as `Engine.render` takes them.

    System messages become one at the front: the released template ignores any that stands elsewhere.

    Raises:
        VisionError: A message is of a kind, or holds something, that the model does not take.
    """
    system = [message.text for message in messages if isinstance(message, SystemMessage)]
    written = [_write(message) for message in messages if not isinstance(message, SystemMessage)]
    return [{"role": "system", "content": "\n\n".join(system)}, *written] if system else written


def _write(message: BaseMessage) -> dict[str, Any]:
    role = next((role for kind, role in _ROLES if isinstance(message, kind)), None)
    if role is None:
        raise VisionError(f"the chat model takes no message of the kind {message.type!r}")
    if isinstance(message, AIMessage):
        calls = list(_calls(message))
        return {"role": role, "content": str(message.text)} | ({"tool_calls": calls} if calls else {})
    return {"role": role, "content": _content(message)}


def _calls(message: AIMessage) -> Iterator[dict[str, Any]]:
    """Give the calls that a message made, those that could not be read as well: both were answered."""
    for call in message.tool_calls:
        yield _call(call["name"], json.dumps(call["args"], ensure_ascii=False))
    for broken in message.invalid_tool_calls:
        yield _call(broken["name"] or "", broken["args"] or "{}")


def _call(name: str, arguments: str) -> dict[str, Any]:
    # The template writes the name between quotes as it stands.
    escaped = json.dumps(name, ensure_ascii=False)[1:-1]
    return {"type": "function", "function": {"name": escaped, "arguments": arguments}}


def _content(message: BaseMessage) -> str | list[dict[str, Any]]:
    """Return a message's text, or its parts where there are images among them.

    Neighbouring texts become one, so that no control token comes about where two of them meet.
    """
    parts: list[dict[str, Any]] = []
    for block in message.content_blocks:
        if block["type"] == "image":
            parts.append({"type": FRAMES, "frames": (read_image(block),)})
        elif block["type"] != "text":
            raise VisionError(
                f"a message holds {block['type']!r}; the chat model reads text, and images in base64"
            )
        elif parts and parts[-1]["type"] == "text":
            parts[-1]["text"] += block["text"]
        else:
            parts.append({"type": "text", "text": block["text"]})
    if all(part["type"] == "text" for part in parts):
        return "".join(part["text"] for part in parts)
    return parts
