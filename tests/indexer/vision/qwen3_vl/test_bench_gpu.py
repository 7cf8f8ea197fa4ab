"""The speed bench runs without a GPU, says so, and fills its table."""

import sys
from pathlib import Path

import pytest


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[4])
    from bench import gpu

    return gpu


def test_the_bench_runs_on_the_cpu_and_says_that_no_gpu_was_measured(bench, monkeypatch, capsys):
    small = "--device cpu --frames 2 --height 64 --width 64 --video-tokens 8 --new-tokens 4 --rounds 1"
    monkeypatch.setattr(sys, "argv", ["bench.gpu", *small.split(), "--batches", "1", "2"])
    bench.main()
    text = capsys.readouterr().out
    assert "NO GPU WAS MEASURED" in text
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert rows == ["way", "plain loop", "batches of 1", "batches of 2"]
    assert "while captions are made" in text


def test_work_in_prefill_is_that_of_the_weights_and_attention(bench, loaded):
    """Against the count by hand for the tiny model: one token of text, no video."""
    from indexer.vision.qwen3_vl.prompt import Prompt, plan

    planned = plan(loaded, Prompt("A"), 100)
    row = bench.Row("", segments=1, wall_seconds=1, prefill_rate=1, prefill_seconds=1)
    layer = 64 * 64 * 2 + 64 * 32 * 2 + 3 * 64 * 96 + 2 * 64 + 2 * 16
    attention = 4 * 0.5 * 64 * 2
    assert bench.prefill_flops(loaded, planned, row) == 2 * 2 * layer + attention
