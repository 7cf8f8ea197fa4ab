"""A real cross-encoder with random weights re-ranks; one that is not there is an error with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.embedding.configured import make_reranker
from indexer.errors import EmbeddingError


@pytest.fixture(scope="module")
def tiny_cross_encoder(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a saved CrossEncoder, made of the tiny model's tokenizer and random weights."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("cross")
    torch.manual_seed(5)
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    saved = tmp_path_factory.mktemp("models") / "tiny-cross"
    CrossEncoder(str(folder), device="cpu").save_pretrained(str(saved))
    return saved


def test_each_text_gets_a_score_that_depends_on_the_query(tiny_cross_encoder: Path) -> None:
    reranker = make_reranker(str(tiny_cross_encoder))
    assert reranker is not None
    texts = ["the red box falls", "a blue cart crosses", "the lights go out"]
    scores = reranker.scores("the box falls", texts)
    assert len(scores) == 3 and len(set(scores)) == 3
    assert scores == pytest.approx(reranker.scores("the box falls", texts))
    assert scores != pytest.approx(reranker.scores("dark", texts))
    assert reranker.scores("box", []) == []


def test_without_the_setting_there_is_none() -> None:
    assert make_reranker(None) is None


def test_a_re_ranker_that_is_not_present_is_an_error() -> None:
    with pytest.raises(EmbeddingError, match="not present"):
        make_reranker("nobody/no-such-cross-encoder")
