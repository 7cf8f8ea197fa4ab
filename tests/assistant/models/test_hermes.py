"""Replies taken apart: texts, tool calls, thoughts, however they are cut and whatever is wrong with them."""

from __future__ import annotations

import json

import pytest

from assistant.models.hermes import Reply, StreamSplitter, WrittenCall, begin_tool_call, parse_reply

ARGUMENTS = {"video": "dock.mp4", "start_seconds": 5, "end_seconds": 6.5, "question": "fällt 什么?"}
LOOK = WrittenCall("look_again", ARGUMENTS)
LOOK_TEXT = json.dumps({"name": "look_again", "arguments": ARGUMENTS}, ensure_ascii=False)
RECALL = WrittenCall("recall_span", {})


def tagged(body: str) -> str:
    return f"<tool_call>\n{body}\n</tool_call>"


WHOLE_REPLIES = {
    "only text": ("A box fell [[dock.mp4 0:05–0:06]].", "A box fell [[dock.mp4 0:05–0:06]].", ()),
    "a call": (tagged(LOOK_TEXT), "", (LOOK,)),
    "two calls": (tagged(LOOK_TEXT) + "\n" + tagged('{"name": "recall_span"}'), "", (LOOK, RECALL)),
    "text, then a call": (f"I look again.\n{tagged(LOOK_TEXT)}\n", "I look again.", (LOOK,)),
    "text on both sides": (f"One.\n{tagged(LOOK_TEXT)}\nTwo.", "One.\n\nTwo.", (LOOK,)),
    "a thought": ("<think>\nA <tool_call>?\n</think>\n\nYes.", "Yes.", ()),
    "a thought and a call": (f"<think>Hm.</think>\n{tagged(LOOK_TEXT)}", "", (LOOK,)),
    "no end tag": (f"<tool_call>{LOOK_TEXT}", "", (LOOK,)),
    "an end tag too many": (f"So. {tagged(LOOK_TEXT)}</tool_call>", "So.", (LOOK,)),
    "comparisons": ("5 < 6, 7 <t and <tool, <think", "5 < 6, 7 <t and <tool, <think", ()),
    "nothing": (" \n ", "", ()),
}


@pytest.mark.parametrize("written, text, calls", WHOLE_REPLIES.values(), ids=WHOLE_REPLIES)
def test_a_reply_is_text_and_calls(written: str, text: str, calls: tuple[WrittenCall, ...]) -> None:
    assert parse_reply(written) == Reply(text, calls, ())


@pytest.mark.parametrize("written, text, calls", WHOLE_REPLIES.values(), ids=WHOLE_REPLIES)
def test_however_a_reply_is_cut_it_is_the_same(
    written: str, text: str, calls: tuple[WrittenCall, ...]
) -> None:
    """In two pieces cut anywhere, and in small pieces, down to single letters."""
    cuts = [[written[:place], written[place:]] for place in range(len(written) + 1)]
    cuts += [
        [written[start : start + size] for start in range(0, len(written), size)] for size in (1, 2, 3, 7)
    ]
    for pieces in cuts:
        splitter = StreamSplitter()
        told = [splitter.feed(piece) for piece in pieces]
        told.append(splitter.finish())
        assert "".join(told) == text, pieces
        assert splitter.calls == calls, pieces
        assert splitter.broken == ()


def test_text_is_told_as_soon_as_it_is_certain_and_no_part_of_a_tag_before() -> None:
    splitter = StreamSplitter()
    pieces = ["I ", "look", " at 5 <", " 6.", "\n<tool", "_ca", 'll>\n{"name"', ': "x"}</tool_', "call>"]
    assert [splitter.feed(piece) for piece in pieces] == ["I", " look", " at 5", " < 6.", "", "", "", "", ""]
    assert splitter.finish() == ""
    assert splitter.calls == (WrittenCall("x", {}),)


