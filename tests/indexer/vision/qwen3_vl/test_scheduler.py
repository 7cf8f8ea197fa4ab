"""A person's question goes first, memory that runs out halves the batch, errors reach the caller."""

import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from tiny_qwen import make_frames

from indexer.errors import VisionError
from indexer.vision.qwen3_vl.generation import Generation
from indexer.vision.qwen3_vl.sampling import GenerationOptions

TEN = GenerationOptions(max_new_tokens=10, ignore_end=True)
LONG = GenerationOptions(max_new_tokens=150, ignore_end=True)


def prompts_of(engine, count: int, word: str = "Caption"):
    return [
        engine.render(
            [{"role": "user", "content": [
                {"type": "text", "text": f"{word} {number}."},
                {"type": "frames", "frames": make_frames(0.0, 0.5, seed=number)},
            ]}]
        )
        for number in range(count)
    ]  # fmt: skip


def wait_until_under_way(engine, future, tokens: int) -> None:
    while engine.meter.decode_tokens < tokens:
        assert not future.done()
        time.sleep(0.001)


def hold_captions(engine, monkeypatch, until=None) -> None:
    """The captions' step 20 waits, by default until a question was asked, however busy the machine is."""
    scheduler, advance, steps = engine._scheduler, Generation.advance, []
    submit, asked = scheduler.submit, threading.Event()
    has_come = until or asked.is_set

    def heard(requests, *, interactive):
        submit(requests, interactive=interactive)
        if interactive:
            asked.set()

    def held(generation):
        if generation is scheduler._background.active:
            steps.append(1)
            deadline = time.monotonic() + 30
            while len(steps) == 20 and not has_come() and time.monotonic() < deadline:
                time.sleep(0.001)
        return advance(generation)

    monkeypatch.setattr(Generation, "advance", held)
    monkeypatch.setattr(scheduler, "submit", heard)


class Memory:
    """Makes the device run out of memory as told, and records what was tried."""

    def __init__(self, monkeypatch, fails) -> None:
        self.tried: list[int] = []
        advance = Generation.advance

        def limited(generation):
            rows = len(generation.requests)
            if not generation.prefilled:
                self.tried.append(rows)
            if fails(generation):
                raise torch.OutOfMemoryError("CUDA out of memory (simulated)")
            return advance(generation)

        monkeypatch.setattr(Generation, "advance", limited)


def test_a_question_is_answered_while_a_batch_of_captions_stands_still(make_engine, monkeypatch):
    """The captions take 300 steps; the question comes within 20 and is answered before any more of theirs."""
    engine = make_engine(most_rows=2)
    hold_captions(engine, monkeypatch)
    rows, advance = [], Generation.advance

    def recorded(generation):
        rows.append(len(generation.requests))
        return advance(generation)

    monkeypatch.setattr(Generation, "advance", recorded)
    with ThreadPoolExecutor() as pool:
        captions = pool.submit(engine.generate, prompts_of(engine, 4), options=LONG)
        wait_until_under_way(engine, captions, 10)
        question = prompts_of(engine, 1, "Question")
        answer = engine.generate(question, options=TEN, interactive=True)
        finished = captions.result()
    first, steps = rows.index(1), rows.count(1)
    assert rows[first : first + steps] == [1] * steps, "the batch went on while the question waited"
    assert first <= 20, "the question did not come next"
    assert len(rows) - steps > 10 * first, "the batch was not under way any more"
    assert answer == engine.generate(question, options=TEN)
    assert finished == engine.generate(prompts_of(engine, 4), options=LONG), "the pause changed the captions"


def test_a_batch_that_does_not_fit_is_halved_and_the_size_is_kept(make_engine, monkeypatch):
    engine = make_engine()
    expected = engine.generate(prompts_of(engine, 8), options=TEN)
    memory = Memory(monkeypatch, lambda generation: len(generation.requests) > 2)
    engine = make_engine()
    assert engine.generate(prompts_of(engine, 8), options=TEN) == expected
    assert memory.tried[0] == 4
    assert 2 in memory.tried
    memory.tried.clear()
    engine.generate(prompts_of(engine, 8), options=TEN)
    assert max(memory.tried) == 2, "later batches begin with the size that fitted"


def test_memory_that_runs_out_in_the_middle_of_answers_loses_none(make_engine, monkeypatch):
    engine = make_engine()
    expected = engine.generate(prompts_of(engine, 4), options=TEN)
    Memory(monkeypatch, lambda batch: len(batch.requests) > 1 and len(batch.requests[0].written) == 5)
    assert engine.generate(prompts_of(engine, 4), options=TEN) == expected


