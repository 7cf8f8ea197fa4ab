"""The lexical embedder brings words and their inflections together, in English and in Chinese."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from indexer.embedding.lexical import LexicalEmbedder

EMBEDDER = LexicalEmbedder()


def likeness(left: str, right: str) -> float:
    return float(EMBEDDER.embed_documents([left])[0] @ EMBEDDER.embed_query(right))


@pytest.mark.parametrize(
    ("document", "query"),
    [
        ("the lights went out", "light"),
        ("a red box falls from the shelf", "when did the box fall?"),
        ("a red box falls from the shelf", "boxes falling"),
        ("two people crossing", "a person crosses"),
        ("一个红色箱子从货架上掉下来", "红色的箱子"),
        ("灯在第18秒熄灭了", "灯什么时候灭了"),
        ("plate ABC-123 at the gate", "abc123"),
    ],
)
def test_words_and_their_forms_meet(document: str, query: str) -> None:
    assert likeness(document, query) > 0.2


@pytest.mark.parametrize(
    ("document", "query"),
    [
        ("the lights went out", "a blue cart"),
        ("what happened in the video is that the box falls", "what is the colour in the video of the"),
        ("一个红色箱子", "灯灭了"),
        ("second 5", "second-hand shop"),
    ],
)
def test_the_unrelated_do_not_meet(document: str, query: str) -> None:
    assert abs(likeness(document, query)) < likeness(document, document) / 2


def test_unrelated_texts_stay_apart_on_the_whole() -> None:
    """Texts without a word in common have likenesses around 0, since collisions take either sign."""
    left = EMBEDDER.embed_documents([f"alpha{i} bravo{i} charlie{i}" for i in range(400)])
    right = EMBEDDER.embed_documents([f"xray{i} yankee{i} zulu{i}" for i in range(1000, 1400)])
    likenesses = np.sum(left * right, axis=1)
    assert abs(likenesses.mean()) < 0.1
    assert np.quantile(np.abs(likenesses), 0.95) < 0.35


def test_a_shared_word_outweighs_a_shared_spelling() -> None:
    assert likeness("the cart", "cart") > likeness("the carton", "cart") > likeness("the lamp", "cart")


def test_a_misspelt_word_still_ranks_its_document_first() -> None:
    documents = EMBEDDER.embed_documents(["a red box falls", "a forklift leaves", "the lights went out"])
    assert int(np.argmax(documents @ EMBEDDER.embed_query("forklfit"))) == 1


def test_a_word_that_repeats_counts_for_less_than_twice() -> None:
    once, ten = likeness("box cart", "box"), likeness("box " * 10 + "cart", "box")
    assert once < ten < 0.99


def test_another_process_makes_the_same_vector() -> None:
    """Python's own hash() differs from process to process; the vectors in the library must not."""
    code = (
        "import hashlib; from indexer.embedding.lexical import LexicalEmbedder as L;"
        "print(hashlib.sha256(L().embed_query('a red box falls 红色').tobytes()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "77"}
    )
    mine = hashlib.sha256(EMBEDDER.embed_query("a red box falls 红色").tobytes()).hexdigest()
    assert done.stdout.strip() == mine


def test_the_name_tells_another_dimension_apart() -> None:
    assert (EMBEDDER.name, EMBEDDER.dimension) == ("lexical-1", 1024)
    assert LexicalEmbedder(256).name != EMBEDDER.name


def test_too_few_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 64"):
        LexicalEmbedder(8)


def test_it_needs_no_torch() -> None:
    code = "import sys; from indexer.embedding.configured import make_embedder;"
    code += "make_embedder('lexical').embed_query('x');"
    code += "assert not {'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
