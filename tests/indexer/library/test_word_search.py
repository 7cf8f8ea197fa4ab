"""Words are found whatever their number: exactly where they are few, within a budget where they are many."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator

import pytest

from indexer.library import word_search
from indexer.library.word_search import WordHit, search_words


class Words:
    """The two tables that a search reads, filled from texts; counts the postings that are fetched."""

    def __init__(self, texts: list[str]) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("CREATE TABLE segments (segment_id INTEGER PRIMARY KEY)")
        self.connection.execute("CREATE VIRTUAL TABLE words USING fts5 (tokens)")
        for number, text in enumerate(texts, start=1):
            self.connection.execute("INSERT INTO segments VALUES (?)", (number,))
            self.connection.execute("INSERT INTO words (rowid, tokens) VALUES (?, ?)", (number, text))
        self.fetched = 0

    def query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        found = self.connection.execute(statement, values).fetchall()
        self.fetched += len(found)
        return found

    def search(self, *words: str, limit: int = 5, among: list[int] | None = None) -> list[WordHit]:
        return search_words(self.query, words, limit=limit, among=among)


@pytest.fixture
def crowd() -> Iterator[Words]:
    """3,000 texts of common words, of which few have a rare one."""
    chance = random.Random(3)
    texts = [" ".join(chance.choices(["man", "walk", "black", "left", "car"], k=6)) for _ in range(3000)]
    texts[1234] += " umbrella"
    texts[2345] = "umbrella dog black"
    yield Words(texts)


def test_the_text_with_the_rarer_words_comes_first() -> None:
    words = Words(["man walk", "man umbrella", "dog", "man man man"])
    assert [hit.segment_id for hit in words.search("man", "umbrella")] == [2, 4, 1]
    assert words.search("nothing") == [] and words.search() == []


def test_rare_words_choose_and_common_ones_order(crowd: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_search, "_BUDGET_ROWS", 100)
    found = crowd.search("man", "dog", "umbrella", "black")
    assert [hit.segment_id for hit in found[:2]] == [2346, 1235]


def test_common_words_alone_cost_no_more_than_the_budget(
    crowd: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_search, "_BUDGET_ROWS", 100)
    monkeypatch.setattr(word_search, "_COMMON_ROWS", 200)
    found = crowd.search("man", "black", limit=20)
    assert len(found) == 20 and found[0].score >= found[-1].score > 0
    assert crowd.fetched < 3000
    assert max(hit.segment_id for hit in found) > 1500, "they come from all parts of the library"


def test_within_the_budget_all_texts_are_ranked_as_bm25_ranks_them(crowd: Words) -> None:
    found = crowd.search("man", "umbrella", "left", limit=3000)
    best = {hit.segment_id for hit in found[:2]}
    assert best == {1235, 2346}


def test_only_the_given_segments_are_searched(crowd: Words) -> None:
    assert [hit.segment_id for hit in crowd.search("umbrella", among=list(range(1, 2000)))] == [1235]
    assert [hit.segment_id for hit in crowd.search("umbrella", among=[7, 2346])] == [2346]
    assert crowd.search("umbrella", among=[]) == []
