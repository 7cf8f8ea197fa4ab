"""Hermes: tool calls written as text, the form that Qwen models are trained to write.

    <think>The index may know.</think>I look there first.
    <tool_call>
    {"name": "recall_span", "arguments": {"video": "dock.mp4", "start_seconds": 5, "end_seconds": 6}}
    </tool_call>

Only what the model itself wrote is ever read here; tool results and questions never are.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

_CALL, _CALL_END = "<tool_call>", "</tool_call>"
_THOUGHT, _THOUGHT_END = "<think>", "</think>"
_ENDS = {_CALL: _CALL_END, _THOUGHT: _THOUGHT_END, _CALL_END: None, _THOUGHT_END: None}
"""What ends the block that a tag begins; an end tag without its block begins none, and is dropped."""

_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_MAY_FOLLOW = "}], \t\r\n`"
"""What is overlooked behind a call's object: a brace too many, the end of a code fence."""


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A tool call that can be read; whether there is such a tool is for the caller to find out."""

    name: str
    arguments: dict[str, Any]
    """JSON values only."""


@dataclass(frozen=True, slots=True)
class BrokenCall:
    """A tool call that cannot be read."""

    text: str
    """What stands between its tags."""
    reason: str


class Reply(NamedTuple):
    """A model's whole reply, taken apart."""

    text: str
    """What it says to the person, without thoughts and without white space around it."""
    calls: tuple[WrittenCall, ...]
    broken: tuple[BrokenCall, ...]


def parse_reply(reply: str, *, thinking: bool = False) -> Reply:
    """Take a whole reply apart.

    Args:
        reply: All that the model wrote.
        thinking: Whether it begins within a thought, as where the prompt ends with ``<think>``.
    """
    splitter = StreamSplitter(thinking=thinking)
    text = splitter.feed(reply) + splitter.finish()
    return Reply(text, splitter.calls, splitter.broken)


def begin_tool_call(name: str | None = None) -> str:
    """Write the beginning of a call, up to its arguments or, without a name, up to the name.

    Put behind a prompt, it leaves the model no choice but to go on with the call.
    """
    begin = f'{_CALL}\n{{"name": "'
    return begin if name is None else f'{begin}{name}", "arguments": '


class StreamSplitter:
    """Takes a reply apart while it is being written.

    However the reply is cut into pieces, the texts that `feed` and `finish` return add up to the same.
    Nothing of a block is in them, and no beginning of a tag before it is certain to be none.
    """

    def __init__(self, *, thinking: bool = False) -> None:
        self.calls: tuple[WrittenCall, ...] = ()
        """The calls so far; complete after `finish`."""
        self.broken: tuple[BrokenCall, ...] = ()
        """Calls that cannot be read."""
        self._end = _THOUGHT_END if thinking else None
        self._unread = ""
        self._gap = ""
        """White space that belongs to the text if more text follows."""
        self._said = False

    def feed(self, piece: str) -> str:
        """Take the next piece; return the text that has become certain."""
        self._unread += piece
        text = ""
        while (tag := self._next_tag()) is not None:
            before, _, self._unread = self._unread.partition(tag)
            if self._end is None:
                text += before
                self._end = _ENDS[tag]
            else:
                self._take_block(before, closed=True)
        if self._end is None:
            certain = len(self._unread) - _held_back(self._unread)
            text += self._unread[:certain]
            self._unread = self._unread[certain:]
        return self._trim(text)

    def finish(self) -> str:
        """End the reply; return the text that was held back. A complete call needs no end tag."""
        if self._end is None:
            text = self._trim(self._unread)
        else:
            text = ""
            self._take_block(self._unread, closed=False)
        self._unread = ""
        return text

    def _next_tag(self) -> str | None:
        tags = _ENDS if self._end is None else (self._end,)
        return min((tag for tag in tags if tag in self._unread), key=self._unread.find, default=None)

    def _take_block(self, body: str, *, closed: bool) -> None:
        if self._end == _CALL_END:
            call = _read_call(body, closed=closed)
            if isinstance(call, WrittenCall):
                self.calls += (call,)
            else:
                self.broken += (call,)
        self._end = None

    def _trim(self, text: str) -> str:
        """Drop white space at both ends of the whole text."""
        text = self._gap + text
        if not self._said:
            text = text.lstrip()
        trimmed = text.rstrip()
        self._gap = text[len(trimmed) :]
        self._said = self._said or bool(trimmed)
        return trimmed


def _held_back(text: str) -> int:
    """Return how many characters at the end may still become a tag."""
    return max(
        (size for tag in _ENDS for size in range(1, len(tag)) if text.endswith(tag[:size])),
        default=0,
    )


def _read_call(body: str, *, closed: bool) -> WrittenCall | BrokenCall:
    try:
        call = _read_object(body, closed=closed)
        arguments = call.get("arguments") or {}
        if isinstance(arguments, str):  # some models write the arguments as a JSON text within the JSON
            arguments = _read_object(arguments, closed=True)
        return WrittenCall(_checked_name(call.get("name")), _checked_arguments(arguments))
    except ValueError as error:
        return BrokenCall(body.strip(), str(error))


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        raise ValueError("it names no tool")
    return name.strip()


def _checked_arguments(arguments: Any) -> dict[str, Any]:
    if not isinstance(arguments, dict):
        raise ValueError("its arguments are no object")
    try:
        text = json.dumps(arguments, ensure_ascii=False, allow_nan=False)
        text.encode()  # half a character would fail later, where conversations are stored
        checked: dict[str, Any] = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise ValueError("its arguments are no JSON values") from None
    return checked


def _read_object(text: str, *, closed: bool) -> dict[str, Any]:
    """Read the one object in a text, mended where that is trivial.

    Raises:
        ValueError: There is none, or there is more than one; the text says why.
    """
    start = text.find("{")
    if start < 0:
        raise ValueError("there is no JSON object in it")
    problem = ""
    for read, attempt in _attempts(text[start:], closed):
        try:
            return read(attempt)
        except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
            problem = problem or str(error)
    raise ValueError(problem)


def _attempts(text: str, closed: bool) -> Iterator[tuple[Callable[[str], dict[str, Any]], str]]:
    """Give the ways to read a text: as it stands, without trailing commas, as Python, with one more brace."""
    yield _read_json, text
    yield _read_json, _TRAILING_COMMA.sub(r"\1", text)
    yield _read_python, text
    if closed:  # a reply that was cut off in a call must not become a call with half of its arguments
        yield _read_json, text + "}"


def _read_json(text: str) -> dict[str, Any]:
    value: dict[str, Any]
    value, end = json.JSONDecoder(strict=False).raw_decode(text)
    if rest := text[end:].strip(_MAY_FOLLOW):
        raise ValueError(f"something else follows its JSON object: {rest[:40]!r}")
    return value


def _read_python(text: str) -> dict[str, Any]:
    """Read what a model writes that takes JSON for Python: single quotes, True, None."""
    value: dict[str, Any] = ast.literal_eval(text[: text.rindex("}") + 1])
    if not isinstance(value, dict):
        raise ValueError("there is no JSON object in it")
    return value
