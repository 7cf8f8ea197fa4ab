"""Statements are dropped only where they say the same thing of the same time."""

from __future__ import annotations

import pytest

from assistant.answer import Source
from assistant.evidence import Evidence, Findings, Line
from assistant.models.report import _closing
from assistant.models.statements import sentence, statements_of, without_repeats
from indexer.timeline import Span

SECOND = Span(5, 6)
TO_THE_LEFT = "a red region moved to the left from the lower right to the bottom; about 2.5 % of the picture"
TO_THE_RIGHT = "a red region moved to the right from the upper left to the top; about 1.0 % of the picture"
DOWN = "a grey region moved downwards from the upper left to the left; fast, about 0.5 picture heights"


def told(*said: tuple[Source, Span, str], question: str = "") -> list[str]:
    evidence = [Evidence("a.mp4", "a", SECOND, source, (Line(span, text),)) for source, span, text in said]
    kept = without_repeats(statements_of(evidence, SECOND, question, question))
    return [statement.line.text for statement in kept]


def test_another_direction_or_place_is_another_fact() -> None:
    for first in (Source.LOOK, Source.INDEX):
        said = told((first, SECOND, TO_THE_RIGHT), (Source.INDEX, SECOND, TO_THE_LEFT))
        assert sorted(said) == [TO_THE_LEFT, TO_THE_RIGHT]
    elsewhere = TO_THE_LEFT.replace("lower right to the bottom", "upper right to the top")
    assert len(told((Source.INDEX, SECOND, elsewhere), (Source.INDEX, SECOND, TO_THE_LEFT))) == 2


def test_left_as_a_place_is_no_direction() -> None:
    there, back = (
        f"a red region moved to the {way} from the {start} to the {way}"
        for way, start in (("left", "right"), ("right", "left"))
    )
    assert len(told((Source.LOOK, SECOND, there), (Source.INDEX, SECOND, back))) == 2


def test_another_colour_or_verb_is_another_fact() -> None:
    assert len(told((Source.LOOK, SECOND, DOWN), (Source.INDEX, SECOND, DOWN.replace("grey", "blue")))) == 2
    smaller = "a grey region moved to the left at the left, growing smaller as things do that go away"
    assert len(told((Source.LOOK, SECOND, smaller), (Source.INDEX, SECOND, DOWN))) == 2


def test_a_look_that_sees_a_part_of_what_the_index_knows_says_it_once() -> None:
    longer = DOWN.replace("; fast", " and left the picture at the bottom; slowly")
    assert told((Source.LOOK, SECOND, DOWN), (Source.INDEX, SECOND, longer)) == [DOWN]


def test_the_same_words_at_another_time_are_another_fact() -> None:
    early, late = (Source.INDEX, Span(5, 5.4), DOWN), (Source.INDEX, Span(5.5, 6), DOWN)
    assert len(told(early, late)) == 2
    assert len(told(early, (Source.LOOK, Span(5.3, 6), DOWN))) == 2, "they hardly overlap"


def test_the_quickest_fall_comes_first_and_its_quick_part_is_cited() -> None:
    slow = (
        "a blue region moved downwards from the centre to the bottom; slowly, about 0.05 picture heights"
        " per second, quickest at 0:07.4, when it moved downwards and to the left fast, about 0.80 picture"
        " heights per second, about 5.1 % of the picture"
    )
    steady = (
        "a red region moved downwards at the top; about 0.30 picture heights per second, about 44 % of it"
    )
    aside = (
        "a black region moved to the left at the top; slowly, about 0.10 picture widths per second,"
        " quickest at 0:03, when it moved downwards about 0.35 picture heights per second, about 15 % of it"
    )
    lines = (Line(Span(0, 20), steady), Line(Span(0, 8), slow), Line(Span(2.5, 9), aside))
    evidence = [Evidence("a.mp4", "a", Span(0, 20), Source.INDEX, lines)]
    for question in ("did somebody fall?", "有人摔倒吗"):
        found = statements_of(evidence, Span(0, 20), question, question)
        assert [(each.line.text, each.rate) for each in found] == [(slow, 0.8), (aside, 0.35), (steady, 0.3)]
        assert [each.cited for each in found] == [Span(6.4, 8), Span(2.5, 4), Span(0, 20)]
        assert "from 0:00 to 0:08 [[a.mp4 0:06.4–0:08, index]]" in sentence(found[0])


@pytest.mark.parametrize(
    ("vision", "said"),
    [
        (("openai:good",), "the words of openai:good, put"),
        (("openai:good", "observer-1"), "the words of openai:good and measurements, put"),
        (("observer-1",), "these sentences are measurements, put"),
    ],
)
def test_the_last_line_says_whose_words_these_are(vision: tuple[str, ...], said: str) -> None:
    """An index that a model wrote is not called a measurement because the observer looks today."""
    evidence = Evidence("dock.mp4", "v", Span(0, 5), Source.INDEX, (Line(Span(0, 5), "A man falls."),))
    findings = [Findings(evidence=(evidence,), vision=name) for name in vision]
    assert said in _closing(findings)
