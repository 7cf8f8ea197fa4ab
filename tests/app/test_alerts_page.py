"""The alerts page without a browser: rules made and removed, alerts reviewed."""

from __future__ import annotations

from pathlib import Path

import pytest
from chat_fakes import DOCK, FakeAssistant
from streamlit.testing.v1 import AppTest

import app.pages
from app.pages.parts.alert_list import PER_PAGE
from app.state import AppState
from assistant.answer import Models
from indexer.rules.rule import Check, Review
from indexer.timeline import Span
from indexer.vision.verdicts import Verdict

PAGE = str(Path(app.pages.__file__).with_name("alerts.py"))


def open_page() -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=90).run()
    assert not page.exception, [problem.value for problem in page.exception]
    return page


def words(page: AppTest) -> str:
    return "\n".join(each.value for each in [*page.markdown, *page.caption, *page.info, *page.error])


@pytest.fixture
def alerts(state: AppState) -> list[int]:
    """A rule with more alerts than a page holds; their numbers, the latest first."""
    rule = state.rules.add("fall", "Someone falls")
    found = [Check(Span(n, n + 1), Verdict.YES, f"reason {n}", (n + 0.5,), 2.0) for n in range(PER_PAGE + 2)]
    state.rules.write(rule, DOCK, "qwen3-vl", found)
    return [each.alert_id for each in state.rules.alerts(limit=99)]


def test_a_rule_is_made_and_says_what_it_has_cost(state: AppState, assistant: FakeAssistant) -> None:
    """With the observer the page says that nobody judges; with a model it does not."""
    page = open_page()
    assert "only measures" in words(page) and "Nothing to review" in words(page)
    page.text_input[0].set_value("fall")
    page.text_input[1].set_value("Someone [falls]")
    next(each for each in page.button if each.label == "Add rule").click()
    page.run()
    assert [rule.question for rule in state.rules.all()] == ["Someone [falls]"]
    assert "Not asked yet" in words(page)
    assert [toast.value for toast in page.toast] == [
        "fall is kept; it is asked once a model that judges indexes"
    ]
    assert [field.value for field in page.text_input] == ["", ""], "the form is ready for the next"
    assistant.models = Models("offline", "qwen3-vl-4b", "lexical-1")
    assert "only measures" not in words(open_page())


def test_a_name_that_is_taken_is_refused_in_words(state: AppState) -> None:
    state.rules.add("fall", "Someone falls")
    page = open_page()
    page.text_input[0].set_value("FALL")
    page.text_input[1].set_value("x")
    next(each for each in page.button if each.label == "Add rule").click()
    page.run()
    assert "already" in words(page) and len(state.rules.all()) == 1
    assert page.text_input[0].value == "FALL", "what is refused can be mended"


def test_alerts_come_in_pages_and_a_reviewed_one_leaves_the_list(state: AppState, alerts: list[int]) -> None:
    page = open_page()
    assert f"{PER_PAGE + 2} alerts" in words(page) and "Asked of 12 segments: 12 yes" in words(page)
    assert [each.key for each in page.button if each.label == "Right"] == [
        f"alert-{number}-confirmed" for number in alerts[:PER_PAGE]
    ]
    page.button(key=f"alert-{alerts[0]}-dismissed").click().run()
    assert state.rules.count_alerts(review=Review.NEW) == PER_PAGE + 1
    assert f"alert-{alerts[0]}-confirmed" not in [each.key for each in page.button]
    page.segmented_control(key="alerts-shown").set_value("Dismissed").run()
    assert [each.key for each in page.button if each.label == "Right"] == [f"alert-{alerts[0]}-confirmed"]


def test_a_rule_rests_when_it_is_switched_off(state: AppState) -> None:
    state.rules.add("fall", "Someone falls")
    page = open_page()
    page.toggle[0].set_value(False).run()
    assert not state.rules.all()[0].enabled
    assert page.toggle[0].value is False
