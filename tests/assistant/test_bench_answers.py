"""The benches of answers in small: two films, asked for real; and what judges them can say no."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip(
    "langchain_chroma", reason="the baseline is no part of Witness; make bench-answers gets it"
)

from assistant.answer import Answer, Claim, Models, Verdict
from bench.answers import no, seconds
from bench.answers.films import Film, Happened, Happening, plan_film, plan_films
from bench.answers.judging import judge
from bench.answers.stamp import NoStamp, put_stamp, read_stamp
from indexer.timeline import Span

Results = tuple[list[seconds.Result], list[no.Result]]


@pytest.fixture(scope="module")
def films() -> list[Film]:
    """A Matroska file and a transport stream whose clocks begin at 7.5 s; short, so that this is quick."""
    return [plan_film(5, 11, seed=3), plan_film(7, 10, seed=8)]


@pytest.fixture(scope="module")
def results(films: list[Film], tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("bench")
    return seconds.measure(films, folder), no.measure(films, folder)


def test_spans_frames_and_events_of_small_films_are_right(results: Results) -> None:
    for result in results[0]:
        assert result.span and result.frames, result.answer.text
        assert result.events.right, (result.question.text, result.events, result.answer.text)
    assert {result.question.where for result in results[0]} == {"in an event", "at a border", "between"}
    assert "100.0%" in seconds.table(results[0])


def test_absent_events_are_denied_with_a_true_basis(results: Results) -> None:
    for result in results[1]:
        assert not result.false_yes, (result.question.text, result.answer.text)
        assert result.complete and result.true, (result.question.text, result.answer.coverage)
    assert any(entry.coverage.not_inspected for each in results[1] for entry in each.answer.coverage)
    assert any(no.NO_VIDEO in each.answer.text for each in results[1]), "what is no video is named"


def test_a_wrong_answer_is_seen_to_be_wrong(results: Results) -> None:
    """Else every figure of the benches would be worth nothing."""
    right = next(each for each in results[0] if each.question.where == "in an event")
    film, span = right.question.film, right.question.span
    assert judge(film, span, right.answer).right
    silent = replace(right.answer, claims=(), text="")
    assert judge(film, span, silent).missing
    invented = _claims("A pink region moved to the left at the top.")
    assert judge(film, span, replace(right.answer, claims=invented)).false
    moved = [replace(each, frame_seconds=(span.end_seconds + 2.0,)) for each in right.answer.citations]
    assert not seconds._span_right(right.question, replace(right.answer, asked=()))
    later = replace(right.question, second=right.question.second + 3)
    assert not seconds._span_right(later, right.answer)
    assert moved and not seconds._span_right(right.question, replace(right.answer, citations=()))


def test_a_false_yes_is_seen(results: Results) -> None:
    question = no.Absent("did anything pink cross?", None, None, Happening.RIGHT, "pink")
    answer = replace(results[1][0].answer, text="Nothing was found.", claims=())
    assert not no._says_yes(question, answer)
    assert no._says_yes(question, replace(answer, text="Yes, at 0:05."))
    assert no._says_yes(question, replace(answer, claims=_claims("A pink region moved to the right.")))
    others = replace(answer, text="A red region moved.", claims=_claims("A red region moved to the right."))
    assert no._says_yes(question, others), "told without a word that it is not what was asked for"
    assert not no._says_yes(question, replace(others, text="Nothing that was measured says that. Nearest: …"))


def test_a_stamp_is_read_back_and_a_plain_picture_holds_none() -> None:
    for at in (0.0, 1.234, 7199.999):
        luma = np.full((60, 160), 90, np.uint8)
        put_stamp(luma, at)
        assert read_stamp(np.repeat(luma[:, :, None], 3, axis=2)) == at
    with pytest.raises(NoStamp):
        read_stamp(np.full((60, 160, 3), 128, np.uint8))


def test_films_are_planned_as_the_report_says() -> None:
    films = plan_films()
    assert len(films) >= 50 and (films[0].duration_seconds, films[-1].duration_seconds) == (30, 7200)
    for film in films:
        times = film.frame_times()
        assert len(film.events) >= 3 and times[0] == 0 and times == sorted(set(times))
        assert max(np.diff(times)) < 1, "every second has a frame of its own"
        assert len(set(np.round(np.diff(times), 3))) > 10, "the rate varies"
    assert {film.offset_seconds for film in films} >= {0.0, 7.5}
    assert all(
        one.span.end_seconds < other.span.start_seconds
        for film in films
        for one, other in zip(film.events, film.events[1:], strict=False)
    )


def test_an_event_is_told_by_colour_and_way() -> None:
    film = Film("a.mp4", 1, 30, (Happened(Happening.LEFT, Span(5, 8), "red"),), 0.0)
    answer = Answer("?", "", (), (), (), Models("", "", ""))
    for text, right in (
        ("A red region moved to the left from the right to the left; slowly.", True),
        ("A red region moved to the right from the left to the right; slowly.", False),
        ("A blue region moved to the left; about 1 % of the red picture.", False),
    ):
        assert judge(film, Span(6, 7), replace(answer, claims=_claims(text))).right is right
    assert judge(film, Span(20, 21), answer).right


def _claims(*texts: str) -> tuple[Claim, ...]:
    return tuple(Claim(text, (), Verdict.CITED) for text in texts)
