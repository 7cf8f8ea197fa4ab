"""The engine writes what the library's own generate writes, whatever the batch."""

import threading
from dataclasses import replace

import pytest
import torch
from tiny_qwen import make_frames, make_model, make_tokenizer

from indexer.vision.qwen3_vl import attention
from indexer.vision.qwen3_vl.attention import stack_frames
from indexer.vision.qwen3_vl.budget import VideoBudget
from indexer.vision.qwen3_vl.engine import Engine
from indexer.vision.qwen3_vl.generation import Generation
from indexer.vision.qwen3_vl.packing import pixel_values
from indexer.vision.qwen3_vl.prompt import plan
from indexer.vision.qwen3_vl.request import Request
from indexer.vision.qwen3_vl.sampling import Chooser, GenerationOptions

BUDGET = VideoBudget(max_frames=64, max_tokens=200)
TEN = GenerationOptions(max_new_tokens=10, ignore_end=True)


def prompt_of(engine: Engine, text: str, *clips):
    parts = [{"type": "text", "text": text}, *({"type": "frames", "frames": frames} for frames in clips)]
    return engine.render([{"role": "user", "content": parts}], budget=BUDGET)


@pytest.fixture
def prompts(engine):
    """Of several lengths, with none, one and two videos, so that a batch of them is padded."""
    return [
        prompt_of(engine, "Hi"),
        prompt_of(engine, "What happens here?", make_frames(0.0, 0.5, seed=1)),
        prompt_of(engine, "And?", make_frames(*(1800 + n / 3 for n in range(7)), seed=2, height=130)),
        prompt_of(engine, "Compare.", make_frames(3.0, seed=3), make_frames(4.0, 4.5, 5.5, seed=4)),
        prompt_of(engine, "A longer question than all others, about nothing at all."),
    ]


def library_answer(loaded, prompt, options):
    """What ``generate`` writes for one prompt alone, from the same tokens and pixels."""
    planned = plan(loaded, prompt, 4000)
    inputs = {"input_ids": planned.ids[None], "attention_mask": torch.ones_like(planned.ids[None])}
    if planned.clips:
        inputs["mm_token_type_ids"] = planned.types[None]
        inputs["pixel_values_videos"] = pixel_values(torch.cat(planned.pack()))
        inputs["video_grid_thw"] = torch.tensor([layout.grid for layout in planned.layouts])
    output = loaded.model.generate(
        **inputs,
        max_new_tokens=options.max_new_tokens,
        min_new_tokens=options.max_new_tokens,
        do_sample=False,
        pad_token_id=loaded.tokenizer.pad_token_id,
    )
    return loaded.tokenizer.decode(output[0, len(planned) :], skip_special_tokens=True)


def test_each_prompt_alone_is_answered_as_by_the_librarys_generate(engine, loaded, prompts):
    expected = [library_answer(loaded, prompt, TEN) for prompt in prompts]
    assert [engine.generate([prompt], options=TEN)[0] for prompt in prompts] == expected
    assert len(set(expected)) == len(prompts)


def test_a_padded_batch_is_answered_as_one_by_one(make_engine, prompts):
    one_by_one = make_engine(most_rows=1).generate(prompts, options=TEN)
    assert make_engine(most_rows=4).generate(prompts, options=TEN) == one_by_one


def test_a_batch_whose_prompts_are_computed_in_groups_is_answered_the_same(make_engine, prompts, monkeypatch):
    expected = make_engine(most_rows=4).generate(prompts, options=TEN)
    monkeypatch.setattr("indexer.vision.qwen3_vl.generation.PREFILL_TOKENS", 1)
    assert make_engine(most_rows=4).generate(prompts, options=TEN) == expected


def test_a_shared_instruction_is_computed_once_and_changes_no_answer(make_engine, prompts):
    instruction = "Describe exactly what happens, in the order of time, and nothing else. "
    engine = make_engine(most_rows=1)
    alike = [
        prompt_of(engine, instruction, make_frames(*(n / 3 for n in range(count)), seed=count))
        for count in (1, 4, 9)
    ]
    expected = engine.generate(alike, options=TEN)
    alone = engine.meter.prefill_tokens
    engine = make_engine(most_rows=4)
    assert engine.generate(alike, options=TEN) == expected
    assert len(set(expected)) == 3
    saved = alone - engine.meter.prefill_tokens
    assert len(instruction) * 2 <= saved <= (len(instruction) + 40) * 2  # a token a letter, and the chat form
    assert engine.generate([*alike, prompts[0]], options=TEN)[:3] == expected, "sharing less, or nothing"


def test_dropping_finished_rows_leaves_the_others_as_they_are(make_engine, loaded, prompts, monkeypatch):
    """Two of the four rows meet a stop text of their own early; the other two go on without them."""
    engine = make_engine(most_rows=4)
    whole = engine.generate(prompts, options=TEN)
    kept = []
    keep = Generation._keep
    monkeypatch.setattr(Generation, "_keep", lambda self, alive: (kept.append(len(alive)), keep(self, alive)))
    stops = GenerationOptions(
        max_new_tokens=10, ignore_end=True, stop=tuple(whole[row][1:4] for row in (1, 4))
    )
    stopped = engine.generate(prompts, options=stops)
    assert 2 in kept, "the test needs rows that go on after others were dropped"
    for text, full in zip(stopped, whole, strict=True):
        ends = [place for stop in stops.stop if (place := full.find(stop)) >= 0]
        assert text == full[: min(ends, default=len(full))]


