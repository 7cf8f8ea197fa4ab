"""How the weights arrive is told through a logger, and the libraries' own bars print nothing."""

import logging
import socket
import time
from types import SimpleNamespace

import pytest
from tiny_qwen import make_model, make_tokenizer

from indexer.errors import VisionError
from indexer.vision.qwen3_vl.arrival import bar_class, telling
from indexer.vision.qwen3_vl.loading import load
from indexer.vision.qwen3_vl.weights import Weights

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "tiny"
    tokenizer = make_tokenizer()
    make_model(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def told(caplog):
    """What was told so far, as (doing, share)."""
    caplog.set_level(logging.INFO, "indexer.vision.qwen3_vl.arrival")
    return lambda: [(record.doing, record.share) for record in caplog.records]


def test_loading_is_told_up_to_its_end_and_nothing_is_printed(folder, told, capfd):
    capfd.readouterr()
    load(Weights(str(folder)), device="cpu")
    steps = told()
    assert {doing for doing, _ in steps} == {f"Loading {folder}"}
    shares = [share for _, share in steps]
    assert shares == sorted(set(shares))
    assert shares[-1] == 1.0
    assert capfd.readouterr() == ("", "")


def test_the_libraries_bars_are_back_afterwards_also_after_an_error(capfd):
    from transformers.utils.logging import tqdm

    def fail():
        with telling("Loading"):
            list(tqdm(range(3)))
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert capfd.readouterr().err == ""
    list(tqdm(range(3)))
    assert "3/3" in capfd.readouterr().err


def test_bytes_are_told_and_files_are_not(told):
    bar = bar_class("Downloading", unit="B", total=1000)
    with bar(total=4, unit="it") as files, bar(total=0, unit="B", mininterval=0) as done:
        files.update(4)
        for _ in range(10):
            done.update(100)
        done.refresh()
    assert {doing for doing, _ in told()} == {"Downloading"}
    assert told()[-1][1] == 1.0
    assert len(told()) <= 21


def test_a_download_takes_safetensors_of_one_commit_and_is_told(folder, told, monkeypatch):
    asked = {}

    def download(repo, *, revision, allow_patterns, tqdm_class):
        asked.update(repo=repo, revision=revision, patterns=allow_patterns)
        with tqdm_class(total=0, unit="B") as bar:
            bar.update(4_260_000_000)
            bar.refresh()
        return str(folder)

    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *_, **__: None)
    monkeypatch.setattr("huggingface_hub.model_info", lambda *_, **__: SimpleNamespace(sha=COMMIT))
    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    assert Weights("2B").fetch() == folder
    assert (asked["repo"], asked["revision"]) == ("Qwen/Qwen3-VL-2B-Instruct", COMMIT)
    assert not [pattern for pattern in asked["patterns"] if pattern.endswith((".bin", ".pt", ".py"))]
    assert told()[-1] == ("Downloading Qwen/Qwen3-VL-2B-Instruct (4.3 GB)", 1.0)


def test_without_a_network_the_error_comes_at_once(monkeypatch, tmp_path):
    """Through the hub's own client, to an address where nobody listens."""
    from huggingface_hub import constants

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr("huggingface_hub.hf_api.api.endpoint", address)
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with pytest.raises(VisionError, match="Connection refused"):
        Weights("4B").identity()
    assert slept == [], "it is not tried again and again"
