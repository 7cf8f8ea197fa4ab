"""Texts and questions are cut into tokens that meet each other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from indexer.text import query_tokens, tokens


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("a red box falls", "falling boxes"),
        ("a red box falls", "fell box"),
        ("the lights went out", "light go out"),
        ("two people cross", "person crossing"),
        ("a man carries a bag", "MEN CARRYING BAGS"),
        ("the forklift’s load", "forklift's load"),
        ("plate ABC-123", "abc 123"),
        ("plate ABC 123", "ABC123"),
        ("plate abc123", "ABC-123"),
        ("plate 京A·12345", "A12345"),
        ("clock reads 14:32:05", "14:32:05"),
        ("clock reads 14:32:05", "14 32"),
        ("时钟显示１４：３２", "14:32"),
        ("ＤＯＣＫ ７", "dock 7"),
        ("12.5 px/s", "12.5"),
        ("一个红色箱子从货架上掉下来", "红色箱子"),
        ("一个红色箱子从货架上掉下来", "货架"),
        ("灯在第18秒熄灭", "18秒熄灭"),
        ("file dock_4.mp4", "dock 4"),
    ],
)
def test_what_is_asked_is_found_in_what_is_stored(stored: str, asked: str) -> None:
    assert set(tokens(asked)) <= set(tokens(stored))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a box falls", "the cart moves"),
        ("at 5", "15 px"),
        ("红灯", "蓝车"),
    ],
)
def test_what_differs_does_not_meet(left: str, right: str) -> None:
    assert not set(tokens(left)) & set(tokens(right))


def test_numbers_stay_whole_and_decimals_count_in_parts_too() -> None:
    assert tokens("123 boxes at 0.75") == ["123", "box", "at", "0", "75", "0.75"]


def test_chinese_gives_characters_and_pairs_but_no_pair_over_a_gap() -> None:
    assert tokens("红箱子。掉") == ["红", "箱", "子", "红箱", "箱子", "掉"]
    assert tokens("第5秒") == ["第", "5", "秒"]


def test_a_whole_is_made_only_where_digits_are_joined() -> None:
    assert tokens("left-to-right") == ["left", "to", "right"]
    assert tokens("ABC-123") == ["abc", "123", "abc123"]
    assert tokens("turned 5 times") == ["turn", "5", "time"]


@pytest.mark.parametrize("text", ["", "   ", "?!… —", "。，"])
def test_a_text_without_words_has_no_tokens(text: str) -> None:
    assert tokens(text) == [] == query_tokens(text)


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What happened to the red box?", ["red", "box"]),
        ("when did the lights go out?", ["light", "go", "out"]),
        ("What's on the sign?", ["on", "sign"]),
        ("灯什么时候灭了？", ["灯", "灭"]),
        ("Is there a whatsit?", ["whatsit"]),
        ("x-is-a-y", ["x", "is", "a", "y"]),
    ],
)
def test_a_question_keeps_only_what_it_looks_for(question: str, left: list[str]) -> None:
    assert query_tokens(question) == left


@pytest.mark.parametrize("question", ["What is it?", "THE", "什么"])
def test_a_question_of_nothing_but_stop_words_keeps_them(question: str) -> None:
    assert query_tokens(question) == tokens(question) != []


def test_importing_and_using_it_prints_nothing_and_loads_no_dictionary() -> None:
    code = "import sys, indexer.text as t; t.tokens('红色箱子 falls'); assert 'jieba' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
