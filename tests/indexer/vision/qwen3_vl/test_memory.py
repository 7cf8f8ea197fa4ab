"""How many looks one batch takes goes by the memory, whatever the device."""

import pytest
import torch
from tiny_qwen import make_frames, make_model, make_tokenizer

from indexer.vision.qwen3_vl.engine import Engine
from indexer.vision.qwen3_vl.loading import assemble, tune_attention
from indexer.vision.qwen3_vl.memory import (
    MOST_ROWS,
    ROWS_ON_CPU,
    cache_bytes_per_token,
    free_bytes,
    prefill_bytes,
    rows_that_fit,
)
from indexer.vision.qwen3_vl.sampling import GenerationOptions


def test_a_token_in_the_cache_takes_its_keys_and_values(loaded):
    """2 of them, 2 layers, 2 heads of 16 numbers of 4 bytes."""
    assert cache_bytes_per_token(loaded) == 2 * 2 * 2 * 16 * 4


@pytest.mark.parametrize(("rows", "expected"), [(0, 1), (1, 1), (5, 5), (1000, MOST_ROWS)])
def test_a_batch_has_the_rows_that_the_free_memory_holds(loaded, rows, expected):
    free = (prefill_bytes(loaded) + rows * 1500 * cache_bytes_per_token(loaded)) / 0.85
    assert rows_that_fit(loaded, 1500, int(free) + 1000) == expected


def test_longer_looks_make_smaller_batches(loaded):
    free = int((prefill_bytes(loaded) + 40 * 1500 * cache_bytes_per_token(loaded)) / 0.85) + 1000
    assert rows_that_fit(loaded, 3000, free) == 20


def test_the_cpu_takes_a_few_whatever_their_length(loaded):
    assert free_bytes(loaded) is None
    assert rows_that_fit(loaded, 10**6, None) == ROWS_ON_CPU


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_a_batch_answers_as_one_by_one():
    """The same tiny model on the device: engine, stacked frames, cache and padding, in bfloat16."""
    device, tokenizer = torch.device("cuda"), make_tokenizer()
    model = make_model(tokenizer).to(device, torch.bfloat16)
    tune_attention(model, device)
    engine = Engine(assemble(model, tokenizer, device))
    messages = [
        {"role": "user", "content": [{"type": "frames", "frames": make_frames(*range(count), seed=count)}]}
        for count in (2, 3, 4, 5)
    ]
    prompts = [engine.render([message]) for message in messages]
    options = GenerationOptions(max_new_tokens=8, ignore_end=True)
    together = engine.generate(prompts, options=options)
    alone = [engine.generate([prompt], options=options)[0] for prompt in prompts]
    engine.close()
    assert free_bytes(engine.loaded) > 0
    assert [len(answer) for answer in together] == [8] * 4
    # bfloat16 rounds differently in another batch size, so only the first letters must agree.
    assert [answer[0] for answer in alone] == [answer[0] for answer in together]
