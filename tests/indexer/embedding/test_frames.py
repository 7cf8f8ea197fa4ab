"""Frames and words meet in one space, through real models of transformers and sentence-transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.embedding.configured import make_frame_embedder
from indexer.embedding.frames import SentenceFrameEmbedder
from indexer.errors import EmbeddingError

PICTURES = [np.random.default_rng(seed).integers(0, 255, (60, 90, 3)).astype(np.uint8) for seed in range(3)]


@pytest.fixture(params=["tiny_siglip", "tiny_clip"])
def embedder(request: pytest.FixtureRequest) -> SentenceFrameEmbedder:
    return SentenceFrameEmbedder(str(request.getfixturevalue(request.param)), device="cpu")


def test_pictures_and_words_become_unit_vectors_of_one_space(embedder: SentenceFrameEmbedder) -> None:
    frames, words = embedder.embed_frames(PICTURES), embedder.embed_query("a red box falls")
    assert frames.shape == (3, embedder.dimension) and words.shape == (embedder.dimension,)
    assert frames.dtype == words.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm([*frames, words], axis=1), 1.0, atol=1e-5)
    assert not embedder.embed_query(" ").any()
    assert embedder.embed_frames([]).shape == (0, embedder.dimension)


def test_a_picture_has_the_same_vector_alone_and_among_others(embedder: SentenceFrameEmbedder) -> None:
    together = embedder.embed_frames(PICTURES)
    np.testing.assert_allclose(embedder.embed_frames(PICTURES[1:2])[0], together[1], atol=1e-5)
    assert (together @ together.T)[~np.eye(3, dtype=bool)].max() < 0.999


def test_words_that_look_like_a_picture_s_address_are_words(
    embedder: SentenceFrameEmbedder, tmp_path: Path
) -> None:
    """sentence-transformers takes a text that ends in .jpg for a picture, to be read or fetched."""
    there = tmp_path / "box.jpg"
    there.write_bytes(b"not a picture: reading it would fail")
    for words in (str(there), "http://127.0.0.1:9/red.jpg", "data:image/png;base64,AAAA"):
        assert embedder.embed_query(words).any()


def test_the_name_changes_with_the_weights(tiny_siglip: Path, tmp_path: Path) -> None:
    before = make_frame_embedder(str(tiny_siglip)).name
    assert before == make_frame_embedder(str(tiny_siglip)).name
    copy = tmp_path / tiny_siglip.name
    copy.mkdir()
    for path in tiny_siglip.iterdir():
        content = bytearray(path.read_bytes())
        if path.suffix == ".safetensors":
            content[-1] ^= 1
        (copy / path.name).write_bytes(content)
    assert make_frame_embedder(str(copy)).name != before


def test_a_model_that_reads_texts_only_is_refused_with_what_to_do(tiny_model: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"takes no image, .* the kind of SigLIP or CLIP"):
        SentenceFrameEmbedder(str(tiny_model), device="cpu").embed_frames(PICTURES)


def test_a_model_that_is_not_there_says_how_to_get_it() -> None:
    with pytest.raises(
        EmbeddingError, match=r"hf download nobody/none.*leave out the setting frame_embedding"
    ):
        make_frame_embedder("nobody/none")
