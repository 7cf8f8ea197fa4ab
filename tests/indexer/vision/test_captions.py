"""A vision model's reply becomes a caption; times that cannot be right are refused, words are never lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from indexer.timeline import Event, Span
from indexer.vision.captions import UNTIMED_NOTE, parse_caption

SEGMENT = Span(10.0, 20.0)


def event(start: object, end: object, action: str = "falls", **more: str) -> dict[str, Any]:
    return {"start_seconds": start, "end_seconds": end, "actor": "a red box", "action": action, **more}


def reply(*events: object, summary: object = "A box falls.") -> str:
    return json.dumps({"summary": summary, "events": list(events)}, ensure_ascii=False)


def test_a_proper_reply_is_read_whole() -> None:
    caption = parse_caption(
        reply(event(12.3, 13, details="from the shelf", intent="", text_on_screen="DOCK 7")), SEGMENT
    )
    assert caption.well_formed
    assert caption.summary == "A box falls."
    assert caption.events == (
        Event(Span(12.3, 13.0), "a red box", "falls", "from the shelf", "", text_on_screen="DOCK 7"),
    )


@pytest.mark.parametrize(
    "wrapped",
    [
        "```json\n{}\n```",
        "Here is the record:\n\n{}\n\nI hope this helps {{}}!",
        "{{not json}} {}",
        "\ufeff {}",
    ],
)
def test_fences_and_text_around_the_object_are_passed_over(wrapped: str) -> None:
    caption = parse_caption(wrapped.replace("{}", reply(event(12, 13)), 1), SEGMENT)
    assert caption.well_formed
    assert [found.span for found in caption.events] == [Span(12, 13)]


def test_a_reply_that_nothing_happens_is_well_formed() -> None:
    caption = parse_caption(reply(summary="Nothing changes."), SEGMENT)
    assert (caption.summary, caption.events, caption.well_formed) == ("Nothing changes.", (), True)


def test_events_come_in_the_order_of_time() -> None:
    caption = parse_caption(reply(event(15, 16, "lies"), event(12, 13, "falls")), SEGMENT)
    assert [found.action for found in caption.events] == ["falls", "lies"]


@pytest.mark.parametrize(
    "bad",
    [
        event(2, 3),
        event(19, 20.2),
        event(9.9, 12),
        event(15, 14),
        event(None, 14),
        event("soon", 14),
        event(float("nan"), 14),
        event(12, float("inf")),
        event(True, 14),
        event([12], 14),
        {"actor": "a red box", "action": "falls"},
        "a red box falls",
    ],
)
def test_an_event_whose_times_cannot_be_right_keeps_its_words_and_loses_its_times(bad: object) -> None:
    caption = parse_caption(reply(event(12, 13, "appears"), bad), SEGMENT)
    assert [found.action for found in caption.events] == ["appears"]
    assert caption.summary == f"A box falls.\n{UNTIMED_NOTE} a red box falls"
    assert not caption.well_formed


def test_an_event_within_the_tolerance_is_kept_and_lies_inside_the_segment() -> None:
    caption = parse_caption(reply(event(9.96, 12), event(18, 20.04)), SEGMENT)
    assert caption.well_formed
    assert [found.span for found in caption.events] == [Span(10, 12), Span(18, 20)]


@pytest.mark.parametrize(
    ("at", "span"),
    [(12.0, Span(12, 12.1)), (20.0, Span(19.9, 20)), (10.0, Span(10, 10.1)), (9.97, Span(10, 10.1))],
)
def test_an_instant_becomes_a_tenth_of_a_second_inside_the_segment(at: float, span: Span) -> None:
    (found,) = parse_caption(reply(event(at, at)), SEGMENT).events
    assert found.span.start_seconds == pytest.approx(span.start_seconds)
    assert found.span.end_seconds == pytest.approx(span.end_seconds)
    assert SEGMENT.covers(found.span, tolerance_seconds=0)


def test_an_instant_in_a_segment_shorter_than_it_fills_the_segment() -> None:
    short = Span(10, 10.04)
    assert [found.span for found in parse_caption(reply(event(10, 10)), short).events] == [short]


def test_times_written_as_strings_are_read() -> None:
    caption = parse_caption(reply(event("12.5", "13")), SEGMENT)
    assert caption.well_formed
    assert caption.events[0].span == Span(12.5, 13)


def test_fields_of_another_type_become_words_on_one_line() -> None:
    odd = event(12, 13, details=None, text_on_screen=["DOCK", 7], intent="to\n take it")  # type: ignore[arg-type]
    (found,) = parse_caption(reply(odd), SEGMENT).events
    assert (found.details, found.text_on_screen, found.intent) == ("", "DOCK, 7", "to take it")


def test_an_event_without_words_is_left_out() -> None:
    caption = parse_caption(reply({"start_seconds": 12, "end_seconds": 13}), SEGMENT)
    assert (caption.events, caption.summary, caption.well_formed) == ((), "A box falls.", False)


@pytest.mark.parametrize(
    "answer",
    [{"events": []}, {"summary": None, "events": []}, {"summary": "x", "events": 5}, {"summary": "x"}],
)
def test_an_object_that_lacks_a_part_is_not_well_formed(answer: dict[str, Any]) -> None:
    assert not parse_caption(json.dumps(answer), SEGMENT).well_formed


@pytest.mark.parametrize(
    "text",
    [
        "A red box falls from the shelf at 12 s.",
        '{"summary": "A box falls.", "events": [{"start_seconds": 12.0, "end_sec',
        '{"answer": 5}',
        "[1, 2]",
        "一个红色箱子掉下来",
        "{" * 3000,
        "[" * 100_000 + '{"summary"',
        '{"a":' * 3000,
    ],
)
def test_a_reply_without_the_object_is_kept_as_plain_text(text: str) -> None:
    caption = parse_caption(f"  {text}\n", SEGMENT)
    assert (caption.summary, caption.events, caption.well_formed) == (text, (), False)


def test_an_empty_reply_is_an_empty_caption() -> None:
    caption = parse_caption(" \n", SEGMENT)
    assert (caption.summary, caption.events, caption.well_formed) == ("", (), False)
