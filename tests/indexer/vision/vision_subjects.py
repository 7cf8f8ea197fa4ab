"""The vision models that the contract is held to, each as a person would run it but for the weights' size."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from endpoint_server import Answer, Request, completion, endpoint, serving

from indexer.timeline import Frame, Span
from indexer.vision.model import Look, Reply, VisionModel
from indexer.vision.observer import Observer

# The tiny model is made where the engine is tested; beside those tests nobody imports it by accident.
sys.path.append(str(Path(__file__).parent / "qwen3_vl"))

KEYS = {"start_seconds", "end_seconds", "actor", "action", "details", "intent", "text_on_screen"}


@dataclass(frozen=True)
class Subject:
    """One implementation under test."""

    model: VisionModel
    again: Callable[[], VisionModel]
    """Makes the same model once more."""
    understands: bool = True
    """False for random weights: their words have nothing to do with the frames."""


def watched_by(observer: Observer) -> Callable[[Request], Answer]:
    """Answer with what an observer sees in the pictures, at the seconds that stand before them."""

    def answer(request: Request) -> Answer:
        seconds = [float(mark[1:].removesuffix(" seconds>")) for mark in request.marks]
        frames = tuple(map(Frame, seconds, request.pictures))
        reply = Reply.CAPTION if "response_format" in request.body else Reply.TEXT
        return completion(observer.look([Look(frames, Span(seconds[0], seconds[-1] + 0.1), "", reply)])[0])

    return answer


@contextmanager
def measuring(_: Path) -> Iterator[Subject]:
    yield Subject(Observer(), Observer)


@contextmanager
def behind_http(_: Path) -> Iterator[Subject]:
    """A real server on loopback, with the observer for a model: what it says is about the pictures sent."""
    with serving(watched_by(Observer())) as server:
        make = lambda: endpoint(server.url, caption_tokens=12_000)  # noqa: E731
        yield Subject(make(), make)


@contextmanager
def in_process(folder: Path) -> Iterator[Subject]:
    """The released architecture with random weights, loaded from a folder."""
    from tiny_qwen import make_model, make_tokenizer

    from indexer.vision.qwen3_vl.model import Qwen3VL, Qwen3VLOptions

    tokenizer = make_tokenizer()
    make_model(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    make = lambda: Qwen3VL(Qwen3VLOptions(model=str(folder), device="cpu"))  # noqa: E731
    model = make()
    yield Subject(model, make, understands=False)
    model.close()


SUBJECTS = {"observer": measuring, "endpoint": behind_http, "qwen3-vl": in_process}
"""A new implementation joins by a line here."""


def events_of(answer: str) -> list[dict[str, object]]:
    """Read the events of a caption, which has to be JSON of the documented form."""
    record = json.loads(answer)
    assert isinstance(record["summary"], str) and record["summary"]
    for event in record["events"]:
        assert set(event) - {"watch"} == KEYS
    return record["events"]
