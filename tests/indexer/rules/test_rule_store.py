"""Rules, what they found and what they cost, as they are kept."""

from __future__ import annotations

from contextlib import closing

import pytest

from indexer.errors import LibraryError
from indexer.rules.rule import Check, Cost, Review
from indexer.rules.store import Rules
from indexer.timeline import Span
from indexer.vision.verdicts import Verdict


@pytest.fixture
def rules(tmp_path):
    with closing(Rules(tmp_path)) as rules:
        yield rules


def check(start: float, verdict: Verdict = Verdict.YES, frames: int = 3, seconds: float = 2.0) -> Check:
    shown = tuple(start + 0.5 * number for number in range(frames))
    return Check(Span(start, start + 10), verdict, f"reason at {start:g}", shown, seconds)


def test_a_rule_is_found_by_its_name_whatever_its_case(rules):
    made = rules.add("  Gate  open ", "The gate is open")
    assert made.name == "Gate open" and made.enabled
    assert rules.rule("gate OPEN") == made
    assert rules.all() == [made]


@pytest.mark.parametrize(
    ("name", "question", "words"),
    [("", "x", "1 to 60"), ("a", " ", "1 to 500"), ("n" * 61, "x", "61"), ("FALL", "x", "already")],
)
def test_a_rule_that_cannot_be_is_refused_in_words(rules, name, question, words):
    rules.add("fall", "Someone falls")
    with pytest.raises(LibraryError, match=words):
        rules.add(name, question)
    assert len(rules.all()) == 1


def test_only_a_yes_is_an_alert_and_everything_is_counted(rules):
    rule, other = rules.add("fall", "Someone falls"), rules.add("gate", "The gate is open")
    verdicts = (Verdict.YES, Verdict.NO, Verdict.CANNOT_TELL, Verdict.YES)
    rules.write(rule, "v1", "model-1", [check(10.0 * n, each) for n, each in enumerate(verdicts)])
    rules.write(other, "v1", "model-1", [check(0.0, Verdict.NO, frames=1, seconds=0.5)])
    latest, first = rules.alerts()
    assert (latest.span, first.span) == (Span(30, 40), Span(0, 10))
    assert latest.frame_seconds == (30.0, 30.5, 31.0) and latest.rule == rule
    rules.review(first.alert_id, Review.DISMISSED)
    assert [each.alert_id for each in rules.alerts(review=Review.NEW)] == [latest.alert_id]
    assert rules.count_alerts(review=Review.DISMISSED) == 1 and rules.count_alerts(rule=other) == 0
    assert rules.costs() == {
        rule.rule_id: Cost(looks=4, frames=12, seconds=8.0, yes=2, cannot_tell=1, new=1),
        other.rule_id: Cost(looks=1, frames=1, seconds=0.5),
    }


def test_the_first_answer_about_a_segment_stays(rules):
    rule = rules.add("fall", "Someone falls")
    rules.write(rule, "v1", "model-1", [check(0.0, Verdict.NO)])
    rules.write(rule, "v1", "model-1", [check(0.0, Verdict.YES)])
    assert rules.alerts() == [] and rules.asked(rule, "v1") == {0.0}


def test_alerts_come_page_by_page(rules):
    rule = rules.add("fall", "Someone falls")
    rules.write(rule, "v1", "m", [check(10.0 * number) for number in range(5)])
    pages = [rules.alerts(limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [each.span.start_seconds for page in pages for each in page] == [40, 30, 20, 10, 0]


def test_removing_a_rule_removes_what_hangs_on_it(rules):
    rule = rules.add("fall", "Someone falls")
    rules.write(rule, "v1", "m", [check(0.0)])
    rules.finish(rule, "v1")
    rules.remove(rule)
    assert (rules.all(), rules.alerts(), rules.costs()) == ([], [], {})
    again = rules.add("fall", "Someone falls")
    assert again.rule_id != rule.rule_id and rules.finished(again) == set()


def test_what_is_not_there_is_told(rules):
    with pytest.raises(LibraryError, match="witness rules"):
        rules.rule("nothing")
    with pytest.raises(LibraryError, match="witness alerts"):
        rules.review(7, Review.CONFIRMED)


def test_everything_is_there_after_a_restart(tmp_path):
    with closing(Rules(tmp_path)) as rules:
        rule = rules.add("fall", "Someone falls")
        rules.write(rule, "v1", "m", [check(0.0)])
        rules.finish(rule, "v1")
        rules.enable(rule, False)
        alerts = rules.alerts()
    with closing(Rules(tmp_path)) as rules:
        [again] = rules.all()
        assert not again.enabled and rules.finished(again) == {"v1"}
        assert [each.alert_id for each in rules.alerts()] == [each.alert_id for each in alerts]


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    with closing(Rules(tmp_path)) as rules:
        rules._connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="update Witness"):
        Rules(tmp_path)