def test_a_batch_gives_its_memory_to_a_question_and_begins_anew(make_engine, monkeypatch):
    """A question finds no room while captions hold it: they are put back, none is lost."""
    engine = make_engine(most_rows=2)
    captions = prompts_of(engine, 2)
    expected = engine.generate(captions, options=LONG)
    background = engine._scheduler._background
    hold_captions(engine, monkeypatch)
    memory = Memory(
        monkeypatch,
        lambda generation: generation is not background.active and background.active is not None,
    )
    with ThreadPoolExecutor() as pool:
        start = engine.meter.decode_tokens
        waiting = pool.submit(engine.generate, captions, options=LONG)
        wait_until_under_way(engine, waiting, start + 10)
        assert engine.generate(prompts_of(engine, 1), options=TEN, interactive=True)
        assert waiting.result() == expected
    assert memory.tried == [2, 1, 1, 2], "captions, a question without room, the question, captions anew"


def test_one_look_that_does_not_fit_is_an_error_that_says_what_to_do(engine, monkeypatch):
    Memory(monkeypatch, lambda generation: True)
    with pytest.raises(VisionError, match="--quantize 4bit"):
        engine.generate(prompts_of(engine, 2), options=TEN)


def test_memory_is_let_go_before_the_smaller_batch_begins(make_engine, monkeypatch):
    """The error and its traceback must not keep the failed batch alive."""
    engine = make_engine()
    alive, most = weakref.WeakSet(), []
    advance = Generation.advance

    def limited(generation):
        alive.add(generation)
        most.append(len(alive))
        if len(generation.requests) > 1:
            raise torch.OutOfMemoryError("simulated")
        return advance(generation)

    monkeypatch.setattr(Generation, "advance", limited)
    engine.generate(prompts_of(engine, 4), options=TEN)
    assert max(most) == 1


def test_a_failure_reaches_its_caller_and_the_next_one_is_served(engine, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Generation, "advance", lambda generation: 1 / 0)
        with pytest.raises(VisionError, match="ZeroDivisionError"):
            engine.generate(prompts_of(engine, 1), options=TEN)
        with pytest.raises(VisionError, match="ZeroDivisionError"):
            list(engine.stream(prompts_of(engine, 1)[0], options=TEN))
    assert len(engine.generate(prompts_of(engine, 1), options=TEN)[0]) == 10


def test_threads_get_their_own_answers(engine):
    prompts = prompts_of(engine, 6)
    expected = [engine.generate([prompt], options=TEN) for prompt in prompts]
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(
            lambda item: engine.generate([item[1]], options=TEN, interactive=bool(item[0] % 2)),
            enumerate(prompts),
        )
        assert list(answers) == expected


def test_cancelling_gives_back_what_was_written(make_engine, monkeypatch):
    engine, cancel = make_engine(), threading.Event()
    hold_captions(engine, monkeypatch, until=cancel.is_set)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(engine.generate, prompts_of(engine, 1), options=LONG, cancel=cancel)
        wait_until_under_way(engine, waiting, 5)
        cancel.set()
        (text,) = waiting.result()
    assert 0 < len(text) < 150


def test_closing_fails_what_waits_and_what_comes_later(make_engine, monkeypatch):
    engine = make_engine()
    hold_captions(engine, monkeypatch, until=lambda: engine._scheduler._closed)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(engine.generate, prompts_of(engine, 2), options=LONG)
        wait_until_under_way(engine, waiting, 2)
        engine.close()
        with pytest.raises(VisionError, match="closed"):
            waiting.result()
    with pytest.raises(VisionError, match="closed"):
        engine.generate(prompts_of(engine, 1), options=TEN)


def test_a_failure_in_the_middle_hands_over_what_was_answered_before(make_engine, monkeypatch):
    """The second of three batches fails: the first one's answers are in the error, and no half answer is."""
    engine = make_engine(most_rows=2)
    prompts = prompts_of(engine, 6)
    expected = engine.generate(prompts, options=TEN)
    batches, advance = [], Generation.advance

    def second_fails(generation):
        if generation not in batches:
            batches.append(generation)
        if len(batches) == 2 and generation.prefilled:
            raise RuntimeError("the device is gone")
        return advance(generation)

    monkeypatch.setattr(Generation, "advance", second_fails)
    with pytest.raises(VisionError, match="the device is gone") as caught:
        engine.generate(prompts, options=TEN)
    replies = caught.value.replies
    assert len(replies) == 6
    assert 2 <= sum(reply is not None for reply in replies) <= 4
    assert all(reply in (None, answer) for reply, answer in zip(replies, expected, strict=True))
