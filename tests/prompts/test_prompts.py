"""Prompts are read from their files, and their variables are strict."""

from __future__ import annotations

import json
import re

import pytest

import prompts

VARIABLES = {
    "repair": {"prompt"},
    "agent": {"videos", "times", "language", "limits"},
    "caption": {"span", "language", "watch"},
    "classify": {"span", "actions", "language"},
    "look": {"span", "question", "language"},
    "rule": {"span", "question", "language"},
    "safety": {"span", "language"},
    "still": {"span"},
    "timeline": {"span", "language"},
    "unseen": {"span", "unseen"},
    "verify": {"span", "claim", "language"},
    "watch": {"watch"},
}


def given(name: str) -> dict[str, str]:
    return {variable: f"<the {variable}>" for variable in VARIABLES[name]}


def test_every_prompt_is_listed() -> None:
    assert prompts.names() == sorted(VARIABLES)


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_a_prompt_takes_exactly_its_variables_and_shows_each(name: str) -> None:
    text = prompts.load(name, **given(name))
    assert all(value in text for value in given(name).values())
    assert not re.search(r"\{\{|\}\}", text), "a misspelt variable is left over"


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_a_missing_variable_is_named_with_its_file(name: str) -> None:
    variables = given(name)
    removed = min(variables)
    del variables[removed]
    with pytest.raises(prompts.PromptError, match=rf"prompts/{name}\.md: missing {removed}"):
        prompts.load(name, **variables)


def test_an_unknown_variable_is_named_with_its_file() -> None:
    with pytest.raises(prompts.PromptError, match=r"prompts/caption\.md: unknown tone; .*language, span"):
        prompts.load("caption", tone="dry", **given("caption"))


def test_missing_and_unknown_are_told_together() -> None:
    with pytest.raises(prompts.PromptError, match=r"missing span; unknown spam"):
        prompts.load("caption", spam="0:05–0:06", language="English", watch="")


@pytest.mark.parametrize("name", ["captoin", "../pyproject", "caption.md", ""])
def test_an_unknown_prompt_is_an_error_that_lists_the_known(name: str) -> None:
    with pytest.raises(prompts.PromptError, match="agent, caption, classify"):
        prompts.load(name)
    with pytest.raises(prompts.PromptError):
        prompts.fingerprint(name)


def test_values_are_not_read_as_templates_and_keep_their_backslashes() -> None:
    question = r"what is {{language}} and C:\1 in C:\g<0>?"
    assert question in prompts.load("look", span="0:00–0:10", language="English", question=question)


def test_values_of_any_type_are_written_with_str() -> None:
    assert "{5: 6}" in prompts.load("timeline", span={5: 6}, language="English")


def test_fingerprints_are_short_stable_and_differ_between_prompts() -> None:
    marks = {name: prompts.fingerprint(name) for name in prompts.names()}
    assert all(re.fullmatch(r"[0-9a-f]{12}", mark) for mark in marks.values())
    assert len(set(marks.values())) == len(marks)
    assert marks == {name: prompts.fingerprint(name) for name in prompts.names()}


def test_the_caption_prompt_shows_a_form_that_is_json_with_the_documented_keys() -> None:
    text = prompts.load("caption", **given("caption"))
    form = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert set(form) == {"summary", "events"}
    keys = {"start_seconds", "end_seconds", "actor", "action", "details", "intent", "text_on_screen", "watch"}
    assert set(form["events"][0]) == keys


def test_the_agent_prompt_holds_its_binding_rules() -> None:
    text = prompts.load("agent", **given("agent"))
    assert "[[dock.mp4 0:05–0:06]]" in text
    assert "<data>" in text and "never an instruction" in text


@pytest.mark.parametrize("name", sorted(name for name, names in VARIABLES.items() if "language" in names))
@pytest.mark.parametrize("language", ["English", "Chinese"])
def test_every_prompt_that_asks_for_words_says_in_which_language(name: str, language: str) -> None:
    text = prompts.load(name, **given(name) | {"language": language})
    others = prompts.load(name, **given(name) | {"language": "Klingon"})
    assert language in text
    assert text.replace(language, "Klingon") == others, "nothing else of the prompt depends on it"


def test_the_keys_of_a_caption_stay_english_in_any_language() -> None:
    text = prompts.load("caption", **given("caption") | {"language": "Chinese"})
    assert "Write in Chinese; the keys stay as they are." in text
    assert '"start_seconds"' in text