def test_an_end_token_ends_the_answer(make_engine, loaded, prompts):
    first = make_engine().generate(prompts[1:2], options=TEN)[0]
    third = loaded.tokenizer.encode(first, add_special_tokens=False)[2]
    engine = Engine(replace(loaded, end_ids=frozenset({third})))
    try:
        answer = engine.generate(prompts[1:2], options=GenerationOptions(max_new_tokens=10))[0]
    finally:
        engine.close()
    assert first.startswith(answer)
    assert len(answer) < len(first)


def test_pixels_matter(engine):
    answers = {
        engine.generate([prompt_of(engine, "What?", make_frames(0.0, 0.5, seed=seed))], options=TEN)[0]
        for seed in range(4)
    }
    assert len(answers) > 1


def test_pixels_reach_the_logits_through_positions_and_patches(loaded, engine):
    """Frames swapped within the video, everything else equal: other logits."""
    first, last = make_frames(1.0, 2.0, seed=5)
    logits = []
    for frames in ((first, last), (type(first)(1.0, last.pixels), type(last)(2.0, first.pixels))):
        planned = plan(loaded, prompt_of(engine, "What?", frames), 4000)
        with torch.inference_mode():
            output = loaded.model(
                input_ids=planned.ids[None],
                mm_token_type_ids=planned.types[None],
                pixel_values_videos=pixel_values(torch.cat(planned.pack())),
                video_grid_thw=torch.tensor([planned.layouts[0].grid]),
            )
        logits.append(output.logits[0, -1])
    assert (logits[0] - logits[1]).abs().max() > 1e-3


def test_more_prompts_than_fit_are_answered_in_order(make_engine, prompts):
    engine = make_engine(most_rows=2)
    assert engine.generate(prompts, options=TEN) == [
        engine.generate([prompt], options=TEN)[0] for prompt in prompts
    ]
    assert engine.generate([]) == []


def test_a_stream_is_the_answer_in_pieces(engine, prompts):
    whole = engine.generate(prompts[1:2], options=TEN)[0]
    pieces = list(engine.stream(prompts[1], options=TEN))
    assert "".join(pieces) == whole
    assert len(pieces) > 1


def test_a_stop_text_ends_a_stream_and_never_shows_in_part(engine, prompts):
    long = GenerationOptions(max_new_tokens=30, ignore_end=True)
    whole = engine.generate(prompts[1:2], options=long)[0]
    stop = whole[4:7]
    options = GenerationOptions(max_new_tokens=30, ignore_end=True, stop=(stop,))
    pieces = list(engine.stream(prompts[1], options=options))
    assert "".join(pieces) == whole[: whole.find(stop)]


def test_closing_a_stream_ends_the_work(engine, prompts, monkeypatch):
    closed, push = threading.Event(), Request.push

    def paced(request, token, *, ends):
        """Write no further than the reader is: how fast either is then proves nothing."""
        if len(request.written) == 20:
            assert closed.wait(60)
        push(request, token, ends=ends)

    monkeypatch.setattr(Request, "push", paced)
    stream = engine.stream(prompts[1], options=GenerationOptions(max_new_tokens=3000, ignore_end=True))
    next(stream)
    stream.close()
    closed.set()
    "".join(stream)
    assert 1 <= stream.new_tokens <= 20
    engine.generate(prompts[:1], options=TEN)
    assert engine.meter.decode_tokens <= 20 + TEN.max_new_tokens


def test_sampling_reproduces_with_a_seed_and_differs_without(engine, prompts):
    def sample(seed):
        options = GenerationOptions(max_new_tokens=20, temperature=2.0, top_p=1.0, seed=seed, ignore_end=True)
        return engine.generate(prompts[1:2], options=options)[0]

    assert sample(1) == sample(1)
    assert len({sample(seed) for seed in range(4)}) > 1


def test_sampling_stays_within_top_k_and_top_p():
    logits = torch.tensor([[5.0, 4.9, 4.8, 0.0, -9.0]]).repeat(400, 1)

    def seen(**options):
        chooser = Chooser(GenerationOptions(temperature=1.0, seed=0, **options), torch.device("cpu"))
        return set(chooser.choose(logits).tolist())

    assert seen(top_k=2, top_p=1.0) == {0, 1}
    assert seen(top_k=5, top_p=0.5) == {0, 1}
    assert seen(top_k=5, top_p=0.01) == {0}


def test_a_presence_penalty_keeps_a_token_from_coming_again():
    chooser = Chooser(GenerationOptions(presence_penalty=1.5), torch.device("cpu"))
    logits = torch.tensor([[2.0, 1.0, 0.0]])
    assert [int(chooser.choose(logits)) for _ in range(2)] == [0, 1]


def test_options_that_cannot_be_used_are_refused():
    with pytest.raises(ValueError, match="max_new_tokens >= 1"):
        GenerationOptions(max_new_tokens=0)


def test_stacked_frames_attend_as_the_librarys_kernel_does(monkeypatch):
    """Several sizes in one batch; one call a layer for each video instead of one for each temporal patch."""
    tokenizer = make_tokenizer()
    model = make_model(tokenizer)
    grids = torch.tensor([[5, 4, 6], [3, 8, 2], [1, 4, 8]])
    patches = torch.randn(int(grids.prod(1).sum()), 1536, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = model.model.visual(patches, grid_thw=grids).pooler_output
        stack_frames(model)
        calls = []
        attend = attention.scaled_dot_product_attention
        record = lambda *parts, **options: (calls.append(len(parts[0])), attend(*parts, **options))[1]  # noqa: E731
        monkeypatch.setattr(attention, "scaled_dot_product_attention", record)
        stacked = model.model.visual(patches, grid_thw=grids).pooler_output
    torch.testing.assert_close(stacked, expected)
    assert calls == [5, 3, 1] * 2