MENDED = {
    "trailing commas": '{"name": "look", "arguments": {"at": [5, 6,],},}',
    "single quotes": "{'name': 'look', 'arguments': {'at': [5, 6]}}",
    "a brace forgotten": '{"name": "look", "arguments": {"at": [5, 6]}',
    "a brace too many": '{"name": "look", "arguments": {"at": [5, 6]}}}',
    "a code fence": '```json\n{"name": "look", "arguments": {"at": [5, 6]}}\n```',
    "arguments as a text": '{"name": "look", "arguments": "{\\"at\\": [5, 6]}"}',
    "a name with spaces": '{"name": " look ", "arguments": {"at": [5, 6]}}',
}


@pytest.mark.parametrize("body", MENDED.values(), ids=MENDED)
def test_small_mistakes_are_mended(body: str) -> None:
    assert parse_reply(tagged(body)).calls == (WrittenCall("look", {"at": [5, 6]}),)


def test_python_words_and_line_breaks_within_texts_are_read() -> None:
    (call,) = parse_reply(tagged("{'name': 'look', 'arguments': {'all': True, 'video': None}}")).calls
    assert call.arguments == {"all": True, "video": None}
    (call,) = parse_reply(tagged('{"name": "look", "arguments": {"question": "What\nfell, }?"}}')).calls
    assert call.arguments == {"question": "What\nfell, }?"}


BROKEN = {
    "no JSON": ("look at second 5", "no JSON object"),
    "cut off in the middle": ('{"name": "look", "arguments": {"at"', ""),
    "two in one block": ('{"name": "a"}\n{"name": "b"}', "something else follows"),
    "no name": ('{"arguments": {}}', "names no tool"),
    "a name that is none": ('{"name": 5}', "names no tool"),
    "arguments in a list": ('{"name": "look", "arguments": [5, 6]}', "no object"),
    "a number that is none": ('{"name": "look", "arguments": {"at": NaN}}', "no JSON values"),
    "an endless number": ('{"name": "look", "arguments": {"at": 1e999}}', "no JSON values"),
    "half a character": ('{"name": "look", "arguments": {"q": "\\ud83d"}}', "no JSON values"),
    "not of JSON": ("{'name': 'look', 'arguments': {'at': {5, 6}}}", "no JSON values"),
    "nested without end": ('{"name": "look", "arguments": ' + '{"a":' * 100_000, ""),
    "code": ("{'name': __import__('os').getcwd()}", ""),
}


@pytest.mark.parametrize("body, reason", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_kept_with_the_reason(body: str, reason: str) -> None:
    reply = parse_reply(f"So. {tagged(body)} {tagged(LOOK_TEXT)}")
    assert reply.text == "So."
    assert reply.calls == (LOOK,), "the other call still counts"
    (broken,) = reply.broken
    assert broken.text == body.strip()
    assert broken.reason and reason in broken.reason


@pytest.mark.parametrize("place", range(1, len(LOOK_TEXT)))
def test_a_call_cut_off_by_the_limit_is_never_half_a_call(place: int) -> None:
    """Mending must not make a look at second 5 out of what would have been a look at second 57."""
    reply = parse_reply("<tool_call>\n" + LOOK_TEXT[:place])
    assert reply.calls == ()
    assert len(reply.broken) == 1


def test_a_reply_that_begins_within_a_thought() -> None:
    assert parse_reply("It may.\n</think>\n\nYes.", thinking=True).text == "Yes."
    assert parse_reply("It may", thinking=True) == Reply("", (), ())


def test_a_begun_call_is_gone_on_with() -> None:
    assert parse_reply(begin_tool_call("look") + '{"at": 5}}\n</tool_call>').calls == (
        WrittenCall("look", {"at": 5}),
    )
    assert parse_reply(begin_tool_call() + 'look", "arguments": {}}\n</tool_call>').calls == (
        WrittenCall("look", {}),
    )
