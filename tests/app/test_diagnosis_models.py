"""What ``witness doctor`` says of Qwen3-VL on GPUs of several sizes; no GPU is needed for that."""

import pytest

from app import diagnosis
from app.diagnosis import Level, diagnose
from indexer.settings import load_settings
from indexer.vision import configured
from indexer.vision.configured import OBSERVER, QWEN, choose_vision

GIB = 2**30


@pytest.fixture
def found(monkeypatch, tmp_path):
    """Findings by their subject, on a machine with a GPU of so many GiB and an empty cache of models."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))

    def find(gibibytes, **settings):
        for module in (diagnosis, configured):
            monkeypatch.setattr(module, "gpu_memory_bytes", lambda: int(gibibytes * GIB))
        chosen = load_settings(library=tmp_path / "library", **settings)
        return {finding.subject: finding for finding in diagnose(chosen)}, choose_vision(chosen)

    return find


@pytest.mark.parametrize(
    ("gibibytes", "shown"),
    [
        (8, "2B in bf16, 2B in FP8, 4B in 4bit"),
        (12, "2B in bf16, 4B in FP8, 8B in 4bit"),
        (16, "4B in bf16, 8B in FP8, 8B in 4bit"),
        (24, "8B in bf16, 8B in FP8, 8B in 4bit"),
        (80, "30B-A3B in bf16, 30B-A3B in FP8, 8B in 4bit"),
        (4, "none"),
    ],
)
def test_the_largest_model_that_fits_is_named_for_each_form(found, gibibytes, shown):
    findings, _ = found(gibibytes)
    assert findings["gpu"].fact == f"{gibibytes:.1f} GiB; largest Qwen3-VL that fits: {shown}"


@pytest.mark.parametrize(
    ("gibibytes", "settings", "chosen", "level", "words"),
    [
        (24, {}, QWEN, Level.OK, "4B in bf16 needs 12.0 GiB: it fits"),
        (8, {}, OBSERVER, Level.NOTE, "4B in bf16 needs 12.0 GiB: it does not fit"),
        (8, {"quantize": "4bit"}, QWEN, Level.OK, "4B in 4bit needs 7.1 GiB: it fits"),
        (12, {"model": "4B-FP8"}, QWEN, Level.OK, "4B in FP8 needs 8.6 GiB: it fits"),
        (12, {"model": "someone/Qwen3-VL-8B-Instruct-AWQ"}, QWEN, Level.OK, "8B in 4bit needs 10.8 GiB"),
        (24, {"model": "someone/Qwen3-VL-30B-A3B-Instruct-AWQ-4bit"}, QWEN, Level.OK, "30B-A3B in 4bit"),
        (8, {"vision": "qwen3-vl", "model": "8B"}, QWEN, Level.PROBLEM, "needs 20.1 GiB: it does not fit"),
        (8, {"model": "someone/another"}, QWEN, Level.NOTE, "is not known"),
    ],
)
def test_whether_the_model_that_is_set_fits(found, gibibytes, settings, chosen, level, words):
    findings, vision = found(gibibytes, **settings)
    assert vision == chosen
    assert findings["model"].level is level
    assert words in findings["model"].fact


def test_a_model_that_does_not_fit_comes_with_those_that_do(found):
    findings, _ = found(8, vision="qwen3-vl", model="8B")
    assert findings["model"].remedy == "Take --model 2B or --model 4B --quantize 4bit"


def test_weights_that_are_not_here_come_with_the_command_that_gets_them(found):
    findings, _ = found(24, revision="v1.0")
    assert findings["weights"].level is Level.NOTE
    assert findings["weights"].remedy == "Get it: hf download Qwen/Qwen3-VL-4B-Instruct --revision v1.0"


def test_a_name_that_is_no_model_is_told_before_any_network_is_asked(found):
    findings, _ = found(24, model="4B-AWQ")
    assert findings["weights"].level is Level.PROBLEM
    assert "give the whole repository" in findings["weights"].fact


def test_without_a_gpu_no_model_is_judged(found):
    findings, vision = found(0)
    assert vision == OBSERVER
    assert findings["gpu"].fact == "none that torch can use"
    assert "model" not in findings
