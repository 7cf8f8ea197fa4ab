"""The contract of `indexer.embedding.model.Embedder`, run against every implementation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.embedding.lexical import LexicalEmbedder
from indexer.embedding.model import Embedder
from indexer.embedding.sentence import SentenceEmbedder

DOCUMENTS = [
    "a red box falls from the shelf",
    "a blue cart crosses the dock",
    "the lights go out",
    "nothing moves",
]


@pytest.fixture(params=["lexical", "sentence"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "lexical":
        return LexicalEmbedder()
    folder: Path = request.getfixturevalue("tiny_model")
    return SentenceEmbedder(str(folder), device="cpu")


def test_documents_become_unit_rows(embedder: Embedder) -> None:
    vectors = embedder.embed_documents(DOCUMENTS)
    assert vectors.shape == (len(DOCUMENTS), embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_query_becomes_one_unit_vector(embedder: Embedder) -> None:
    vector = embedder.embed_query("where is the red box")
    assert vector.shape == (embedder.dimension,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_no_documents_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_documents([]).shape == (0, embedder.dimension)


@pytest.mark.parametrize("empty", ["", "  \n"])
def test_an_empty_text_gives_zeros_and_leaves_the_others_alone(embedder: Embedder, empty: str) -> None:
    vectors = embedder.embed_documents([empty, DOCUMENTS[0]])
    assert not vectors[0].any()
    np.testing.assert_allclose(vectors[1], embedder.embed_documents(DOCUMENTS[:1])[0], atol=1e-5)
    assert not embedder.embed_query(empty).any()


def test_the_same_text_gives_the_same_vector(embedder: Embedder) -> None:
    np.testing.assert_allclose(
        embedder.embed_documents(DOCUMENTS), embedder.embed_documents(DOCUMENTS), atol=1e-6
    )


def test_each_query_finds_its_document(embedder: Embedder) -> None:
    queries = ["the red box falls", "the blue cart crosses", "when did the lights go out", "nothing moves"]
    vectors = embedder.embed_documents(DOCUMENTS)
    nearest = [int(np.argmax(vectors @ embedder.embed_query(query))) for query in queries]
    assert nearest == [0, 1, 2, 3]


def test_the_name_is_one_line_and_is_the_same_for_the_same_settings(
    embedder: Embedder, request: pytest.FixtureRequest
) -> None:
    assert embedder.name == embedder.name.strip() != ""
    again: Embedder
    if isinstance(embedder, LexicalEmbedder):
        again = LexicalEmbedder()
    else:
        again = SentenceEmbedder(str(request.getfixturevalue("tiny_model")))
    assert again.name == embedder.name
