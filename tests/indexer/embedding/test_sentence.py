"""The sentence embedder uses what is present, says clearly what is not, and never fetches anything."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.embedding.configured import make_embedder
from indexer.embedding.lexical import LexicalEmbedder
from indexer.embedding.sentence import SentenceEmbedder
from indexer.errors import EmbeddingError


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may spoil."""
    return Path(shutil.copytree(tiny_model, tmp_path / "tiny-dock"))


def test_settings_choose_the_embedder(tiny_model: Path) -> None:
    assert isinstance(make_embedder("lexical"), LexicalEmbedder)
    made = make_embedder(str(tiny_model))
    assert isinstance(made, SentenceEmbedder)
    assert made.dimension == 32


@pytest.mark.parametrize("model", ["nobody/no-such-model", "no-such-model", "not a name!", "/no/such/folder"])
def test_a_model_that_is_not_present_is_an_error_with_the_remedy(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.socket.connect", _refuse)
    with pytest.raises(EmbeddingError, match=r"not present.*hf download.*lexical"):
        make_embedder(model)


def _refuse(*_: object) -> None:
    raise AssertionError("the network was asked")


def test_the_name_holds_the_model_and_changes_with_its_weights(copy: Path) -> None:
    before = SentenceEmbedder(str(copy)).name
    assert before.startswith("tiny-dock@")
    assert SentenceEmbedder(str(copy)).name == before
    weights = copy / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    assert SentenceEmbedder(str(copy)).name != before


def test_the_name_changes_with_the_query_prompt(copy: Path) -> None:
    before = SentenceEmbedder(str(copy)).name
    _set_prompts(copy, query="find: ", document="")
    assert SentenceEmbedder(str(copy)).name != before


def test_the_models_own_prompts_for_queries_and_documents_are_used(copy: Path) -> None:
    plain = SentenceEmbedder(str(copy), device="cpu").embed_query("red box")
    _set_prompts(copy, query="dark dark dark ", document="")
    prompted = SentenceEmbedder(str(copy), device="cpu")
    assert not np.allclose(prompted.embed_query("red box"), plain, atol=1e-3)
    np.testing.assert_allclose(prompted.embed_documents(["red box"])[0], plain, atol=1e-5)


def _set_prompts(folder: Path, **prompts: str) -> None:
    path = folder / "config_sentence_transformers.json"
    config = json.loads(path.read_text())
    config["prompts"] = prompts
    path.write_text(json.dumps(config))


def test_naming_a_model_does_not_load_it(copy: Path) -> None:
    (copy / "model.safetensors").write_bytes(b"no weights")
    embedder = SentenceEmbedder(str(copy))
    assert embedder.name
    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        embedder.embed_query("red box")


def test_a_folder_without_a_model_is_an_error_that_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"modules\.json"):
        SentenceEmbedder(str(tmp_path)).embed_query("red box")


def test_code_that_a_model_brings_along_is_not_run(copy: Path) -> None:
    """Its modules.json may name a class in a file of its own; loading that would run it."""
    ran = copy / "ran"
    (copy / "evil.py").write_text(f"open({str(ran)!r}, 'w').close()\nclass Evil: pass\n")
    modules = json.loads((copy / "modules.json").read_text())
    modules[-1]["type"] = "evil.Evil"
    (copy / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(EmbeddingError):
        SentenceEmbedder(str(copy)).embed_query("red box")
    assert not ran.exists()


def test_captions_that_look_like_a_picture_s_address_are_texts_to_a_model_that_takes_pictures(
    tiny_clip: Path, tmp_path: Path
) -> None:
    """Words on a sign must not make the machine read a file or fetch an address."""
    there = tmp_path / "box.jpg"
    there.write_bytes(b"not a picture: reading it would fail")
    embedder = SentenceEmbedder(str(tiny_clip), device="cpu")
    words = [str(there), "http://127.0.0.1:9/red.jpg"]
    assert embedder.embed_documents(words).any(axis=1).all()
    assert all(embedder.embed_query(each).any() for each in words)
