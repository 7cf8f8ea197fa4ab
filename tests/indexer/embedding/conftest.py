"""A real sentence-transformers model, made here: random weights, a small vocabulary, no network."""

from __future__ import annotations

from pathlib import Path

import pytest

WORDS = (
    *("the", "a", "red", "box", "falls", "from", "shelf", "blue", "cart", "crosses", "dock", "lights", "go"),
    *("out", "dark", "nothing", "moves", "sign", "still"),
)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a saved SentenceTransformer with 32-dimensional vectors."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("bert")
    vocabulary = folder / "words.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]), encoding="utf-8")
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=len(WORDS) + 5,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizer(str(vocabulary)).save_pretrained(folder)
    saved = tmp_path_factory.mktemp("models") / "tiny-dock"
    SentenceTransformer(str(folder), device="cpu").save(str(saved))
    return saved
